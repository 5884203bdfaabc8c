-- Recorded talks, by the channel that was recorded; call_uniqueids knows its call. The row goes with the file.
CREATE TABLE talk_recordings (
    uniqueid TEXT PRIMARY KEY,
    recording TEXT NOT NULL, -- the name of the file in the folder for recordings
    at BIGINT NOT NULL -- when the call began
);
CREATE INDEX talk_recordings_by_time ON talk_recordings (at);

-- Recordings that are to be played on a phone: an operator's command asks, the daemon rings it (playing.py).
CREATE TABLE play_orders (
    id INTEGER PRIMARY KEY,
    operator TEXT NOT NULL,
    device TEXT NOT NULL,
    recording TEXT NOT NULL, -- the file's name
    ordered_at BIGINT NOT NULL,
    status TEXT NOT NULL, -- ordered, ringing, played, failed
    reason TEXT
);
CREATE INDEX play_orders_open ON play_orders (id) WHERE status IN ('ordered', 'ringing');
