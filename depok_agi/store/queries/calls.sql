-- name: put_calls*!
INSERT INTO calls (
    id, direction, outcome, started_at, answered_at, ended_at, ended, operator, queue, wait_seconds, talk_seconds,
    menu_path, hangup_cause, source, citizen, detail, recorded_at
) VALUES (
    :id, :direction, :outcome, :started_at, :answered_at, :ended_at, :ended, :operator, :queue, :wait_seconds,
    :talk_seconds, :menu_path, :hangup_cause, :source, (SELECT id FROM citizens WHERE number = :citizen), :detail,
    :recorded_at
) ON CONFLICT (id) DO UPDATE SET
    direction = excluded.direction, outcome = excluded.outcome, started_at = excluded.started_at,
    answered_at = excluded.answered_at, ended_at = excluded.ended_at, ended = excluded.ended,
    operator = excluded.operator, queue = excluded.queue, wait_seconds = excluded.wait_seconds,
    talk_seconds = excluded.talk_seconds, menu_path = excluded.menu_path, hangup_cause = excluded.hangup_cause,
    source = excluded.source, citizen = excluded.citizen, detail = excluded.detail,
    -- What the reports count of it stands as it was written down first. IS is SQLite's, as in callbacks.sql.
    recorded_at = CASE
        WHEN calls.ended = 1 AND excluded.ended = 1
            AND (calls.direction, calls.outcome, calls.started_at, calls.ended_at, calls.operator, calls.wait_seconds,
                calls.talk_seconds, calls.source)
            IS (excluded.direction, excluded.outcome, excluded.started_at, excluded.ended_at, excluded.operator,
                excluded.wait_seconds, excluded.talk_seconds, excluded.source) THEN calls.recorded_at
        ELSE excluded.recorded_at END
-- The journal, read again from farther back than the ledger remembers, knows no better than who heard the call live.
WHERE NOT (
    calls.ended = 1 AND calls.outcome <> 'unknown' AND calls.source <> 'recovered' AND excluded.source = 'recovered'
);

-- name: put_call_personal*!
INSERT INTO call_personal (call, caller, caller_raw, dialled, parties, transferred_to)
VALUES (:id, :caller, :caller_raw, :dialled, :parties, :transferred_to)
ON CONFLICT (call) DO UPDATE SET
    caller = excluded.caller, caller_raw = excluded.caller_raw, dialled = excluded.dialled,
    parties = excluded.parties, transferred_to = excluded.transferred_to;

-- name: put_call_states*!
INSERT INTO call_states (call, ended_at, state) VALUES (:id, :until, :state)
ON CONFLICT (call) DO UPDATE SET ended_at = excluded.ended_at, state = excluded.state;

-- name: drop_call_state!
DELETE FROM call_states WHERE call = :id;

-- name: forget_call_states!
DELETE FROM call_states WHERE ended_at < :before;

-- name: list_call_states
SELECT call, state FROM call_states WHERE ended_at IS NULL OR ended_at >= :ended_since ORDER BY call;

-- name: add_citizens*!
INSERT INTO citizens (number) VALUES (:citizen) ON CONFLICT (number) DO NOTHING;

-- name: put_call_uniqueids*!
INSERT INTO call_uniqueids (uniqueid, call) VALUES (:uniqueid, :id)
ON CONFLICT (uniqueid) DO UPDATE SET call = excluded.call;

-- name: drop_call_personal!
DELETE FROM call_personal WHERE call = :id;

-- What was known of it until now is kept for the reports, with the callback in which it is now as part of another.
-- name: keep_dropped_call!
INSERT INTO call_versions (call, direction, outcome, started_at, ended_at, operator, wait_seconds, talk_seconds, source,
    recorded_at, replaced_at)
SELECT id, direction, outcome, started_at, ended_at, operator, wait_seconds, talk_seconds, source, recorded_at,
    :replaced_at
FROM calls WHERE id = :id AND ended = 1;

-- name: keep_dropped_calls_callback!
UPDATE call_versions SET callback = (SELECT max(cc.callback) FROM callback_calls cc WHERE cc.call = :id)
WHERE call = :id;

-- name: drop_call!
DELETE FROM calls WHERE id = :id;

-- name: move_ticket_calls!
UPDATE OR REPLACE ticket_calls SET call = :into WHERE call = :id;

-- name: move_callback_calls!
INSERT INTO callback_calls (callback, call, recorded_at)
SELECT callback, :into, :recorded_at FROM callback_calls WHERE call = :id
ON CONFLICT DO NOTHING;

-- name: drop_callback_calls!
DELETE FROM callback_calls WHERE call = :id;

-- name: get_call^
SELECT c.*, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to,
    (SELECT t.number FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id
        ORDER BY t.serial DESC LIMIT 1) AS ticket,
    (SELECT max(cc.callback) FROM callback_calls cc WHERE cc.call = c.id) AS callback,
    coalesce(
        (SELECT r.recording FROM call_uniqueids u JOIN talk_recordings r ON r.uniqueid = u.uniqueid
            WHERE u.call = c.id ORDER BY r.uniqueid LIMIT 1),
        (SELECT max(t.recording) FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id)
    ) AS recording
