-- What is older than :before and still personal. Each gives (at, id), in the order of which (:after_at, :after_id) is
-- where the last ones were; some have no use for the time. Where a column stands behind a +, the rows are found by
-- another one: most tickets have the same status.

-- name: old_recordings
SELECT opened_at AS at, serial AS id FROM tickets
WHERE recording IS NOT NULL AND +status = 'closed' AND opened_at < :before
  AND (opened_at, serial) > (:after_at, :after_id)
ORDER BY opened_at, serial LIMIT :limit;

-- name: old_talks
SELECT at, uniqueid AS id FROM talk_recordings
WHERE at < :before AND (at, uniqueid) > (:after_at, :after_id)
ORDER BY at, uniqueid LIMIT :limit;

-- name: old_tickets
SELECT closed_at AS at, serial AS id FROM tickets
WHERE closed_at IS NOT NULL AND erased_at IS NULL AND closed_at < :before AND (closed_at, serial) > (:after_at, :after_id)
ORDER BY closed_at, serial LIMIT :limit;

-- One of which an answer is still to be told is kept until it is.
-- name: old_callbacks
SELECT 0 AS at, b.id FROM callbacks b JOIN citizens c ON c.id = b.citizen
WHERE b.id > :after_id AND b.status IN ('done', 'expired') AND b.recorded_at < :before
  AND (c.number IS NOT NULL OR c.name IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM callback_causes k JOIN tickets t ON t.serial = k.ticket
    WHERE k.callback = b.id AND t.status <> 'closed')
ORDER BY b.id LIMIT :limit;

-- name: old_calls
SELECT c.started_at AS at, c.id FROM calls c
WHERE c.started_at < :before AND (c.started_at, c.id) > (:after_at, :after_id)
  AND EXISTS (SELECT 1 FROM call_personal p WHERE p.call = c.id)
ORDER BY c.started_at, c.id LIMIT :limit;

-- name: old_blocks
SELECT 0 AS at, b.id FROM blocks b JOIN citizens c ON c.id = b.citizen
WHERE b.id > :after_id AND b.until < :before AND (c.number IS NOT NULL OR c.name IS NOT NULL)
ORDER BY b.id LIMIT :limit;

-- name: old_suspensions
SELECT 0 AS at, s.id FROM suspensions s JOIN citizens c ON c.id = s.citizen
WHERE s.id > :after_id AND s.until < :before AND (c.number IS NOT NULL OR c.name IS NOT NULL)
ORDER BY s.id LIMIT :limit;

-- name: old_sms_received
SELECT at, id FROM sms_received
WHERE at < :before AND (at, id) > (:after_at, :after_id) AND (citizen IS NOT NULL OR sender IS NOT NULL)
ORDER BY at, id LIMIT :limit;

-- name: old_sms_sent
SELECT 0 AS at, q.id FROM sms_queue q JOIN citizens c ON c.id = q.citizen
WHERE q.id > :after_id AND q.status IN ('sent', 'dropped') AND q.queued_at < :before
  AND (c.number IS NOT NULL OR c.name IS NOT NULL)
ORDER BY q.id LIMIT :limit;

-- name: old_access
SELECT at, id FROM access_log WHERE at < :before AND (at, id) > (:after_at, :after_id) ORDER BY at, id LIMIT :limit;

-- name: citizens_of_nothing
SELECT 0 AS at, c.id FROM citizens c
WHERE c.id > :after_id AND (c.number IS NOT NULL OR c.name IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM calls x WHERE x.citizen = c.id)
  AND NOT EXISTS (SELECT 1 FROM tickets x WHERE x.citizen = c.id)
  AND NOT EXISTS (SELECT 1 FROM callbacks x WHERE x.citizen = c.id)
  AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.citizen = c.id)
  AND NOT EXISTS (SELECT 1 FROM suspensions x WHERE x.citizen = c.id)
  AND NOT EXISTS (SELECT 1 FROM sms_received x WHERE x.citizen = c.id)
  AND NOT EXISTS (SELECT 1 FROM sms_queue x WHERE x.citizen = c.id)
ORDER BY c.id LIMIT :limit;

-- What is destroyed of those, `ids` being a JSON array. Each says once more what must be so, since others write, too.

-- Every recording in the folder that is about one of these tickets.
-- name: recordings_of_tickets
SELECT recording FROM tickets WHERE serial IN (SELECT value FROM json_each(:ids)) AND recording IS NOT NULL;

-- name: destroy_recordings!
UPDATE tickets SET recording = NULL
WHERE serial IN (SELECT value FROM json_each(:ids)) AND recording IS NOT NULL AND +status = 'closed';

-- name: recordings_of_talks
SELECT recording FROM talk_recordings WHERE uniqueid IN (SELECT value FROM json_each(:ids));

-- name: destroy_talks!
DELETE FROM talk_recordings WHERE uniqueid IN (SELECT value FROM json_each(:ids));

-- name: recordings_of_calls
SELECT r.recording FROM call_uniqueids u JOIN talk_recordings r ON r.uniqueid = u.uniqueid
JOIN calls c ON c.id = u.call WHERE u.call IN (SELECT value FROM json_each(:ids)) AND c.ended = 1;

-- name: destroy_talks_of_calls!
DELETE FROM talk_recordings WHERE uniqueid IN (
    SELECT u.uniqueid FROM call_uniqueids u JOIN calls c ON c.id = u.call
    WHERE u.call IN (SELECT value FROM json_each(:ids)) AND c.ended = 1
);

