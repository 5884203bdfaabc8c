-- name: put_talk_recordings*!
INSERT INTO talk_recordings (uniqueid, recording, at) VALUES (:uniqueid, :recording, :at) ON CONFLICT DO NOTHING;

-- name: add_play_order<!
INSERT INTO play_orders (operator, device, recording, ordered_at, status)
VALUES (:operator, :device, :recording, :ordered_at, 'ordered') RETURNING id;

-- Changes it only from the status that the change was thought out for: who comes second changes nothing.
-- name: change_play_order!
UPDATE play_orders SET status = :status, reason = :reason WHERE id = :id AND status = :was;

-- name: get_play_order^
SELECT id, operator, device, recording, ordered_at, status, reason FROM play_orders WHERE id = :id;

-- name: open_play_orders
SELECT id, operator, device, recording, ordered_at, status, reason FROM play_orders
WHERE status IN ('ordered', 'ringing') ORDER BY id;
