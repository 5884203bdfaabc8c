-- Reports are mailed, too: an e-mail need not be about an OPD. SQLite cannot take NOT NULL from a column, so the table is
-- made anew; nothing refers to it.
CREATE TABLE mails_anew (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, -- what it says to whom: nothing is said twice
    kind TEXT NOT NULL, -- forwarded, reminder, due, late, sheet, report
    role TEXT NOT NULL, -- officer, head, supervisor, recipient
    opd TEXT REFERENCES opds (code), -- NULL for a report
    ticket INTEGER REFERENCES tickets (serial),
    forwarding BIGINT, -- the ticket's, for which it is meant
    address TEXT, -- for a supervisor or recipient; an OPD's is looked up when it is sent
    status TEXT NOT NULL, -- waiting, sending, sent, dropped
    queued_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    sent_at BIGINT,
    error TEXT
);
INSERT INTO mails_anew (id, key, kind, role, opd, ticket, forwarding, address, status, queued_at, next_try_at, tries,
    sent_at, error)
SELECT id, key, kind, role, opd, ticket, forwarding, address, status, queued_at, next_try_at, tries, sent_at, error
FROM mails;
DROP TABLE mails;
ALTER TABLE mails_anew RENAME TO mails;
CREATE INDEX mails_waiting ON mails (next_try_at) WHERE status IN ('waiting', 'sending');
CREATE INDEX mails_of_reports ON mails (address) WHERE kind = 'report';
