-- When it was written down what the reports count, so that a report can be made again as of any past moment. Where that
-- changes later, what was known before is kept beside it: known from `recorded_at` on, until before `replaced_at`.
-- The history of tickets says so by itself: each of its entries has the moment when it was written.

-- Of a call that is up this means nothing: a call is counted once it has ended.
ALTER TABLE calls ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
-- From before this version nobody knows better than that all was written down at once.
UPDATE calls SET recorded_at = coalesce(ended_at, started_at, 0) WHERE ended = 1;
CREATE TABLE call_versions (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,
    direction TEXT NOT NULL,
    outcome TEXT,
    started_at BIGINT,
    ended_at BIGINT,
    operator TEXT,
    wait_seconds INTEGER,
    talk_seconds INTEGER,
    source TEXT NOT NULL,
    callback INTEGER, -- of a call that is part of another one now, which took over its callbacks
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL
);
CREATE INDEX call_versions_by_start ON call_versions (started_at);
CREATE INDEX call_versions_by_call ON call_versions (call);
CREATE TRIGGER calls_keep_what_was_known AFTER UPDATE ON calls
WHEN old.ended = 1 AND old.recorded_at <> new.recorded_at
BEGIN
    INSERT INTO call_versions (call, direction, outcome, started_at, ended_at, operator, wait_seconds, talk_seconds,
        source, recorded_at, replaced_at)
    VALUES (old.id, old.direction, old.outcome, old.started_at, old.ended_at, old.operator, old.wait_seconds,
        old.talk_seconds, old.source, old.recorded_at, new.recorded_at);
END;
CREATE VIEW calls_as_known AS
SELECT id AS call, direction, outcome, started_at, ended_at, operator, wait_seconds, talk_seconds, source,
    NULL AS callback, recorded_at, NULL AS replaced_at
FROM calls WHERE ended = 1
UNION ALL
SELECT call, direction, outcome, started_at, ended_at, operator, wait_seconds, talk_seconds, source,
    callback, recorded_at, replaced_at
FROM call_versions;
-- All that is counted of a call, so that a year is counted without its rows, which are long.
CREATE INDEX calls_counted ON calls (started_at, direction, outcome, operator, wait_seconds, talk_seconds, ended_at,
    source, recorded_at, id) WHERE ended = 1;

ALTER TABLE callback_calls ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;

-- Pending or claimed is the same here: the call is owed.
ALTER TABLE callbacks ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0; -- when the debt was first written down
ALTER TABLE callbacks ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
CREATE TABLE callback_versions (
    id INTEGER PRIMARY KEY,
    callback INTEGER NOT NULL REFERENCES callbacks (id),
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    owed_since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL
);
UPDATE callbacks SET opened_at = owed_since, recorded_at = owed_since;
INSERT INTO callback_versions (callback, reason, status, owed_since, due_at, opened_at, recorded_at, replaced_at)
SELECT b.id, b.reason, 'pending', b.owed_since, b.due_at, b.owed_since, b.owed_since,
    max(b.owed_since,
        coalesce((SELECT max(k.settled_at) FROM callback_causes k WHERE k.callback = b.id), 0),
        coalesce((SELECT max(a.at) FROM callback_attempts a WHERE a.callback = b.id), 0))
FROM callbacks b WHERE b.status IN ('done', 'expired');
UPDATE callbacks SET recorded_at = (SELECT v.replaced_at FROM callback_versions v WHERE v.callback = callbacks.id)
WHERE status IN ('done', 'expired');
CREATE INDEX callback_versions_by_opening ON callback_versions (opened_at);
CREATE INDEX callback_versions_by_end ON callback_versions (replaced_at, recorded_at, status, due_at, owed_since);
CREATE INDEX callbacks_by_opening ON callbacks (opened_at, status, reason, recorded_at);
CREATE TRIGGER callbacks_keep_what_was_known AFTER UPDATE ON callbacks
WHEN old.recorded_at <> new.recorded_at
BEGIN
    INSERT INTO callback_versions (callback, reason, status, owed_since, due_at, opened_at, recorded_at, replaced_at)
    VALUES (old.id, old.reason, replace(old.status, 'claimed', 'pending'), old.owed_since, old.due_at, old.opened_at,
        old.recorded_at, new.recorded_at);
END;
CREATE VIEW callbacks_as_known AS
SELECT id AS callback, reason, replace(status, 'claimed', 'pending') AS status, owed_since, due_at, opened_at,
    recorded_at, NULL AS replaced_at
FROM callbacks
UNION ALL
SELECT callback, reason, status, owed_since, due_at, opened_at, recorded_at, replaced_at FROM callback_versions;

-- An operator's word on a call can change its result once; until then it was what Asterisk's events had told.
ALTER TABLE callback_attempts ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE callback_attempts ADD COLUMN first_result TEXT;
ALTER TABLE callback_attempts ADD COLUMN amended_at BIGINT;
UPDATE callback_attempts SET recorded_at = at;
CREATE INDEX callback_attempts_by_time ON callback_attempts (at);

ALTER TABLE surveys ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
UPDATE surveys SET recorded_at = at;

ALTER TABLE gaps ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
UPDATE gaps SET recorded_at = until;
CREATE TABLE gap_versions (
    id INTEGER PRIMARY KEY,
    pbx TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    recovered INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL
);
CREATE TRIGGER gaps_keep_what_was_known AFTER UPDATE ON gaps
WHEN old.recorded_at <> new.recorded_at
BEGIN
    INSERT INTO gap_versions (pbx, since, until, recovered, unknown, recorded_at, replaced_at)
    VALUES (old.pbx, old.since, old.until, old.recovered, old.unknown, old.recorded_at, new.recorded_at);
END;
CREATE VIEW gaps_as_known AS
SELECT pbx, since, until, recovered, unknown, recorded_at, NULL AS replaced_at FROM gaps
UNION ALL
SELECT pbx, since, until, recovered, unknown, recorded_at, replaced_at FROM gap_versions;

-- With what tells one entry from another, so that a ticket's way is followed without its entries, which are long.
DROP INDEX ticket_history_by_ticket;
CREATE INDEX ticket_history_by_ticket ON ticket_history (ticket, id, action, at);
