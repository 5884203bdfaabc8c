-- name: put_operator!
INSERT INTO operators (operator, device, active, changed_at, changed_by)
VALUES (:operator, :device, :active, :at, :by)
ON CONFLICT (operator) DO UPDATE SET device = excluded.device, active = excluded.active,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by;

-- name: list_operators
SELECT operator, device, active FROM operators ORDER BY operator;

-- name: operator_states_now
SELECT id, operator, device, state, reason, since FROM operator_states WHERE until IS NULL ORDER BY operator, device;

-- name: operator_state_now^
SELECT id, operator, device, state, reason, since FROM operator_states WHERE until IS NULL AND device = :device;

-- name: operator_state_last_end$
SELECT max(until) FROM operator_states WHERE device = :device;

-- name: own_operator_state^
SELECT device, state, reason, since FROM operator_states WHERE until IS NULL AND operator = :operator
ORDER BY since DESC LIMIT 1;

-- name: end_operator_state!
UPDATE operator_states SET until = :until, ended_at = :at WHERE id = :id;

-- name: add_operator_state!
INSERT INTO operator_states (operator, device, state, reason, since, until, recorded_at, ended_at)
VALUES (:operator, :device, :state, :reason, :since, :until, :at, CASE WHEN :until IS NULL THEN NULL ELSE :at END);

-- Of each operator, how long they were in each state within the time given; what still lasts, until :until.
-- name: operator_seconds_since
SELECT operator, state, sum(max(0, min(coalesce(until, :until), :until) - max(since, :since))) AS microseconds
FROM operator_states WHERE (ended_at IS NULL OR ended_at > :since) AND since < :until GROUP BY operator, state;

-- name: calls_taken_since
SELECT operator, count(*) AS calls FROM calls
WHERE outcome = 'answered' AND started_at >= :since AND direction = 'inbound' AND operator IS NOT NULL
GROUP BY operator;

-- How many members of the queue there are, and how many of them take calls, now or soon.
-- name: count_operators^
SELECT count(*) AS signed_in, coalesce(sum(state IN ('in', 'on_call', 'wrap_up')), 0) AS serving
FROM operator_states WHERE until IS NULL;

-- name: add_operator_order<!
INSERT INTO operator_orders (operator, device, wish, reason, by, ordered_at, status)
VALUES (:operator, :device, :wish, :reason, :by, :ordered_at, 'ordered') RETURNING id;

-- name: end_operator_order!
UPDATE operator_orders SET status = :status, fault = :fault WHERE id = :id AND status = 'ordered';

-- name: get_operator_order^
SELECT id, operator, device, wish, reason, ordered_at, status, fault FROM operator_orders WHERE id = :id;

-- name: open_operator_orders
SELECT id, operator, device, wish, reason, ordered_at, status, fault FROM operator_orders
WHERE status = 'ordered' ORDER BY id;
