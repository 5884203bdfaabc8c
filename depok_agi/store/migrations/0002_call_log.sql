-- What the ledger knows of calls that are up, or ended a moment ago: from here the next daemon goes on.
CREATE TABLE call_states (
    call TEXT PRIMARY KEY REFERENCES calls (id),
    ended_at BIGINT, -- NULL while it is up
    state TEXT NOT NULL -- JSON (calls/state.py); numbers and names among it, so it goes soon after the call has ended
);
CREATE INDEX call_states_by_end ON call_states (ended_at);

-- Who calls were handed on to: JSON, in step with the transfers in calls.detail.
ALTER TABLE call_personal ADD COLUMN transferred_to TEXT;

CREATE INDEX callback_requests_by_time ON callback_requests (at);

-- How the file was known that was read (asterisk/journal_file.py), whatever rotation has made of its name and inode.
ALTER TABLE journal_positions ADD COLUMN head TEXT NOT NULL DEFAULT '';
ALTER TABLE journal_positions ADD COLUMN written_at BIGINT;

-- A gap that is caught up with later, because a journal could not be read at first, is told anew.
DROP INDEX gaps_by_time;
CREATE UNIQUE INDEX gaps_by_time ON gaps (since, pbx);
