-- Lists from one moment until before another, in microseconds; either may be NULL.

-- name: tickets_opened_within
SELECT number FROM tickets
WHERE (:since IS NULL OR opened_at >= :since) AND (:until IS NULL OR opened_at < :until)
  AND (:status IS NULL OR status = :status) AND (:opd IS NULL OR opd = :opd)
ORDER BY opened_at DESC, serial DESC LIMIT :limit;

-- name: late_tickets_opened_within
SELECT number FROM tickets
WHERE (:since IS NULL OR opened_at >= :since) AND (:until IS NULL OR opened_at < :until)
  AND status = 'forwarded' AND due_at < :now AND (:opd IS NULL OR opd = :opd)
ORDER BY due_at, serial LIMIT :limit;

-- The owed ones in the order of most_urgent_callbacks, then the ended ones, newest first.
-- name: callbacks_owed_within
SELECT b.id FROM callbacks b
WHERE (:since IS NULL OR b.owed_since >= :since) AND (:until IS NULL OR b.owed_since < :until)
  AND (:every = 1 OR b.status IN ('pending', 'claimed'))
ORDER BY CASE WHEN b.status IN ('pending', 'claimed') THEN 0 ELSE 1 END,
    CASE WHEN b.status IN ('pending', 'claimed') THEN 0 ELSE -b.id END,
    CASE WHEN b.not_before > :now THEN 1 ELSE 0 END, CASE WHEN b.due_at < :now THEN 0 ELSE 1 END,
    CASE b.reason WHEN 'answer' THEN 0 WHEN 'request' THEN 1 WHEN 'message' THEN 2 ELSE 3 END, b.due_at, b.id
LIMIT :limit;
