-- Times are integers: microseconds since 1970 UTC. Booleans are 0 and 1. Kept to what SQLite and PostgreSQL both take,
-- but for the triggers.
-- Personal data stands in rows of its own, which can be destroyed: citizens, call_personal, ticket_texts.

CREATE TABLE citizens (
    id INTEGER PRIMARY KEY,
    number TEXT UNIQUE, -- E.164
    name TEXT
);

CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    direction TEXT NOT NULL,
    outcome TEXT,
    started_at BIGINT,
    answered_at BIGINT,
    ended_at BIGINT,
    ended INTEGER NOT NULL,
    operator TEXT,
    queue TEXT,
    wait_seconds INTEGER,
    talk_seconds INTEGER,
    menu_path TEXT NOT NULL,
    hangup_cause INTEGER,
    source TEXT NOT NULL,
    citizen INTEGER REFERENCES citizens (id),
    detail TEXT NOT NULL -- JSON: linkedids, facts, legs without their parties, talks
);
CREATE INDEX calls_by_start ON calls (started_at, id);
CREATE INDEX calls_by_citizen ON calls (citizen, started_at);
CREATE INDEX calls_open ON calls (id) WHERE ended = 0;
CREATE INDEX calls_by_end ON calls (ended_at);

CREATE TABLE call_uniqueids (
    uniqueid TEXT PRIMARY KEY,
    call TEXT NOT NULL
);
CREATE INDEX call_uniqueids_by_call ON call_uniqueids (call);

CREATE TABLE call_personal (
    call TEXT PRIMARY KEY REFERENCES calls (id),
    caller TEXT, -- E.164
    caller_raw TEXT NOT NULL,
    dialled TEXT NOT NULL,
    parties TEXT NOT NULL -- JSON: who stood behind each leg
);

-- How far each of Asterisk's own files was read; written together with the calls, so that a crash replays harmlessly.
CREATE TABLE journal_positions (
    file TEXT PRIMARY KEY,
    inode BIGINT NOT NULL,
    read_to BIGINT NOT NULL,
    heard_until BIGINT NOT NULL -- when the daemon last listened
);

-- When nobody listened, and what the journal gave back.
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY,
    pbx TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    recovered INTEGER NOT NULL,
    unknown INTEGER NOT NULL
);
CREATE INDEX gaps_by_time ON gaps (since);

CREATE TABLE opds (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    clock TEXT NOT NULL DEFAULT 'elapsed'
);

CREATE TABLE categories (
    name TEXT PRIMARY KEY,
    opd TEXT REFERENCES opds (code)
);

CREATE TABLE tickets (
    serial INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    secret INTEGER NOT NULL,
    category TEXT,
    area TEXT,
    opd TEXT REFERENCES opds (code),
    forwarded_at BIGINT,
    due_at BIGINT,
    due_elapsed_at BIGINT,
    due_working_days_at BIGINT,
    answered_at BIGINT,
    closed_at BIGINT,
    citizen INTEGER REFERENCES citizens (id)
);
CREATE INDEX tickets_by_opening ON tickets (opened_at, serial);
CREATE INDEX tickets_by_citizen ON tickets (citizen);
CREATE INDEX tickets_waiting ON tickets (due_at) WHERE status = 'forwarded';

CREATE TABLE ticket_calls (
    ticket INTEGER NOT NULL REFERENCES tickets (serial),
    call TEXT NOT NULL,
    PRIMARY KEY (ticket, call)
);
CREATE INDEX ticket_calls_by_call ON ticket_calls (call);

-- What happened to a ticket. Each row's hash covers the row before it and the salted digest of its text, so that a text
-- can be destroyed while the chain stays whole.
CREATE TABLE ticket_history (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (serial),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL, -- JSON, nothing personal
    text_digest TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
);
CREATE INDEX ticket_history_by_ticket ON ticket_history (ticket, id);
CREATE TRIGGER ticket_history_is_not_changed BEFORE UPDATE ON ticket_history
BEGIN
    SELECT RAISE(ABORT, 'the history of tickets is append-only');
END;
CREATE TRIGGER ticket_history_is_not_deleted BEFORE DELETE ON ticket_history
BEGIN
    SELECT RAISE(ABORT, 'the history of tickets is append-only');
END;

CREATE TABLE ticket_texts (
    history INTEGER PRIMARY KEY REFERENCES ticket_history (id),
    salt TEXT NOT NULL,
    text TEXT NOT NULL
);

CREATE TABLE callbacks (
    id INTEGER PRIMARY KEY,
    citizen INTEGER NOT NULL REFERENCES citizens (id),
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    owed_since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    not_before BIGINT,
    claimed_by TEXT,
    claimed_until BIGINT,
    attempts INTEGER NOT NULL -- since there was last cause to call; all of them are in callback_attempts
);
-- One debt per citizen.
CREATE UNIQUE INDEX callbacks_open ON callbacks (citizen) WHERE status IN ('pending', 'claimed');
CREATE INDEX callbacks_by_citizen ON callbacks (citizen);

