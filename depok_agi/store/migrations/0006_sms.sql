-- The SMS that came in, each once. Their texts are in the histories of the tickets that they became, and nowhere else.
CREATE TABLE sms_received (
    id INTEGER PRIMARY KEY,
    uniqueid TEXT NOT NULL UNIQUE, -- what only its repeats share with it
    at BIGINT NOT NULL,
    citizen INTEGER REFERENCES citizens (id),
    sender TEXT, -- only of one that is nobody's number, such as a company's name
    made TEXT NOT NULL, -- what was made of it: ticket, appended, continued, status, ...
    ticket INTEGER REFERENCES tickets (serial),
    text_digest TEXT, -- by which the same text, and the same words, are known again; both are destroyed after an hour
    words_digest TEXT,
    looks_automatic INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    recorded_at BIGINT NOT NULL -- when it was written down here
);
CREATE INDEX sms_received_by_citizen ON sms_received (citizen, at);
CREATE INDEX sms_received_by_time ON sms_received (at);
CREATE INDEX sms_received_with_digests ON sms_received (at) WHERE words_digest IS NOT NULL;

-- SMS to citizens, queued until they are sent. Neither text nor number is kept here: both are looked up when it is sent.
CREATE TABLE sms_queue (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, -- what it says to whom: nothing is said twice
    kind TEXT NOT NULL, -- ticket, appended, status, not_found, help, call, too_long, forwarded, answered, unreached
    language TEXT NOT NULL, -- id, en
    citizen INTEGER NOT NULL REFERENCES citizens (id),
    ticket INTEGER REFERENCES tickets (serial),
    forwarding BIGINT, -- the ticket's, for which it is meant
    callback INTEGER REFERENCES callbacks (id),
    status TEXT NOT NULL, -- waiting, sending, sent, dropped
    queued_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    sent_at BIGINT,
    error TEXT,
    recorded_at BIGINT -- when it was written down that it was sent or dropped
);
CREATE INDEX sms_queue_waiting ON sms_queue (next_try_at, id) WHERE status IN ('waiting', 'sending');
CREATE INDEX sms_queue_sent ON sms_queue (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX sms_queue_recorded ON sms_queue (recorded_at) WHERE recorded_at IS NOT NULL;

-- Rows of files that became tickets, so that none is imported twice.
CREATE TABLE imported_rows (
    key TEXT PRIMARY KEY, -- the digest of its reference, or of its content
    ticket INTEGER NOT NULL REFERENCES tickets (serial),
    at BIGINT NOT NULL,
    by TEXT NOT NULL
);
