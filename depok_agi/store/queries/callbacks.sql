-- name: get_open_callback^
SELECT b.* FROM callbacks b WHERE b.citizen = :citizen AND b.status IN ('pending', 'claimed');

-- name: add_callback<!
INSERT INTO callbacks (citizen, reason, status, owed_since, due_at, not_before, claimed_by, claimed_until,
    attempts)
VALUES (:citizen, :reason, :status, :owed_since, :due_at, :not_before, :claimed_by, :claimed_until,
    :attempts) RETURNING id;

-- name: change_callback!
UPDATE callbacks SET reason = :reason, status = :status, owed_since = :owed_since, due_at = :due_at,
    not_before = :not_before, claimed_by = :claimed_by, claimed_until = :claimed_until, attempts = :attempts
WHERE id = :id;

-- name: add_callback_call!
INSERT INTO callback_calls (callback, call) VALUES (:callback, :call) ON CONFLICT DO NOTHING;

-- name: add_callback_ticket!
INSERT INTO callback_tickets (callback, ticket) VALUES (:callback, :ticket) ON CONFLICT DO NOTHING;

-- name: add_attempt!
INSERT INTO callback_attempts (callback, at, operator, result, call, note)
VALUES (:callback, :at, :operator, :result, :call, :note);

-- name: get_callback^
SELECT b.*, c.number AS caller, c.name,
    (SELECT group_concat(t.number) FROM callback_tickets bt JOIN tickets t ON t.serial = bt.ticket
        WHERE bt.callback = b.id) AS tickets,
    (SELECT group_concat(bc.call) FROM callback_calls bc WHERE bc.callback = b.id) AS calls
FROM callbacks b JOIN citizens c ON c.id = b.citizen
WHERE b.id = :id;

-- name: list_callbacks
SELECT b.*, c.number AS caller, c.name,
    (SELECT group_concat(t.number) FROM callback_tickets bt JOIN tickets t ON t.serial = bt.ticket
        WHERE bt.callback = b.id) AS tickets,
    (SELECT group_concat(bc.call) FROM callback_calls bc WHERE bc.callback = b.id) AS calls
FROM callbacks b JOIN citizens c ON c.id = b.citizen
WHERE :every = 1 OR b.status IN ('pending', 'claimed');

-- name: list_attempts
SELECT at, operator, result, call, note FROM callback_attempts WHERE callback = :callback ORDER BY id;

-- name: is_call_of_callback$
SELECT count(*) FROM callback_calls WHERE call = :call;

-- name: list_overrides
SELECT open, since, until, by, why FROM overrides WHERE until > :after AND until > since ORDER BY id;

-- name: add_override!
INSERT INTO overrides (open, since, until, by, why) VALUES (:open, :since, :until, :by, :why);

-- name: end_overrides!
UPDATE overrides SET until = :at WHERE until > :at;
