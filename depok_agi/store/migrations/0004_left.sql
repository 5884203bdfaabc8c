-- The OPD's own telephone, which the menu can ring: an extension of the PBX.
ALTER TABLE opds ADD COLUMN phone TEXT;

-- The name of a recorded message's file in the folder for recordings.
ALTER TABLE tickets ADD COLUMN recording TEXT;

-- What callers left that became a ticket, by their channel: taken out of the spool once.
CREATE TABLE left_behind (
    uniqueid TEXT NOT NULL,
    kind TEXT NOT NULL, -- message, opd
    at BIGINT NOT NULL,
    ticket INTEGER NOT NULL REFERENCES tickets (serial),
    callback INTEGER REFERENCES callbacks (id),
    PRIMARY KEY (uniqueid, kind)
);
CREATE INDEX left_behind_by_time ON left_behind (at);

-- How content citizens were with a talk, from 1 to 4. Nothing in it says who they were but the call, which
-- call_uniqueids knows as soon as it is in the log.
CREATE TABLE surveys (
    uniqueid TEXT PRIMARY KEY, -- of the caller's channel
    score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 4),
    at BIGINT NOT NULL
);
CREATE INDEX surveys_by_time ON surveys (at);

-- Numbers that are refused for a time. One that is over stays on record; one that is lifted ends then.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    citizen INTEGER NOT NULL REFERENCES citizens (id),
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX blocks_by_end ON blocks (until);
CREATE INDEX blocks_by_citizen ON blocks (citizen);
