-- One citizen's personal data: what there is of it, and its destruction.

-- name: calls_up_of_citizen$
SELECT count(*) FROM calls WHERE citizen = :citizen AND ended = 0;

-- name: get_citizen_name$
SELECT name FROM citizens WHERE id = :citizen;

-- name: count_calls_of_citizen$
SELECT count(*) FROM calls WHERE citizen = :citizen;

-- name: tickets_of_citizen
SELECT number, status FROM tickets WHERE citizen = :citizen ORDER BY serial;

-- name: callbacks_of_citizen
SELECT id, status FROM callbacks WHERE citizen = :citizen ORDER BY id;

-- name: dial_orders_of_citizen$
SELECT count(*) FROM dial_orders
WHERE status IN ('ordered', 'ringing', 'connected')
  AND callback IN (SELECT id FROM callbacks WHERE citizen = :citizen);

-- name: list_suspended
SELECT citizen FROM suspended;

-- name: suspension_of_citizen^
SELECT since, by, why FROM suspensions WHERE citizen = :citizen AND until IS NULL;

-- name: add_suspension!
INSERT INTO suspensions (citizen, since, by, why) VALUES (:citizen, :since, :by, :why);

-- name: end_suspension!
UPDATE suspensions SET until = :until WHERE citizen = :citizen AND until IS NULL;

-- name: list_suspensions
SELECT c.number, s.since, s.until, s.by, s.why FROM suspensions s JOIN citizens c ON c.id = s.citizen
WHERE c.number IS NOT NULL AND (:every OR s.until IS NULL) ORDER BY s.id DESC LIMIT :limit;

-- name: suspensions_of_citizen
SELECT since, until, by, why FROM suspensions WHERE citizen = :citizen ORDER BY id;

-- Every name of a file in the folder for recordings that is about this citizen.
-- name: recordings_of_citizen
SELECT recording FROM tickets WHERE citizen = :citizen AND recording IS NOT NULL
UNION ALL
SELECT r.recording FROM calls c JOIN call_uniqueids u ON u.call = c.id JOIN talk_recordings r ON r.uniqueid = u.uniqueid
WHERE c.citizen = :citizen;

-- Calls in which these digits stand among the personal fields, whoever the citizen of the call is.
-- name: calls_with_digits
SELECT call, caller, caller_raw, dialled, parties, transferred_to FROM call_personal
WHERE caller_raw LIKE '%' || :digits || '%' OR dialled LIKE '%' || :digits || '%'
  OR parties LIKE '%' || :digits || '%' OR transferred_to LIKE '%' || :digits || '%'
  OR caller LIKE '%' || :digits || '%';

-- name: personal_of_calls
SELECT p.call, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to, c.detail
FROM call_personal p JOIN calls c ON c.id = p.call
WHERE p.call IN (SELECT value FROM json_each(:ids));

-- name: starts_of_others
SELECT id, started_at FROM calls
WHERE id IN (SELECT value FROM json_each(:ids)) AND citizen IS NOT :citizen ORDER BY started_at, id;

-- name: details_of_citizen
SELECT id, detail FROM calls WHERE citizen = :citizen AND detail LIKE '%' || :digits || '%';

-- name: change_call_detail!
UPDATE calls SET detail = :detail WHERE id = :call;

-- name: change_call_personal!
UPDATE call_personal SET caller = :caller, caller_raw = :caller_raw, dialled = :dialled, parties = :parties,
    transferred_to = :transferred_to
WHERE call = :call;

-- name: erase_calls_of_citizen!
DELETE FROM call_personal WHERE call IN (SELECT id FROM calls WHERE citizen = :citizen);

-- name: erase_states_of_citizen!
DELETE FROM call_states WHERE call IN (SELECT id FROM calls WHERE citizen = :citizen)
   OR (ended_at IS NOT NULL AND state LIKE '%' || :digits || '%');

-- name: erase_texts_of_citizen!
DELETE FROM ticket_texts WHERE history IN (
    SELECT h.id FROM ticket_history h JOIN tickets t ON t.serial = h.ticket WHERE t.citizen = :citizen
);

-- name: erase_recordings_of_citizen!
UPDATE tickets SET recording = NULL WHERE citizen = :citizen AND recording IS NOT NULL;

-- name: erase_talks_of_citizen!
DELETE FROM talk_recordings WHERE uniqueid IN (
    SELECT u.uniqueid FROM calls c JOIN call_uniqueids u ON u.call = c.id WHERE c.citizen = :citizen
);

-- name: erase_tickets_of_citizen!
UPDATE tickets SET erased_at = :at WHERE citizen = :citizen;

-- name: erase_imported_of_citizen!
DELETE FROM imported_rows WHERE ticket IN (SELECT serial FROM tickets WHERE citizen = :citizen);