CREATE TABLE callback_calls (
    callback INTEGER NOT NULL REFERENCES callbacks (id),
    call TEXT NOT NULL,
    PRIMARY KEY (callback, call)
);
CREATE INDEX callback_calls_by_call ON callback_calls (call);

CREATE TABLE callback_tickets (
    callback INTEGER NOT NULL REFERENCES callbacks (id),
    ticket INTEGER NOT NULL REFERENCES tickets (serial),
    PRIMARY KEY (callback, ticket)
);
CREATE INDEX callback_tickets_by_ticket ON callback_tickets (ticket);

CREATE TABLE callback_attempts (
    id INTEGER PRIMARY KEY,
    callback INTEGER NOT NULL REFERENCES callbacks (id),
    at BIGINT NOT NULL,
    operator TEXT NOT NULL,
    result TEXT NOT NULL,
    call TEXT,
    note TEXT
);
CREATE INDEX callback_attempts_by_callback ON callback_attempts (callback);

-- What callers asked for in the menu, by their channel: taken out of the spool once.
CREATE TABLE callback_requests (
    uniqueid TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    callback INTEGER NOT NULL REFERENCES callbacks (id)
);

CREATE TABLE overrides (
    id INTEGER PRIMARY KEY,
    open INTEGER NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL
);

INSERT INTO opds (code, name) VALUES
    ('SETDA', 'Sekretariat Daerah'),
    ('SETWAN', 'Sekretariat DPRD'),
    ('INSPEKTORAT', 'Inspektorat Daerah'),
    ('DISDIK', 'Dinas Pendidikan'),
    ('DINKES', 'Dinas Kesehatan'),
    ('DPUPR', 'Dinas Pekerjaan Umum dan Penataan Ruang'),
    ('DISRUMKIM', 'Dinas Perumahan dan Permukiman'),
    ('SATPOLPP', 'Satuan Polisi Pamong Praja'),
    ('DISDAMKAR', 'Dinas Pemadam Kebakaran dan Penyelamatan'),
    ('DINSOS', 'Dinas Sosial'),
    ('DISNAKER', 'Dinas Tenaga Kerja'),
    ('DKP3', 'Dinas Ketahanan Pangan, Pertanian, dan Perikanan'),
    ('DLHK', 'Dinas Lingkungan Hidup dan Kebersihan'),
    ('DISDUKCAPIL', 'Dinas Kependudukan dan Pencatatan Sipil'),
    ('DP3AP2KB', 'Dinas Perlindungan Anak, Pemberdayaan Masyarakat dan Keluarga'),
    ('DISHUB', 'Dinas Perhubungan'),
    ('DISKOMINFO', 'Dinas Komunikasi dan Informatika'),
    ('DPMPTSP', 'Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu'),
    ('DISKARPUS', 'Dinas Kearsipan dan Perpustakaan'),
    ('DKUM', 'Dinas Koperasi dan Usaha Mikro'),
    ('DISPORYATA', 'Dinas Pemuda, Olahraga, Kebudayaan dan Pariwisata'),
    ('DISPERDAGIN', 'Dinas Perdagangan dan Perindustrian'),
    ('RSUD', 'Rumah Sakit Umum Daerah'),
    ('BAPPEDA', 'Badan Perencanaan Pembangunan Daerah'),
    ('BKD', 'Badan Keuangan Daerah'),
    ('BKPSDM', 'Badan Kepegawaian dan Pengembangan Sumber Daya Manusia'),
    ('BAKESBANGPOL', 'Badan Kesatuan Bangsa dan Politik'),
    ('PLN', 'Perusahaan Listrik Negara'),
    ('PDAM', 'PDAM Tirta Asasta'),
    ('POLRES', 'Kepolisian Resor Metro Depok'),
    ('BPJS', 'BPJS Kesehatan'),
    ('IMIGRASI', 'Kantor Imigrasi');

INSERT INTO categories (name, opd) VALUES
    ('KTP/KK', 'DISDUKCAPIL'),
    ('jalan berlubang', 'DPUPR'),
    ('macet', 'DISHUB'),
    ('banjir/drainase', 'DPUPR'),
    ('sampah', 'DLHK'),
    ('lampu jalan', 'DISHUB'),
    ('pohon tumbang', 'DLHK'),
    ('air PDAM', 'PDAM'),
    ('bansos', 'DINSOS'),
    ('sekolah', 'DISDIK'),
    ('kesehatan', 'DINKES'),
    ('perizinan', 'DPMPTSP'),
    ('keamanan', 'SATPOLPP');
