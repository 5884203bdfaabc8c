-- What begins so, each by its primary or unique key; `after` is the first text or number that does not begin so any more.

-- name: tickets_beginning
SELECT number FROM tickets WHERE number >= :first AND number < :after ORDER BY number LIMIT :limit;

-- `numbers` is a JSON array. json_each is SQLite's, as in callbacks.sql.
-- name: tickets_among
SELECT number FROM tickets WHERE number IN (SELECT value FROM json_each(:numbers)) ORDER BY number DESC LIMIT :limit;

-- name: is_callback$
SELECT count(*) FROM callbacks WHERE id = :id;

-- name: open_callbacks_between
SELECT id FROM callbacks WHERE id >= :first AND id < :after AND status IN ('pending', 'claimed') ORDER BY id
LIMIT :limit;

-- name: is_call$
SELECT count(*) FROM calls WHERE id = :id;

-- name: calls_beginning
SELECT id FROM calls WHERE id >= :first AND id < :after ORDER BY id LIMIT :limit;

-- name: calls_of_channels_beginning
SELECT DISTINCT call AS id FROM call_uniqueids WHERE uniqueid >= :first AND uniqueid < :after LIMIT :limit;

-- name: newest_calls_ending
SELECT id FROM (SELECT id FROM calls ORDER BY started_at DESC, id DESC LIMIT :newest) AS newest
WHERE substr(id, length(id) - length(:ending) + 1) = :ending LIMIT :limit;
