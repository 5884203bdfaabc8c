-- Who sits at which phone. What the settings say ([pbx] operators) counts for users and phones that are not here.
CREATE TABLE operators (
    operator TEXT PRIMARY KEY, -- the user's name on this host
    device TEXT NOT NULL, -- such as PJSIP/101
    active INTEGER NOT NULL DEFAULT 1, -- 0 for one who was taken off; their times stay
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX operators_by_device ON operators (device) WHERE active = 1;

-- What each phone of the queue was doing from when until when, as Asterisk's events told; signed out is no row.
CREATE TABLE operator_states (
    id INTEGER PRIMARY KEY,
    operator TEXT NOT NULL,
    device TEXT NOT NULL,
    state TEXT NOT NULL, -- operators/state.py
    reason TEXT, -- why paused
    since BIGINT NOT NULL,
    until BIGINT, -- NULL while it lasts
    recorded_at BIGINT NOT NULL, -- when its begin was written down
    ended_at BIGINT -- when its end was
);
CREATE UNIQUE INDEX operator_states_now ON operator_states (device) WHERE until IS NULL;
CREATE INDEX operator_states_by_end ON operator_states (ended_at, since);
CREATE INDEX operator_states_of_device ON operator_states (device, until);

-- What commands asked the daemon to do at the queue.
CREATE TABLE operator_orders (
    id INTEGER PRIMARY KEY,
    operator TEXT NOT NULL,
    device TEXT NOT NULL,
    wish TEXT NOT NULL, -- in, out, pause
    reason TEXT,
    by TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    status TEXT NOT NULL, -- ordered, done, failed
    fault TEXT
);
CREATE INDEX operator_orders_open ON operator_orders (id) WHERE status = 'ordered';
