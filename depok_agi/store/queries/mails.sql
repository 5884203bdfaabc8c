-- What holds for an e-mail about a ticket: the ticket still waits for its OPD by the forwarding that is meant, and, for
-- all kinds but the first, until the date with which its key ends (notify/mail.py).

-- name: add_mail!
INSERT INTO mails (key, kind, role, opd, ticket, forwarding, address, status, queued_at, next_try_at)
VALUES (:key, :kind, :role, :opd, :ticket, :forwarding, :address, 'waiting', :queued_at, :next_try_at)
ON CONFLICT (key) DO NOTHING;

-- name: tickets_coming_due
-- Those about which the last that is to be said by now is not in the queue.
SELECT t.serial, t.number, t.opd, t.forwarding, t.due_at FROM tickets t
WHERE t.status = 'forwarded' AND t.due_at <= :until AND t.opd IS NOT NULL AND t.forwarding IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM mails m WHERE m.key =
        CASE WHEN t.due_at < :now THEN 'late:head:' WHEN t.due_at = :now THEN 'due:' ELSE 'reminder:' END
        || t.number || ':' || t.forwarding || ':' || t.due_at)
ORDER BY t.due_at, t.serial LIMIT :limit;

-- name: opds_without_sheet
SELECT DISTINCT t.opd FROM tickets t
WHERE t.status = 'forwarded' AND t.opd IS NOT NULL AND t.forwarded_at <= :since
  AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.key = 'sheet:' || t.opd || ':' || :day)
ORDER BY t.opd;

-- name: mails_to_send
SELECT m.id, m.key, m.kind, m.role, m.opd, m.ticket AS serial, t.number, m.forwarding, m.status, m.queued_at,
    m.next_try_at, m.tries, m.sent_at, m.error,
    CASE m.role WHEN 'officer' THEN o.email WHEN 'head' THEN o.head_email ELSE m.address END AS address
FROM mails m LEFT JOIN opds o ON o.code = m.opd LEFT JOIN tickets t ON t.serial = m.ticket
WHERE m.status IN ('waiting', 'sending') AND m.status = 'waiting' AND m.next_try_at <= :now
  AND NOT EXISTS (SELECT 1 FROM suspended s WHERE s.citizen = t.citizen)
-- An e-mail on which the server is lost each time must not stand before all the others for ever.
ORDER BY m.tries, m.next_try_at, m.id LIMIT :limit;

-- name: drop_mails_of_answered!
UPDATE mails SET status = 'dropped', error = :why
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now AND ticket IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM tickets t WHERE t.serial = mails.ticket AND t.status = 'forwarded'
        AND t.forwarding = mails.forwarding);

-- name: drop_mails_of_moved!
UPDATE mails SET status = 'dropped', error = :why
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now AND ticket IS NOT NULL
  AND kind <> 'forwarded'
  AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.serial = mails.ticket AND mails.key LIKE '%:' || t.due_at);

-- name: drop_reminders_too_late!
UPDATE mails SET status = 'dropped', error = :why
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now AND kind = 'reminder'
  AND EXISTS (SELECT 1 FROM tickets t WHERE t.serial = mails.ticket AND t.due_at <= :now);

-- name: drop_sheets_of_other_days!
UPDATE mails SET status = 'dropped', error = :why
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now AND kind = 'sheet'
  AND key NOT LIKE '%:' || :day;

-- name: put_off_mails_without_address!
UPDATE mails SET next_try_at = :next_try_at, error = :why
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now
  AND EXISTS (
    SELECT 1 FROM opds o WHERE o.code = mails.opd
        AND ((mails.role = 'officer' AND o.email IS NULL) OR (mails.role = 'head' AND o.head_email IS NULL)));

-- name: put_off_mails_of_kind!
UPDATE mails SET next_try_at = :next_try_at
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now AND kind = :kind;

-- name: put_off_all_mails!
UPDATE mails SET next_try_at = :next_try_at, error = :why
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at <= :now;

-- name: start_mail!
UPDATE mails SET status = 'sending', tries = tries + 1, address = :address
WHERE id = :id AND status = 'waiting'
  AND (ticket IS NULL OR EXISTS (
    SELECT 1 FROM tickets t WHERE t.serial = mails.ticket AND t.status = 'forwarded'
        AND t.forwarding = mails.forwarding AND (mails.kind = 'forwarded' OR mails.key LIKE '%:' || t.due_at)));

