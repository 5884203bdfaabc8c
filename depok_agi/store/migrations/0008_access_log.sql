-- Who looked at or did what with personal data, and what was refused. Nothing personal of a citizen stands in it: who it
-- was about is told by the row of the citizen, which can be erased, and the log stays.
CREATE TABLE access_log (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL, -- a user of this host
    role TEXT NOT NULL, -- operator, supervisor, admin
    origin TEXT, -- from where: host and terminal
    deed TEXT NOT NULL, -- access/roles.py
    allowed INTEGER NOT NULL,
    citizen INTEGER, -- the row in citizens, which may be gone
    ticket INTEGER REFERENCES tickets (serial),
    call TEXT,
    detail TEXT NOT NULL -- which command, how many rows; nothing personal
);
CREATE INDEX access_log_by_time ON access_log (at);
CREATE INDEX access_log_by_citizen ON access_log (citizen, at) WHERE citizen IS NOT NULL;
CREATE TRIGGER access_log_is_not_changed BEFORE UPDATE ON access_log
BEGIN
    SELECT RAISE(ABORT, 'the access log is append-only');
END;
CREATE TRIGGER access_log_is_not_deleted BEFORE DELETE ON access_log
BEGIN
    SELECT RAISE(ABORT, 'the access log is append-only');
END;
