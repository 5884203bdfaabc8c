-- What the console of an operator shows (desk/at_phone.py, desk/citizens.py, desk/supervising.py).

-- The + keeps SQLite from going through all calls by their start: those that are up are few.
-- name: open_calls
SELECT c.*, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to, NULL AS recording,
    (SELECT t.number FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id
        ORDER BY t.serial DESC LIMIT 1) AS ticket,
    (SELECT max(cc.callback) FROM callback_calls cc WHERE cc.call = c.id) AS callback
FROM calls c LEFT JOIN call_personal p ON p.call = c.id
WHERE c.ended = 0 ORDER BY +c.started_at DESC, c.id DESC LIMIT :limit;

-- name: heard_until$
SELECT max(heard_until) FROM journal_positions;

-- name: get_citizen_by_id^
SELECT id, number, name FROM citizens WHERE id = :id;

-- LIKE is without regard to case for plain letters.
-- name: find_citizens_by_name
SELECT id, number, name FROM citizens WHERE name LIKE :pattern ESCAPE '\' ORDER BY name, id LIMIT :limit;

-- name: open_tickets_of_citizen
SELECT number FROM tickets WHERE citizen = :citizen AND status <> 'closed'
ORDER BY opened_at DESC, serial DESC LIMIT :limit;

-- name: count_closed_tickets_of_citizen$
SELECT count(*) FROM tickets WHERE citizen = :citizen AND status = 'closed';

-- name: newest_callbacks_of_citizen
SELECT id FROM callbacks WHERE citizen = :citizen ORDER BY id DESC LIMIT :limit;

-- The tickets that somebody has opened and that are not closed: the late first, then the newest.
-- name: open_tickets_opened_by
WITH chosen AS (
    SELECT t.serial, CASE WHEN t.status = 'forwarded' AND t.due_at < :now THEN 0 ELSE 1 END AS place FROM tickets t
    WHERE t.status IN ('new', 'forwarded', 'answered')
      AND EXISTS (SELECT 1 FROM ticket_history h WHERE h.actor = :actor AND h.ticket = t.serial AND h.action = 'open')
    ORDER BY place, t.serial DESC LIMIT :limit
)
SELECT t.*, c.number AS caller, c.name, NULL AS calls, NULL AS callback, NULL AS answer,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'open' LIMIT 1) AS text
FROM chosen k JOIN tickets t ON t.serial = k.serial LEFT JOIN citizens c ON c.id = t.citizen
ORDER BY k.place, t.serial DESC;

-- name: late_tickets_by_opd
SELECT opd, count(*) AS late, min(due_at) AS oldest FROM tickets
WHERE status = 'forwarded' AND due_at < :now
GROUP BY opd ORDER BY late DESC, opd;
