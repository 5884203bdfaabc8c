-- Whom to write to, and whether the OPD still gets tickets.
ALTER TABLE opds ADD COLUMN email TEXT; -- the officer (PIC) who answers
ALTER TABLE opds ADD COLUMN head_email TEXT; -- told when the officer is late
ALTER TABLE opds ADD COLUMN active INTEGER NOT NULL DEFAULT 1;

-- The clock that binds, as it was when the ticket was forwarded; and that entry of the history, by which e-mails about
-- one forwarding are told from those about another.
ALTER TABLE tickets ADD COLUMN clock TEXT;
ALTER TABLE tickets ADD COLUMN forwarding BIGINT;
-- The newest entry of the history that a person made: who has seen an older one is told before they change anything.
ALTER TABLE tickets ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

UPDATE tickets SET
    revision = coalesce((SELECT max(h.id) FROM ticket_history h WHERE h.ticket = tickets.serial), 0),
    forwarding = (SELECT max(h.id) FROM ticket_history h WHERE h.ticket = tickets.serial AND h.action = 'forward'),
    clock = (SELECT o.clock FROM opds o WHERE o.code = tickets.opd);

CREATE INDEX tickets_by_status ON tickets (status, opened_at, serial);
CREATE INDEX tickets_by_opd ON tickets (opd, opened_at, serial);

-- From where an entry was made: which host, which terminal or door.
ALTER TABLE ticket_history ADD COLUMN origin TEXT;

-- How long the history is and how it ends, so that a cut-off end is found too.
CREATE TABLE history_end (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    entries BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO history_end (id, entries, hash)
SELECT 1, count(*), coalesce((SELECT hash FROM ticket_history ORDER BY id DESC LIMIT 1), '') FROM ticket_history;

-- Who looked at a ticket last when, and at which revision of it.
CREATE TABLE ticket_views (
    ticket INTEGER NOT NULL REFERENCES tickets (serial),
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (ticket, actor)
);

-- Why a citizen is owed a call: a debt is open while one of its causes is not settled.
CREATE TABLE callback_causes (
    id INTEGER PRIMARY KEY,
    callback INTEGER NOT NULL REFERENCES callbacks (id),
    reason TEXT NOT NULL,
    since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    ticket INTEGER REFERENCES tickets (serial),
    settled_at BIGINT,
    settled_by TEXT -- how: a call, a result, told by other means, ...
);
CREATE INDEX callback_causes_by_callback ON callback_causes (callback);
CREATE INDEX callback_causes_by_ticket ON callback_causes (ticket) WHERE ticket IS NOT NULL;

INSERT INTO callback_causes (callback, reason, since, due_at, ticket, settled_at, settled_by)
SELECT b.id, 'answer', b.owed_since, b.due_at, bt.ticket,
    CASE WHEN b.status IN ('pending', 'claimed') AND t.status = 'answered' THEN NULL ELSE b.owed_since END,
    CASE WHEN b.status IN ('pending', 'claimed') AND t.status = 'answered' THEN NULL ELSE 'before the upgrade' END
FROM callbacks b JOIN callback_tickets bt ON bt.callback = b.id JOIN tickets t ON t.serial = bt.ticket;
INSERT INTO callback_causes (callback, reason, since, due_at, ticket, settled_at, settled_by)
SELECT b.id, b.reason, b.owed_since, b.due_at, NULL,
    CASE WHEN b.status IN ('pending', 'claimed') THEN NULL ELSE b.owed_since END,
    CASE WHEN b.status IN ('pending', 'claimed') THEN NULL ELSE 'before the upgrade' END
FROM callbacks b WHERE b.reason <> 'answer';
DROP TABLE callback_tickets;

-- What a claim covers is what was owed when it was made.
ALTER TABLE callbacks ADD COLUMN claimed_at BIGINT;

-- One try per call. One that Asterisk's events told of waits for the operator's word on it: was the citizen told?
ALTER TABLE callback_attempts ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX callback_attempts_by_call ON callback_attempts (call) WHERE call IS NOT NULL;
-- With all that decides on the order, so that the most urgent of many are found without their rows.
CREATE INDEX callbacks_pending ON callbacks (due_at, reason, not_before, claimed_by, claimed_until, status)
    WHERE status IN ('pending', 'claimed');
CREATE INDEX callbacks_claimed ON callbacks (claimed_by) WHERE status = 'claimed';
CREATE INDEX callbacks_expired ON callbacks (id) WHERE status = 'expired';
CREATE INDEX calls_by_outcome ON calls (outcome, started_at, id);

-- What operators asked the daemon to dial.
CREATE TABLE dial_orders (
    id INTEGER PRIMARY KEY,
    callback INTEGER NOT NULL REFERENCES callbacks (id),
    operator TEXT NOT NULL,
    device TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    status TEXT NOT NULL, -- ordered, ringing, connected, ended, failed
    reason TEXT,
    uniqueid TEXT -- of the operator's channel
);
CREATE INDEX dial_orders_open ON dial_orders (id) WHERE status IN ('ordered', 'ringing', 'connected');
CREATE INDEX dial_orders_by_uniqueid ON dial_orders (uniqueid) WHERE uniqueid IS NOT NULL;

-- E-mails to OPDs and supervisors, queued until they are sent. The text is made when it is sent, so none is kept here.
CREATE TABLE mails (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, -- what it says to whom: nothing is said twice
    kind TEXT NOT NULL, -- forwarded, reminder, due, late, sheet
    role TEXT NOT NULL, -- officer, head, supervisor
    opd TEXT NOT NULL REFERENCES opds (code),
    ticket INTEGER REFERENCES tickets (serial),
    forwarding BIGINT, -- the ticket's, for which it is meant
    address TEXT, -- for a supervisor; an OPD's is looked up when it is sent
    status TEXT NOT NULL, -- waiting, sending, sent, dropped
    queued_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    sent_at BIGINT,
    error TEXT
);
CREATE INDEX mails_waiting ON mails (next_try_at) WHERE status IN ('waiting', 'sending');
