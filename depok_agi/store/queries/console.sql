-- What the console of an operator shows (desk/at_phone.py, desk/citizens.py, desk/supervising.py).

-- name: open_calls
SELECT c.*, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to, NULL AS recording
FROM calls c LEFT JOIN call_personal p ON p.call = c.id
WHERE c.ended = 0 ORDER BY c.started_at DESC, c.id DESC LIMIT :limit;

-- name: heard_until$
SELECT max(heard_until) FROM journal_positions;

-- name: get_citizen_by_id^
SELECT id, number, name FROM citizens WHERE id = :id;

-- Whole numbers only: part of one leads to too many. LIKE is without regard to case for plain letters.
-- name: find_citizens
SELECT id, number, name FROM citizens
WHERE number = :number OR (:pattern IS NOT NULL AND name LIKE :pattern ESCAPE '\')
ORDER BY name, id LIMIT :limit;

-- name: open_tickets_of_citizen
SELECT number FROM tickets WHERE citizen = :citizen AND status <> 'closed'
ORDER BY opened_at DESC, serial DESC LIMIT :limit;

-- name: count_closed_tickets_of_citizen$
SELECT count(*) FROM tickets WHERE citizen = :citizen AND status = 'closed';

-- name: callbacks_of_citizen
SELECT id FROM callbacks WHERE citizen = :citizen ORDER BY id DESC LIMIT :limit;

-- The tickets that somebody has opened and that are not closed: the late first, then the newest.
-- name: open_tickets_opened_by
SELECT t.number FROM ticket_history h JOIN tickets t ON t.serial = h.ticket
WHERE h.actor = :actor AND h.action = 'open' AND t.status <> 'closed'
ORDER BY CASE WHEN t.status = 'forwarded' AND t.due_at < :now THEN 0 ELSE 1 END, t.serial DESC LIMIT :limit;

-- name: late_tickets_by_opd
SELECT opd, count(*) AS late, min(due_at) AS oldest FROM tickets
WHERE status = 'forwarded' AND due_at < :now
GROUP BY opd ORDER BY late DESC, opd;