-- name: mail_is_sent!
UPDATE mails SET status = 'sent', sent_at = :sent_at, error = NULL WHERE id = :id AND status = 'sending';

-- name: mail_waits!
UPDATE mails SET status = 'waiting', next_try_at = :next_try_at, error = :why WHERE id = :id AND status = 'sending';

-- name: mail_is_dropped!
UPDATE mails SET status = 'dropped', error = :why WHERE id = :id AND status = 'sending';

-- name: resume_mails!
UPDATE mails SET status = 'waiting', next_try_at = :now, error = :why
WHERE status IN ('waiting', 'sending') AND status = 'sending';

-- name: try_mails_now!
UPDATE mails SET next_try_at = :now
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at > :now;

-- name: try_mails_of_opd_now!
UPDATE mails SET next_try_at = :now
WHERE status IN ('waiting', 'sending') AND status = 'waiting' AND next_try_at > :now AND opd = :opd;

-- name: count_waiting_mails$
SELECT count(*) FROM mails WHERE status IN ('waiting', 'sending');

-- name: newest_mails
SELECT id FROM mails
WHERE queued_at >= :since AND queued_at < :until
ORDER BY queued_at DESC, id DESC LIMIT :limit;

-- name: newest_ended_mails
SELECT id FROM mails WHERE status IN ('sent', 'dropped') AND status = :status
  AND queued_at >= :since AND queued_at < :until
ORDER BY queued_at DESC, id DESC LIMIT :limit;

-- name: newest_waiting_mails
SELECT id FROM mails WHERE status IN ('waiting', 'sending')
  AND +queued_at >= :since AND +queued_at < :until
ORDER BY +queued_at DESC, id DESC LIMIT :limit;

-- name: newest_report_mails
-- With the plus no index is taken for the order: that of reports has a few, that of all e-mails years of them.
SELECT id FROM mails WHERE kind = 'report' ORDER BY +id DESC LIMIT :limit;

-- Many at once; `ids` is a JSON array, as in callbacks.sql.
-- name: get_mails
SELECT m.id, m.key, m.kind, m.role, m.opd, m.ticket AS serial, t.number, m.forwarding, m.status, m.queued_at,
    m.next_try_at, m.tries, m.sent_at, m.error,
    -- One that is sent or under way went where it was written to then; the others go where the OPD is written to now.
    CASE WHEN m.role IN ('supervisor', 'recipient') OR m.status IN ('sending', 'sent') THEN m.address
        WHEN m.role = 'officer' THEN o.email ELSE o.head_email END AS address
FROM mails m LEFT JOIN opds o ON o.code = m.opd LEFT JOIN tickets t ON t.serial = m.ticket
WHERE m.id IN (SELECT value FROM json_each(:ids)) ORDER BY m.id DESC;

-- name: report_keys_of
SELECT key FROM mails WHERE kind = 'report' AND address = :address;

-- name: get_opd_name$
SELECT name FROM opds WHERE code = :code;

-- name: matter_of_ticket
SELECT t.number, t.category, t.area, t.secret, t.clock, t.forwarded_at, t.due_at, t.due_elapsed_at,
    t.due_working_days_at, c.number AS citizen,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'open' LIMIT 1) AS text
FROM tickets t LEFT JOIN citizens c ON c.id = t.citizen
WHERE t.serial = :serial AND t.status = 'forwarded';

-- name: matters_of_opd
SELECT t.number, t.category, t.area, t.secret, t.clock, t.forwarded_at, t.due_at, t.due_elapsed_at,
    t.due_working_days_at, c.number AS citizen,
    (SELECT x.text FROM ticket_history h JOIN ticket_texts x ON x.history = h.id
        WHERE h.ticket = t.serial AND h.action = 'open' LIMIT 1) AS text
FROM tickets t LEFT JOIN citizens c ON c.id = t.citizen
WHERE t.opd = :opd AND t.status = 'forwarded' AND NOT EXISTS (SELECT 1 FROM suspended s WHERE s.citizen = t.citizen)
ORDER BY t.due_at, t.serial;
