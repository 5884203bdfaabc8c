-- name: is_sms_received$
SELECT count(*) FROM sms_received WHERE uniqueid = :uniqueid;

-- name: add_sms_received<!
INSERT INTO sms_received (uniqueid, at, citizen, sender, made, ticket, text_digest, words_digest, looks_automatic,
    answered, recorded_at)
VALUES (:uniqueid, :at, :citizen, :sender, :made, :ticket, :text_digest, :words_digest, :looks_automatic,
    :answered, :recorded_at)
RETURNING id;

-- name: sms_of_citizen_since
SELECT r.at, r.made, r.text_digest, r.words_digest, r.looks_automatic, r.answered, t.number AS ticket
FROM sms_received r LEFT JOIN tickets t ON t.serial = r.ticket
WHERE r.citizen = :citizen AND r.at >= :since ORDER BY r.at DESC, r.id DESC;

-- name: forget_sms_digests!
UPDATE sms_received SET text_digest = NULL, words_digest = NULL WHERE words_digest IS NOT NULL AND at < :before;

-- name: is_blocked$
SELECT count(*) FROM blocks WHERE citizen = :citizen AND until > :now;

-- name: list_sms_received
SELECT r.id, r.at, r.sender, r.made, r.answered, c.number, t.number AS ticket
FROM sms_received r LEFT JOIN citizens c ON c.id = r.citizen LEFT JOIN tickets t ON t.serial = r.ticket
WHERE r.at >= :since AND r.at < :until
ORDER BY r.at DESC, r.id DESC LIMIT :limit;

-- name: add_sms!
INSERT INTO sms_queue (key, kind, language, citizen, ticket, forwarding, callback, status, queued_at, next_try_at)
VALUES (:key, :kind, :language, :citizen, :ticket, :forwarding, :callback, 'waiting', :queued_at, :next_try_at)
ON CONFLICT (key) DO NOTHING;

-- name: sms_to_send
SELECT q.*, c.number, t.number AS ticket_number FROM sms_queue q
JOIN citizens c ON c.id = q.citizen LEFT JOIN tickets t ON t.serial = q.ticket
WHERE q.status IN ('waiting', 'sending') AND q.status = 'waiting' AND q.next_try_at <= :now
  AND q.citizen NOT IN (SELECT citizen FROM suspended)
ORDER BY q.next_try_at, q.id LIMIT :limit;

-- name: matter_of_sms^
SELECT t.status, t.opd, t.due_at, t.secret, t.forwarding, q.forwarding AS meant, b.status AS callback_status
FROM sms_queue q LEFT JOIN tickets t ON t.serial = q.ticket LEFT JOIN callbacks b ON b.id = q.callback
WHERE q.id = :id;

-- name: start_sms!
UPDATE sms_queue SET status = 'sending', tries = tries + 1 WHERE id = :id AND status = 'waiting';

-- name: sms_is_sent!
UPDATE sms_queue SET status = 'sent', sent_at = :sent_at, error = NULL, recorded_at = :recorded_at
WHERE id = :id AND status = 'sending';

-- name: sms_waits!
UPDATE sms_queue SET status = 'waiting', next_try_at = :next_try_at, error = :why WHERE id = :id AND status = 'sending';

-- name: put_off_sms!
UPDATE sms_queue SET next_try_at = :next_try_at WHERE id = :id AND status = 'waiting';

-- name: drop_sms!
UPDATE sms_queue SET status = 'dropped', error = :why, recorded_at = :recorded_at
WHERE id = :id AND status IN ('waiting', 'sending');

-- name: handed_over_sms_is_sent!
UPDATE sms_queue SET status = 'sent', sent_at = :now, error = :why, recorded_at = :now
WHERE id = :id AND tries = :tries AND status = 'sending';

-- name: resume_sms!
UPDATE sms_queue SET status = 'waiting', tries = tries - 1, next_try_at = :now
WHERE status IN ('waiting', 'sending') AND status = 'sending';

-- name: last_sms_sent_at$
SELECT max(sent_at) FROM sms_queue WHERE sent_at IS NOT NULL;

-- name: newest_sms
SELECT id FROM sms_queue
WHERE queued_at >= :since AND queued_at < :until
ORDER BY queued_at DESC, id DESC LIMIT :limit;

-- name: newest_ended_sms
SELECT id FROM sms_queue WHERE status IN ('sent', 'dropped') AND status = :status
  AND queued_at >= :since AND queued_at < :until
ORDER BY queued_at DESC, id DESC LIMIT :limit;

-- name: newest_waiting_sms
SELECT id FROM sms_queue WHERE status IN ('waiting', 'sending')
  AND +queued_at >= :since AND +queued_at < :until
ORDER BY +queued_at DESC, id DESC LIMIT :limit;

-- Many at once; `ids` is a JSON array, as in callbacks.sql.
-- name: get_sms
SELECT q.*, c.number, t.number AS ticket_number FROM sms_queue q
JOIN citizens c ON c.id = q.citizen LEFT JOIN tickets t ON t.serial = q.ticket
WHERE q.id IN (SELECT value FROM json_each(:ids)) ORDER BY q.id DESC;