FROM calls c LEFT JOIN call_personal p ON p.call = c.id
WHERE c.id = :id;

-- name: get_call_of_channel$
SELECT call FROM call_uniqueids WHERE uniqueid = :uniqueid;

-- name: list_calls
SELECT c.*, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to,
    (SELECT t.number FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id
        ORDER BY t.serial DESC LIMIT 1) AS ticket,
    (SELECT max(cc.callback) FROM callback_calls cc WHERE cc.call = c.id) AS callback,
    coalesce(
        (SELECT r.recording FROM call_uniqueids u JOIN talk_recordings r ON r.uniqueid = u.uniqueid
            WHERE u.call = c.id ORDER BY r.uniqueid LIMIT 1),
        (SELECT max(t.recording) FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id)
    ) AS recording
FROM calls c LEFT JOIN call_personal p ON p.call = c.id
WHERE c.started_at >= :since AND c.started_at < :until
ORDER BY c.started_at DESC, c.id DESC LIMIT :limit;

-- name: list_calls_of_citizen
SELECT c.*, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to,
    (SELECT t.number FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id
        ORDER BY t.serial DESC LIMIT 1) AS ticket,
    (SELECT max(cc.callback) FROM callback_calls cc WHERE cc.call = c.id) AS callback,
    coalesce(
        (SELECT r.recording FROM call_uniqueids u JOIN talk_recordings r ON r.uniqueid = u.uniqueid
            WHERE u.call = c.id ORDER BY r.uniqueid LIMIT 1),
        (SELECT max(t.recording) FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id)
    ) AS recording
FROM calls c LEFT JOIN call_personal p ON p.call = c.id
WHERE c.citizen = :citizen AND (:outcome IS NULL OR c.outcome = :outcome)
  AND c.started_at >= :since AND c.started_at < :until
ORDER BY c.started_at DESC, c.id DESC LIMIT :limit;

-- name: list_calls_of_outcome
SELECT c.*, p.caller, p.caller_raw, p.dialled, p.parties, p.transferred_to,
    (SELECT t.number FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id
        ORDER BY t.serial DESC LIMIT 1) AS ticket,
    (SELECT max(cc.callback) FROM callback_calls cc WHERE cc.call = c.id) AS callback,
    coalesce(
        (SELECT r.recording FROM call_uniqueids u JOIN talk_recordings r ON r.uniqueid = u.uniqueid
            WHERE u.call = c.id ORDER BY r.uniqueid LIMIT 1),
        (SELECT max(t.recording) FROM ticket_calls tc JOIN tickets t ON t.serial = tc.ticket WHERE tc.call = c.id)
    ) AS recording
FROM calls c LEFT JOIN call_personal p ON p.call = c.id
WHERE c.outcome = :outcome AND c.started_at >= :since AND c.started_at < :until
ORDER BY c.started_at DESC, c.id DESC LIMIT :limit;

-- name: list_requests_since
SELECT uniqueid, callback FROM callback_requests WHERE at >= :since;

-- name: get_request_of_channel^
SELECT uniqueid, at, callback FROM callback_requests WHERE uniqueid = :uniqueid;

-- name: put_request!
INSERT INTO callback_requests (uniqueid, at, callback) VALUES (:uniqueid, :at, :callback);

-- name: get_citizen$
SELECT id FROM citizens WHERE number = :number;

-- name: add_citizen<!
INSERT INTO citizens (number, name) VALUES (:number, :name) RETURNING id;

-- name: name_citizen!
UPDATE citizens SET name = :name WHERE id = :id;

-- name: list_positions
SELECT file, inode, read_to, head, written_at, heard_until FROM journal_positions;

-- name: put_position!
INSERT INTO journal_positions (file, inode, read_to, head, written_at, heard_until)
VALUES (:file, :inode, :read_to, :head, :written_at, :heard_until)
ON CONFLICT (file) DO UPDATE SET
    inode = excluded.inode, read_to = excluded.read_to, head = excluded.head, written_at = excluded.written_at,
    heard_until = excluded.heard_until;

-- name: put_gap!
INSERT INTO gaps (pbx, since, until, recovered, unknown, recorded_at)
VALUES (:pbx, :since, :until, :recovered, :unknown, :recorded_at)
ON CONFLICT (since, pbx) DO UPDATE SET
    until = excluded.until, recovered = excluded.recovered, unknown = excluded.unknown,
    recorded_at = CASE
        WHEN (gaps.until, gaps.recovered, gaps.unknown) IS (excluded.until, excluded.recovered, excluded.unknown)
        THEN gaps.recorded_at
        ELSE excluded.recorded_at END;

-- name: count_gaps$
SELECT count(*) FROM gaps;

-- name: list_gaps
SELECT pbx, since, until, recovered, unknown FROM gaps
WHERE until >= :since AND since < :until
ORDER BY since DESC, id DESC LIMIT :limit;
