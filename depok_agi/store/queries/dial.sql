-- name: add_dial_order<!
INSERT INTO dial_orders (callback, operator, device, ordered_at, status)
VALUES (:callback, :operator, :device, :ordered_at, 'ordered') RETURNING id;

-- Changes it only from the status that the change was thought out for: who comes second changes nothing.
-- name: change_dial_order!
UPDATE dial_orders SET status = :status, reason = :reason, uniqueid = coalesce(:uniqueid, uniqueid)
WHERE id = :id AND status = :was;

-- name: get_dial_order^
SELECT o.id, o.callback, o.operator, o.device, o.ordered_at, o.status, o.reason, o.uniqueid,
    c.id AS call, c.direction, c.answered_at, c.ended, c.talk_seconds
FROM dial_orders o LEFT JOIN call_uniqueids u ON u.uniqueid = o.uniqueid LEFT JOIN calls c ON c.id = u.call
WHERE o.id = :id;

-- name: open_dial_orders
SELECT o.id, o.callback, o.operator, o.device, o.ordered_at, o.status, o.reason, o.uniqueid,
    c.id AS call, c.direction, c.answered_at, c.ended, c.talk_seconds
FROM dial_orders o LEFT JOIN call_uniqueids u ON u.uniqueid = o.uniqueid LEFT JOIN calls c ON c.id = u.call
WHERE o.status IN ('ordered', 'ringing', 'connected') ORDER BY o.id;

-- Open orders for a callback or with a phone: there may be one of each at a time.
-- name: dial_orders_in_the_way
SELECT id, callback, operator, device, ordered_at, status FROM dial_orders
WHERE status IN ('ordered', 'ringing', 'connected') AND (callback = :callback OR device = :device) ORDER BY id;