-- name: destroy_texts_of_tickets!
DELETE FROM ticket_texts WHERE history IN (
    SELECT h.id FROM ticket_history h JOIN tickets t ON t.serial = h.ticket
    WHERE h.ticket IN (SELECT value FROM json_each(:ids)) AND +t.status = 'closed'
);

-- name: destroy_imported_rows!
DELETE FROM imported_rows WHERE ticket IN (SELECT value FROM json_each(:ids));

-- name: destroy_mail_errors!
UPDATE mails SET error = NULL
WHERE error IS NOT NULL AND ticket IS NOT NULL AND ticket IN (SELECT value FROM json_each(:ids));

-- name: destroy_tickets!
UPDATE tickets SET citizen = NULL, recording = NULL, erased_at = :now
WHERE serial IN (SELECT value FROM json_each(:ids)) AND +status = 'closed' AND erased_at IS NULL;

-- name: destroy_notes!
UPDATE callback_attempts SET note = NULL
WHERE note IS NOT NULL AND callback IN (SELECT value FROM json_each(:ids));

-- name: destroy_dial_reasons!
UPDATE dial_orders SET reason = NULL
WHERE reason IS NOT NULL AND callback IN (SELECT value FROM json_each(:ids));

-- name: destroy_callbacks!
UPDATE callbacks SET citizen = :nobody
WHERE id IN (SELECT value FROM json_each(:ids)) AND status IN ('done', 'expired');

-- name: details_of_calls
SELECT id, detail FROM calls WHERE id IN (SELECT value FROM json_each(:ids));

-- name: destroy_call_states!
DELETE FROM call_states WHERE ended_at IS NOT NULL AND call IN (SELECT value FROM json_each(:ids));

-- name: destroy_calls!
DELETE FROM call_personal WHERE call IN (
    SELECT c.id FROM calls c WHERE c.id IN (SELECT value FROM json_each(:ids)) AND c.ended = 1
);

-- name: destroy_citizens_of_calls!
UPDATE calls SET citizen = NULL
WHERE id IN (SELECT value FROM json_each(:ids)) AND ended = 1 AND citizen IS NOT NULL;

-- name: destroy_blocks!
UPDATE blocks SET citizen = :nobody, why = '' WHERE id IN (SELECT value FROM json_each(:ids)) AND until < :before;

-- name: destroy_suspensions!
UPDATE suspensions SET citizen = :nobody, why = ''
WHERE id IN (SELECT value FROM json_each(:ids)) AND until < :before;

-- name: destroy_sms_received!
UPDATE sms_received SET uniqueid = 'erased ' || id, citizen = NULL, sender = NULL, text_digest = NULL,
    words_digest = NULL
WHERE id IN (SELECT value FROM json_each(:ids));

-- name: destroy_sms_sent!
UPDATE sms_queue SET citizen = :nobody, error = NULL
WHERE id IN (SELECT value FROM json_each(:ids)) AND status IN ('sent', 'dropped');

-- name: let_access_log_begin!
UPDATE access_log_begin SET at = :before WHERE id = 1 AND at < :before;

-- name: destroy_access!
DELETE FROM access_log WHERE id IN (SELECT value FROM json_each(:ids)) AND at < :before;

-- name: destroy_citizens!
DELETE FROM citizens WHERE id IN (SELECT value FROM json_each(:ids))
  AND NOT EXISTS (SELECT 1 FROM calls x WHERE x.citizen = citizens.id)
  AND NOT EXISTS (SELECT 1 FROM tickets x WHERE x.citizen = citizens.id)
  AND NOT EXISTS (SELECT 1 FROM callbacks x WHERE x.citizen = citizens.id)
  AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.citizen = citizens.id)
  AND NOT EXISTS (SELECT 1 FROM suspensions x WHERE x.citizen = citizens.id)
  AND NOT EXISTS (SELECT 1 FROM sms_received x WHERE x.citizen = citizens.id)
  AND NOT EXISTS (SELECT 1 FROM sms_queue x WHERE x.citizen = citizens.id);

-- Whose the callbacks, blocks and SMS are of which nobody knows whose they were.
-- The index is named because there are many without a number and with a name; INDEXED BY is SQLite's.
-- name: get_nobody$
SELECT id FROM citizens INDEXED BY citizens_of_nobody WHERE number IS NULL AND name IS NULL ORDER BY id LIMIT 1;

-- name: unfinished_retention_run$
SELECT id FROM retention_runs WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1;

-- name: add_retention_run<!
INSERT INTO retention_runs (actor, began_at) VALUES (:actor, :began_at) RETURNING id;

-- name: end_retention_run!
UPDATE retention_runs SET ended_at = :ended_at WHERE id = :run;

-- name: count_destroyed!
INSERT INTO retention_counts (run, kind, before, destroyed) VALUES (:run, :kind, :before, :destroyed)
ON CONFLICT (run, kind) DO UPDATE SET
    before = excluded.before, destroyed = retention_counts.destroyed + excluded.destroyed;

-- name: last_retention_run$
SELECT max(began_at) FROM retention_runs WHERE ended_at IS NOT NULL;

-- name: list_retention_runs
SELECT r.id, r.actor, r.began_at, r.ended_at, c.kind, c.before, c.destroyed
FROM (SELECT * FROM retention_runs ORDER BY id DESC LIMIT :limit) r
LEFT JOIN retention_counts c ON c.run = r.id
ORDER BY r.id DESC;