-- name: erase_notes_of_citizen!
UPDATE callback_attempts SET note = NULL
WHERE note IS NOT NULL AND callback IN (SELECT id FROM callbacks WHERE citizen = :citizen);

-- name: erase_dial_reasons_of_citizen!
UPDATE dial_orders SET reason = NULL
WHERE reason IS NOT NULL AND callback IN (SELECT id FROM callbacks WHERE citizen = :citizen);

-- name: erase_blocks_of_citizen!
UPDATE blocks SET why = '', until = min(until, :at) WHERE citizen = :citizen;

-- name: erase_suspensions_of_citizen!
UPDATE suspensions SET why = '', until = coalesce(until, :at) WHERE citizen = :citizen;

-- What tells repeats of an SMS is made by the gateway, which may have put the number into it.
-- name: erase_sms_received_of_citizen!
UPDATE sms_received SET uniqueid = 'erased ' || id, sender = NULL, text_digest = NULL, words_digest = NULL
WHERE citizen = :citizen;

-- name: erase_sms_queue_of_citizen!
UPDATE sms_queue SET
    recorded_at = CASE WHEN status IN ('waiting', 'sending') THEN :at ELSE recorded_at END,
    error = CASE WHEN status IN ('waiting', 'sending') THEN :why END,
    status = CASE WHEN status IN ('waiting', 'sending') THEN 'dropped' ELSE status END
WHERE citizen = :citizen;

-- name: erase_mail_errors_of_citizen!
UPDATE mails SET error = NULL
WHERE error IS NOT NULL AND ticket IS NOT NULL AND ticket IN (SELECT serial FROM tickets WHERE citizen = :citizen);

-- name: erase_citizen!
UPDATE citizens SET number = NULL, name = NULL WHERE id = :citizen;

-- Texts of others in which these digits stand, written closely or with what people put between them.
-- name: texts_with_digits
SELECT t.number, t.citizen, x.text FROM ticket_texts x
JOIN ticket_history h ON h.id = x.history JOIN tickets t ON t.serial = h.ticket
WHERE replace(replace(replace(x.text, '-', ''), ' ', ''), '.', '') LIKE '%' || :digits || '%';

-- name: notes_with_digits
SELECT a.callback, a.note FROM callback_attempts a
WHERE a.note IS NOT NULL AND replace(replace(replace(a.note, '-', ''), ' ', ''), '.', '') LIKE '%' || :digits || '%';

-- name: add_erasure<!
INSERT INTO erasures (at, actor, why, citizen, destroyed, recordings, salt, digest)
VALUES (:at, :actor, :why, :citizen, :destroyed, :recordings, :salt, :digest) RETURNING id;

-- name: unfinished_erasures
SELECT * FROM erasures WHERE finished_at IS NULL ORDER BY id;

-- name: finish_erasure!
UPDATE erasures SET finished_at = :at, recordings = '[]', salt = NULL, digest = NULL WHERE id = :id;

-- name: list_erasures
SELECT * FROM erasures ORDER BY id DESC LIMIT :limit;

-- name: calls_without_personal
SELECT c.id FROM calls c
WHERE c.id IN (SELECT value FROM json_each(:ids))
  AND NOT EXISTS (SELECT 1 FROM call_personal p WHERE p.call = c.id);

-- name: sms_received_of_citizen
SELECT r.at, r.made, r.answered, t.number AS ticket FROM sms_received r LEFT JOIN tickets t ON t.serial = r.ticket
WHERE r.citizen = :citizen ORDER BY r.at, r.id;

-- name: sms_sent_to_citizen
SELECT q.kind, q.status, q.queued_at, q.sent_at, t.number AS ticket
FROM sms_queue q LEFT JOIN tickets t ON t.serial = q.ticket
WHERE q.citizen = :citizen ORDER BY q.id;

-- name: blocks_of_citizen
SELECT since, until, by, why FROM blocks WHERE citizen = :citizen ORDER BY id;

-- name: surveys_of_citizen
SELECT s.at, s.score, u.call FROM surveys s JOIN call_uniqueids u ON u.uniqueid = s.uniqueid
JOIN calls c ON c.id = u.call
WHERE c.citizen = :citizen ORDER BY s.at;

-- Who did what with it, or was refused: by the citizen, or by one of their tickets or calls.
-- name: access_to_citizen
SELECT a.at, a.actor, a.role, a.deed, a.allowed, a.detail, t.number AS ticket, a.call
FROM access_log a LEFT JOIN tickets t ON t.serial = a.ticket
WHERE a.citizen = :citizen OR t.citizen = :citizen OR a.call IN (SELECT id FROM calls WHERE citizen = :citizen)
ORDER BY a.id;
