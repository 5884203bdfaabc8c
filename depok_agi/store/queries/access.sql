-- name: add_access!
INSERT INTO access_log (at, actor, role, origin, deed, allowed, citizen, ticket, call, detail)
VALUES (:at, :actor, :role, :origin, :deed, :allowed, :citizen, :ticket, :call, :detail);

-- name: list_access
SELECT a.*, c.number, t.number AS ticket_number, coalesce(t.secret, 0) AS secret
FROM access_log a LEFT JOIN citizens c ON c.id = a.citizen LEFT JOIN tickets t ON t.serial = a.ticket
WHERE a.at >= :since AND a.at < :until
ORDER BY a.at DESC, a.id DESC LIMIT :limit;

-- name: list_access_by
SELECT a.*, c.number, t.number AS ticket_number, coalesce(t.secret, 0) AS secret
FROM access_log a LEFT JOIN citizens c ON c.id = a.citizen LEFT JOIN tickets t ON t.serial = a.ticket
WHERE a.actor = :actor AND a.at >= :since AND a.at < :until
ORDER BY a.at DESC, a.id DESC LIMIT :limit;

-- name: list_access_refused
SELECT a.*, c.number, t.number AS ticket_number, coalesce(t.secret, 0) AS secret
FROM access_log a LEFT JOIN citizens c ON c.id = a.citizen LEFT JOIN tickets t ON t.serial = a.ticket
WHERE a.allowed = 0 AND a.at >= :since AND a.at < :until
  AND (:actor IS NULL OR +a.actor = :actor)
ORDER BY a.at DESC, a.id DESC LIMIT :limit;

-- name: list_access_of
SELECT a.*, c.number, t.number AS ticket_number, coalesce(t.secret, 0) AS secret
FROM access_log a LEFT JOIN citizens c ON c.id = a.citizen LEFT JOIN tickets t ON t.serial = a.ticket
WHERE a.citizen = :citizen AND a.at >= :since AND a.at < :until
  AND (:actor IS NULL OR +a.actor = :actor) AND (:refused = 0 OR +a.allowed = 0)
ORDER BY a.at DESC, a.id DESC LIMIT :limit;

-- Secret tickets: whose citizen is known only to those to whom the ticket is assigned (desk/secrecy.py).
-- `ids` and `numbers` are JSON arrays, as in callbacks.sql.

-- name: secret_tickets_of_calls
SELECT tc.call AS of_id, t.number FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket
WHERE t.secret = 1 AND tc.call IN (SELECT value FROM json_each(:ids))
UNION
SELECT bc.call AS of_id, t.number FROM callback_calls bc
JOIN callback_causes k ON k.callback = bc.callback JOIN tickets t ON t.serial = k.ticket
WHERE t.secret = 1 AND bc.call IN (SELECT value FROM json_each(:ids));

-- name: secret_tickets_of_callbacks
SELECT DISTINCT k.callback AS of_id, t.number FROM callback_causes k JOIN tickets t ON t.serial = k.ticket
WHERE t.secret = 1 AND k.callback IN (SELECT value FROM json_each(:ids));

-- name: secret_tickets_among
SELECT number AS of_id, number FROM tickets WHERE secret = 1 AND number IN (SELECT value FROM json_each(:ids));

-- Who has taken it down, and who has claimed the callback in which its citizen is told.
-- name: tickets_assigned_to
SELECT t.number FROM tickets t WHERE t.number IN (SELECT value FROM json_each(:numbers)) AND (
    EXISTS (SELECT 1 FROM ticket_history h WHERE h.ticket = t.serial AND h.action = 'open' AND h.actor = :actor)
    OR EXISTS (SELECT 1 FROM callback_causes k JOIN callbacks b ON b.id = k.callback
        WHERE k.ticket = t.serial AND b.status = 'claimed' AND b.claimed_by = :actor AND b.claimed_until > :now));
