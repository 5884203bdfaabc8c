-- name: is_left$
SELECT count(*) FROM left_behind WHERE uniqueid = :uniqueid AND kind = :kind;

-- name: add_left!
INSERT INTO left_behind (uniqueid, kind, at, ticket, callback) VALUES (:uniqueid, :kind, :at, :ticket, :callback);

-- name: list_left_since
SELECT uniqueid, kind, ticket, callback FROM left_behind WHERE at >= :since;

-- name: put_recording!
UPDATE tickets SET recording = :recording WHERE serial = :ticket;

-- name: put_survey!
INSERT INTO surveys (uniqueid, score, at, recorded_at) VALUES (:uniqueid, :score, :at, :recorded_at)
ON CONFLICT DO NOTHING;

-- name: list_surveys
SELECT s.uniqueid, u.call, s.score, s.at FROM surveys s LEFT JOIN call_uniqueids u ON u.uniqueid = s.uniqueid
WHERE s.at >= :since AND s.at < :until ORDER BY s.at, s.uniqueid;

-- name: list_blocks
SELECT c.number, b.since, b.until, b.by, b.why FROM blocks b JOIN citizens c ON c.id = b.citizen
WHERE c.number IS NOT NULL AND b.until > :now ORDER BY b.until, b.id;

-- name: all_blocks
SELECT c.number, b.since, b.until, b.by, b.why FROM blocks b JOIN citizens c ON c.id = b.citizen
WHERE c.number IS NOT NULL
  AND b.since >= :since AND b.since < :until
ORDER BY b.id DESC LIMIT :limit;

-- name: add_block!
INSERT INTO blocks (citizen, since, until, by, why) VALUES (:citizen, :since, :until, :by, :why);

-- name: end_blocks!
UPDATE blocks SET until = :at WHERE citizen = :citizen AND until > :at;

-- name: list_opd_phones
SELECT code, phone FROM opds WHERE phone IS NOT NULL AND active = 1 ORDER BY code;
