-- name: next_serial$
SELECT coalesce(max(serial), 100000) + 1 FROM tickets;

-- name: add_ticket!
INSERT INTO tickets (serial, number, status, opened_at, channel, secret, category, area, citizen)
VALUES (:serial, :number, :status, :opened_at, :channel, :secret, :category, :area, :citizen);

-- name: change_ticket!
UPDATE tickets SET status = :status, opd = :opd, clock = :clock, forwarded_at = :forwarded_at, due_at = :due_at,
    due_elapsed_at = :due_elapsed_at, due_working_days_at = :due_working_days_at, answered_at = :answered_at,
    closed_at = :closed_at
WHERE serial = :serial;

-- name: close_ticket!
UPDATE tickets SET status = :status, closed_at = :closed_at WHERE serial = :serial;

-- name: change_ticket_revision!
UPDATE tickets SET revision = :revision WHERE serial = :serial;

-- name: change_ticket_forwarding!
UPDATE tickets SET forwarding = :forwarding WHERE serial = :serial;

-- name: add_ticket_call!
INSERT INTO ticket_calls (ticket, call) VALUES (:ticket, :call) ON CONFLICT DO NOTHING;

-- name: get_ticket^
SELECT t.*, c.number AS caller, c.name,
    (SELECT group_concat(tc.call) FROM ticket_calls tc WHERE tc.ticket = t.serial) AS calls,
    (SELECT max(cc.callback) FROM callback_causes cc WHERE cc.ticket = t.serial) AS callback,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'open' LIMIT 1) AS text,
    CASE WHEN t.answered_at IS NULL THEN NULL ELSE
        (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
            WHERE h.ticket = t.serial AND h.action = 'answer' ORDER BY h.id DESC LIMIT 1) END AS answer
FROM tickets t LEFT JOIN citizens c ON c.id = t.citizen
WHERE t.number = :number;

-- name: newest_tickets
SELECT number FROM tickets WHERE opened_at >= :since AND opened_at < :until
ORDER BY opened_at DESC, serial DESC LIMIT :limit;

-- name: newest_tickets_of_status
SELECT number FROM tickets WHERE status = :status AND opened_at >= :since AND opened_at < :until
ORDER BY opened_at DESC, serial DESC LIMIT :limit;

-- name: newest_tickets_of_opd
SELECT number FROM tickets
WHERE opd = :opd AND opened_at >= :since AND opened_at < :until AND (:status IS NULL OR status = :status)
ORDER BY opened_at DESC, serial DESC LIMIT :limit;

-- name: overdue_tickets
SELECT number FROM tickets
WHERE status = 'forwarded' AND due_at < :now AND +opened_at >= :since AND +opened_at < :until
  AND (:opd IS NULL OR opd = :opd)
ORDER BY due_at, serial LIMIT :limit;

-- name: count_late_tickets$
SELECT count(*) FROM tickets WHERE status = 'forwarded' AND due_at < :now;

-- name: forwarded_tickets
SELECT number FROM tickets WHERE status = 'forwarded' ORDER BY serial;

-- name: answered_without_number
SELECT t.number FROM tickets t LEFT JOIN citizens c ON c.id = t.citizen
WHERE t.status = 'answered' AND c.number IS NULL ORDER BY t.answered_at LIMIT :limit;

-- name: ticket_standing^
SELECT status, opd, due_at FROM tickets WHERE number = :number;

-- name: newest_open_ticket_of$
SELECT t.number FROM tickets t JOIN citizens c ON c.id = t.citizen
WHERE c.number = :caller AND t.status <> 'closed' AND t.secret = 0
ORDER BY t.opened_at DESC, t.serial DESC LIMIT 1;

-- name: history_end^
SELECT entries, hash FROM history_end WHERE id = 1;

-- name: change_history_end!
UPDATE history_end SET entries = entries + 1, hash = :hash WHERE id = 1;

-- name: add_history<!
INSERT INTO ticket_history (ticket, at, actor, action, detail, text_digest, origin, previous, hash)
VALUES (:ticket, :at, :actor, :action, :detail, :text_digest, :origin, :previous, :hash) RETURNING id;

-- name: add_ticket_text!
INSERT INTO ticket_texts (history, salt, text) VALUES (:history, :salt, :text);

-- name: list_history
SELECT h.*, x.text, x.salt FROM ticket_history h LEFT JOIN ticket_texts x ON x.history = h.id
WHERE h.ticket = :ticket ORDER BY h.id;

-- name: list_history_after
SELECT h.*, NULL AS text FROM ticket_history h WHERE h.ticket = :ticket AND h.id > :after ORDER BY h.id;

-- name: all_history
SELECT h.*, x.text, x.salt FROM ticket_history h LEFT JOIN ticket_texts x ON x.history = h.id ORDER BY h.id;

-- name: all_standings
SELECT serial, number, status, opd, due_at FROM tickets ORDER BY serial;

-- name: get_view$
SELECT revision FROM ticket_views WHERE ticket = :ticket AND actor = :actor;

-- name: put_view!
INSERT INTO ticket_views (ticket, actor, at, revision) VALUES (:ticket, :actor, :at, :revision)
ON CONFLICT (ticket, actor) DO UPDATE SET at = excluded.at, revision = max(ticket_views.revision, excluded.revision);

-- name: list_opds
SELECT code, name, clock, email, head_email, active, phone FROM opds ORDER BY code;

-- name: add_opd!
INSERT INTO opds (code, name, clock, email, head_email, active, phone)
VALUES (:code, :name, :clock, :email, :head_email, :active, :phone);

-- name: change_opd!
UPDATE opds SET name = :name, clock = :clock, email = :email, head_email = :head_email, active = :active,
    phone = :phone
WHERE code = :code;

-- name: list_categories
SELECT name, opd FROM categories ORDER BY name;

-- name: put_category!
INSERT INTO categories (name, opd) VALUES (:name, :opd) ON CONFLICT (name) DO UPDATE SET opd = excluded.opd;

-- name: drop_category!
DELETE FROM categories WHERE name = :name;

-- name: live_calls
-- With the plus no index is taken for the order: that of open calls has a few, that of all calls a million.
SELECT id FROM calls WHERE ended = 0 ORDER BY +started_at DESC;
