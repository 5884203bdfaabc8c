-- What was destroyed of citizens' personal data: because they asked for it, or because its retention time was over.

-- An erasure is written down together with what it destroys in the store; what is left to do in files and backups comes
-- after, and until that is done the number can be known again by its digest, a slow one.
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    why TEXT NOT NULL,
    citizen INTEGER NOT NULL REFERENCES citizens (id), -- nobody's row since then
    destroyed TEXT NOT NULL, -- JSON: how many of what
    recordings TEXT NOT NULL, -- JSON: the files that are to be deleted yet
    salt TEXT,
    digest TEXT,
    finished_at BIGINT
);
CREATE INDEX erasures_unfinished ON erasures (id) WHERE finished_at IS NULL;

-- When the personal data of a ticket was destroyed. What is written into its history later can be destroyed again.
ALTER TABLE tickets ADD COLUMN erased_at BIGINT;
CREATE TRIGGER ticket_has_a_text_again AFTER INSERT ON ticket_texts
BEGIN
    UPDATE tickets SET erased_at = NULL
    WHERE erased_at IS NOT NULL AND serial = (SELECT h.ticket FROM ticket_history h WHERE h.id = new.history);
END;
CREATE INDEX tickets_to_erase ON tickets (closed_at, serial) WHERE closed_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX tickets_with_recording ON tickets (opened_at, serial) WHERE recording IS NOT NULL;
CREATE INDEX imported_rows_by_ticket ON imported_rows (ticket);
CREATE INDEX sms_queue_by_citizen ON sms_queue (citizen);
CREATE INDEX mails_with_error ON mails (ticket) WHERE error IS NOT NULL AND ticket IS NOT NULL;
CREATE INDEX dial_orders_with_reason ON dial_orders (callback) WHERE reason IS NOT NULL;
CREATE INDEX citizens_of_nobody ON citizens (id) WHERE number IS NULL AND name IS NULL;

-- Citizens whose data is kept and not used for now, because they asked for that.
CREATE TABLE suspensions (
    id INTEGER PRIMARY KEY,
    citizen INTEGER NOT NULL REFERENCES citizens (id),
    since BIGINT NOT NULL,
    until BIGINT, -- NULL while it lasts
    by TEXT NOT NULL,
    why TEXT NOT NULL
);
CREATE UNIQUE INDEX suspensions_now ON suspensions (citizen) WHERE until IS NULL;
CREATE INDEX suspensions_by_citizen ON suspensions (citizen);
CREATE VIEW suspended AS SELECT citizen FROM suspensions WHERE until IS NULL;

-- Each run of the retention, with how many of what it has destroyed, written in step with the destroying.
CREATE TABLE retention_runs (
    id INTEGER PRIMARY KEY,
    actor TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT -- NULL while it goes on, or after it was interrupted: the next one goes on with it
);
CREATE TABLE retention_counts (
    run INTEGER NOT NULL REFERENCES retention_runs (id),
    kind TEXT NOT NULL,
    before BIGINT NOT NULL, -- what is older than this was destroyed
    destroyed BIGINT NOT NULL,
    PRIMARY KEY (run, kind)
);

-- The access log is append-only, but for what its retention time is over: nothing can be taken out of its middle.
CREATE TABLE access_log_begin (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL -- what was older is destroyed
);
INSERT INTO access_log_begin (id, at) VALUES (1, 0);
CREATE TRIGGER access_log_begins_later_only BEFORE UPDATE ON access_log_begin WHEN new.at < old.at
BEGIN
    SELECT RAISE(ABORT, 'the access log is append-only');
END;
DROP TRIGGER access_log_is_not_deleted;
CREATE TRIGGER access_log_is_not_deleted BEFORE DELETE ON access_log
WHEN old.at >= (SELECT b.at FROM access_log_begin b WHERE b.id = 1)
BEGIN
    SELECT RAISE(ABORT, 'the access log is append-only');
END;
