-- name: get_open_callback$
SELECT id FROM callbacks WHERE citizen = :citizen AND status IN ('pending', 'claimed');

-- name: add_callback<!
INSERT INTO callbacks (citizen, reason, status, owed_since, due_at, not_before, claimed_by, claimed_at, claimed_until,
    attempts, opened_at, recorded_at)
VALUES (:citizen, :reason, :status, :owed_since, :due_at, :not_before, :claimed_by, :claimed_at, :claimed_until,
    :attempts, :recorded_at, :recorded_at) RETURNING id;

-- reason, owed_since and due_at repeat what the causes come to, so that the most urgent are found quickly.
-- name: change_callback!
UPDATE callbacks SET reason = :reason, status = :status, owed_since = :owed_since, due_at = :due_at,
    not_before = :not_before, claimed_by = :claimed_by, claimed_at = :claimed_at, claimed_until = :claimed_until,
    attempts = :attempts,
    -- IS is SQLite's: PostgreSQL's words are IS NOT DISTINCT FROM.
    recorded_at = CASE
        WHEN (reason, owed_since, due_at, replace(status, 'claimed', 'pending'))
            IS (:reason, :owed_since, :due_at, replace(:status, 'claimed', 'pending')) THEN recorded_at
        ELSE :recorded_at END
WHERE id = :id;

-- name: add_cause!
INSERT INTO callback_causes (callback, reason, since, due_at, ticket, settled_at, settled_by)
VALUES (:callback, :reason, :since, :due_at, (SELECT serial FROM tickets WHERE number = :ticket), :settled_at,
    :settled_by);

-- name: change_cause!
UPDATE callback_causes SET since = :since, due_at = :due_at, settled_at = :settled_at, settled_by = :settled_by
WHERE id = :id;

-- name: list_cause_ids
SELECT id FROM callback_causes WHERE callback = :callback ORDER BY id;

-- Answers that were never told, because the callback that was for them expired.
-- name: list_untold
SELECT t.number, b.id AS callback
FROM callbacks b JOIN callback_causes k ON k.callback = b.id JOIN tickets t ON t.serial = k.ticket
WHERE b.citizen = :citizen AND b.status = 'expired' AND k.settled_by IS NULL AND t.status = 'answered'
ORDER BY k.id;

-- Many at once; `ids` is a JSON array. json_each is SQLite's: PostgreSQL's word is json_array_elements_text.
-- name: get_callbacks
SELECT b.*, c.number AS caller, c.name,
    (SELECT group_concat(bc.call) FROM callback_calls bc WHERE bc.callback = b.id) AS calls
FROM callbacks b JOIN citizens c ON c.id = b.citizen
WHERE b.id IN (SELECT value FROM json_each(:ids));

-- name: list_causes_of_many
SELECT k.callback, k.reason, k.since, k.due_at, k.settled_at, k.settled_by, t.number AS ticket
FROM callback_causes k LEFT JOIN tickets t ON t.serial = k.ticket
WHERE k.callback IN (SELECT value FROM json_each(:ids)) ORDER BY k.id;

-- name: list_attempts_of_many
SELECT callback, id, at, operator, result, call, note, confirmed FROM callback_attempts
WHERE callback IN (SELECT value FROM json_each(:ids)) ORDER BY id;

-- name: add_callback_call!
INSERT INTO callback_calls (callback, call, recorded_at) VALUES (:callback, :call, :recorded_at)
ON CONFLICT DO NOTHING;

-- name: add_attempt!
INSERT INTO callback_attempts (callback, at, operator, result, call, note, confirmed, recorded_at)
VALUES (:callback, :at, :operator, :result, :call, :note, :confirmed, :recorded_at);

-- name: change_attempt!
UPDATE callback_attempts SET
    first_result = CASE WHEN result = :result THEN first_result ELSE result END,
    amended_at = CASE WHEN result = :result THEN amended_at ELSE :recorded_at END,
    result = :result, note = :note, confirmed = 1
WHERE id = :id;

-- name: is_attempt$
SELECT count(*) FROM callback_attempts WHERE call = :call;

-- The order of tickets/callback.py, urgency(): who must wait last; then the late, the serious, the promised earlier.
-- name: most_urgent_callbacks
SELECT b.id FROM callbacks b
WHERE b.status IN ('pending', 'claimed') AND +b.owed_since >= :since AND +b.owed_since < :until
  -- By ids, since the citizen would have to be read from the row of each.
  AND b.id NOT IN (SELECT x.id FROM suspended s JOIN callbacks x ON x.citizen = s.citizen)
  AND (:operator IS NULL OR (
    (b.not_before IS NULL OR b.not_before <= :now)
    AND (b.claimed_by IS NULL OR b.claimed_until <= :now)))
ORDER BY CASE WHEN b.not_before > :now THEN 1 ELSE 0 END, CASE WHEN b.due_at < :now THEN 0 ELSE 1 END,
    CASE b.reason WHEN 'answer' THEN 0 WHEN 'request' THEN 1 WHEN 'message' THEN 2 ELSE 3 END, b.due_at, b.id
LIMIT :limit;

-- name: claimed_callback$
SELECT id FROM callbacks WHERE status = 'claimed' AND claimed_by = :operator AND claimed_until > :now
ORDER BY claimed_at LIMIT 1;

-- name: count_open_callbacks$
SELECT count(*) FROM callbacks WHERE status IN ('pending', 'claimed');

-- name: count_late_callbacks$
SELECT count(*) FROM callbacks WHERE status IN ('pending', 'claimed') AND due_at < :now;

-- name: count_expired_callbacks$
SELECT count(*) FROM callbacks WHERE status = 'expired';

-- name: ended_callbacks
SELECT id FROM callbacks WHERE status IN ('done', 'expired') AND owed_since >= :since AND owed_since < :until
ORDER BY owed_since DESC, id DESC LIMIT :limit;

-- name: is_call_of_callback$
SELECT count(*) FROM callback_calls WHERE call = :call;

-- Calls of people who wanted a person and got none, and who cannot be called back: no number was shown.
-- name: missed_without_number
SELECT id, started_at, outcome FROM calls
WHERE citizen IS NULL AND direction = 'inbound' AND ended = 1
  AND outcome IN ('abandoned', 'timeout', 'full', 'no_operator') AND started_at >= :since
ORDER BY started_at DESC LIMIT :limit;
-- name: list_overrides
SELECT open, since, until, by, why FROM overrides WHERE until > :after AND until > since ORDER BY id;

-- name: add_override!
INSERT INTO overrides (open, since, until, by, why) VALUES (:open, :since, :until, :by, :why);

-- name: end_overrides!
UPDATE overrides SET until = :at WHERE until > :at;
