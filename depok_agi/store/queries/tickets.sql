-- name: next_serial$
SELECT coalesce(max(serial), 100000) + 1 FROM tickets;

-- name: add_ticket!
INSERT INTO tickets (serial, number, status, opened_at, channel, secret, category, area, citizen)
VALUES (:serial, :number, :status, :opened_at, :channel, :secret, :category, :area, :citizen);

-- name: change_ticket!
UPDATE tickets SET status = :status, opd = :opd, forwarded_at = :forwarded_at, due_at = :due_at,
    due_elapsed_at = :due_elapsed_at, due_working_days_at = :due_working_days_at, answered_at = :answered_at,
    closed_at = :closed_at
WHERE serial = :serial;

-- name: add_ticket_call!
INSERT INTO ticket_calls (ticket, call) VALUES (:ticket, :call) ON CONFLICT DO NOTHING;

-- name: get_ticket^
SELECT t.*, c.number AS caller, c.name,
    (SELECT group_concat(tc.call) FROM ticket_calls tc WHERE tc.ticket = t.serial) AS calls,
    (SELECT max(ct.callback) FROM callback_tickets ct WHERE ct.ticket = t.serial) AS callback,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'open' LIMIT 1) AS text,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'answer' ORDER BY h.id DESC LIMIT 1) AS answer
FROM tickets t LEFT JOIN citizens c ON c.id = t.citizen
WHERE t.number = :number;

-- name: list_tickets
SELECT t.*, c.number AS caller, c.name,
    (SELECT group_concat(tc.call) FROM ticket_calls tc WHERE tc.ticket = t.serial) AS calls,
    (SELECT max(ct.callback) FROM callback_tickets ct WHERE ct.ticket = t.serial) AS callback,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'open' LIMIT 1) AS text,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'answer' ORDER BY h.id DESC LIMIT 1) AS answer
FROM tickets t LEFT JOIN citizens c ON c.id = t.citizen
WHERE (:status IS NULL OR t.status = :status)
  AND (:opd IS NULL OR t.opd = :opd)
  AND (:overdue_at IS NULL OR (t.status = 'forwarded' AND t.due_at < :overdue_at))
ORDER BY t.opened_at DESC, t.serial DESC LIMIT :limit;

-- name: ticket_status$
SELECT status FROM tickets WHERE number = :number;

-- name: last_hash$
SELECT hash FROM ticket_history ORDER BY id DESC LIMIT 1;

-- name: add_history<!
INSERT INTO ticket_history (ticket, at, actor, action, detail, text_digest, previous, hash)
VALUES (:ticket, :at, :actor, :action, :detail, :text_digest, :previous, :hash) RETURNING id;

-- name: add_ticket_text!
INSERT INTO ticket_texts (history, salt, text) VALUES (:history, :salt, :text);

-- name: list_history
SELECT h.*, x.text, x.salt FROM ticket_history h LEFT JOIN ticket_texts x ON x.history = h.id
WHERE h.ticket = :ticket ORDER BY h.id;

-- name: all_history
SELECT h.*, x.text, x.salt FROM ticket_history h LEFT JOIN ticket_texts x ON x.history = h.id ORDER BY h.id;

-- name: list_opds
SELECT code, name, clock FROM opds ORDER BY code;

-- name: list_categories
SELECT name, opd FROM categories ORDER BY name;

-- name: close_ticket!
UPDATE tickets SET status = :status, closed_at = :closed_at WHERE serial = :serial;
