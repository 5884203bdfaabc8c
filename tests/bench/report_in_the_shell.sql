-- What the reports count, as one would ask for it in the sqlite3 shell: plainly, by the views of the store. The report's own
-- queries (depok_agi/store/queries/reports.sql) count the same and are written to be fast: a test compares the two.
-- name: first_call$
SELECT min(first) FROM (
    SELECT (
        SELECT started_at FROM calls WHERE ended = 1 AND started_at IS NOT NULL AND recorded_at < :as_of
        ORDER BY started_at LIMIT 1
    ) AS first
    UNION ALL
    SELECT min(started_at) FROM call_versions WHERE recorded_at < :as_of AND replaced_at >= :as_of
);

-- name: first_ticket$
SELECT t.opened_at FROM tickets t
WHERE EXISTS (SELECT 1 FROM ticket_history h WHERE h.ticket = t.serial AND h.at < :as_of)
ORDER BY t.opened_at LIMIT 1;

-- name: inbound_calls_by_wait
SELECT outcome, wait_seconds, count(*) AS calls, sum(source <> 'live') AS recovered FROM calls_as_known
WHERE started_at >= :since AND started_at < :until AND direction = 'inbound' AND outcome IS NOT NULL
  AND recorded_at < :as_of AND (replaced_at IS NULL OR replaced_at >= :as_of)
GROUP BY outcome, wait_seconds;

-- name: answered_calls_by_talk
SELECT operator, talk_seconds, count(*) AS calls FROM calls_as_known
WHERE started_at >= :since AND started_at < :until AND direction = 'inbound' AND outcome = 'answered'
  AND recorded_at < :as_of AND (replaced_at IS NULL OR replaced_at >= :as_of)
GROUP BY operator, talk_seconds;

-- By the quarters of an hour since 1970: every time zone's hours and days begin at one.
-- name: inbound_calls_by_quarter
SELECT started_at / 900000000 AS quarter, count(*) AS offered, sum(outcome = 'answered') AS answered,
    sum(outcome = 'abandoned') AS abandoned
FROM calls_as_known
WHERE started_at >= :since AND started_at < :until AND direction = 'inbound' AND outcome IS NOT NULL
  AND recorded_at < :as_of AND (replaced_at IS NULL OR replaced_at >= :as_of)
GROUP BY 1;

-- Abandoned calls in whose callback somebody tried to reach the citizen after the call.
-- name: abandoned_called_back^
WITH abandoned AS (
    SELECT call, ended_at, callback FROM calls_as_known
    WHERE started_at >= :since AND started_at < :until AND direction = 'inbound' AND outcome = 'abandoned'
      AND recorded_at < :as_of AND (replaced_at IS NULL OR replaced_at >= :as_of)
), owed AS (
    SELECT k.call, k.ended_at, cc.callback FROM abandoned k JOIN callback_calls cc ON cc.call = k.call
    WHERE cc.recorded_at < :as_of
    UNION
    SELECT call, ended_at, callback FROM abandoned WHERE callback IS NOT NULL
)
SELECT count(DISTINCT o.call) AS called_back,
    count(DISTINCT CASE
        WHEN CASE WHEN a.amended_at >= :as_of THEN a.first_result ELSE a.result END = 'reached' THEN o.call
    END) AS reached
FROM owed o JOIN callback_attempts a ON a.callback = o.callback
WHERE a.at >= o.ended_at AND a.recorded_at < :as_of;

-- Where each ticket stood, by the last entries of its history then: what an OPD had before the ticket was bounced or
-- reopened counts no more. `due` is when the answer was due, `answered_at` when the centre answered at once also.
-- name: tickets_received
WITH ways AS (
    SELECT t.serial, t.opened_at, t.channel, t.category, t.area,
        max(CASE WHEN h.action IN ('open', 'bounce', 'reopen') THEN h.id END) AS began,
        max(CASE WHEN h.action = 'forward' THEN h.id END) AS forwarded,
        max(CASE WHEN h.action = 'due' THEN h.id END) AS due,
        max(CASE WHEN h.action = 'answer' THEN h.id END) AS answered,
        max(CASE WHEN h.action = 'close' THEN h.id END) AS closed,
        sum(h.action = 'bounce') AS bounces,
        sum(h.action = 'reopen') AS reopenings
    FROM tickets t JOIN ticket_history h ON h.ticket = t.serial
    WHERE t.opened_at >= :since AND t.opened_at < :until AND h.at < :as_of
    GROUP BY t.serial
)
SELECT w.channel, w.category, w.area, json_extract(f.detail, '$.opd') AS opd, w.opened_at,
    a.at AS answered_at,
    unixepoch(json_extract(coalesce(d.detail, f.detail), '$.due_at')) AS due,
    w.bounces, w.reopenings
FROM ways w
LEFT JOIN ticket_history f ON f.id = w.forwarded AND w.forwarded > w.began
LEFT JOIN ticket_history d ON d.id = w.due AND w.due > w.forwarded AND w.forwarded > w.began
LEFT JOIN ticket_history a
    ON a.id = CASE WHEN w.answered > w.began THEN w.answered WHEN w.closed > w.began THEN w.closed END;

-- How much stood open at :at, of all tickets. What has an answer since before then cannot have been open; the minute is
-- because a ticket's row is written a moment before its history.
-- name: tickets_open_at^
WITH ways AS (
    SELECT t.opened_at,
        max(CASE WHEN h.action IN ('open', 'bounce', 'reopen') THEN h.id END) AS began,
        max(CASE WHEN h.action = 'forward' THEN h.id END) AS forwarded,
        max(CASE WHEN h.action = 'due' THEN h.id END) AS due,
        max(CASE WHEN h.action IN ('answer', 'close') THEN h.id END) AS answered
    FROM tickets t JOIN ticket_history h ON h.ticket = t.serial
    WHERE t.opened_at < :at AND h.at < :at
      AND (coalesce(t.answered_at, t.closed_at) IS NULL OR coalesce(t.answered_at, t.closed_at) >= :at - 60000000)
    GROUP BY t.serial
)
SELECT count(*) AS open,
    coalesce(sum(unixepoch(json_extract(coalesce(d.detail, f.detail), '$.due_at')) < :at / 1000000), 0) AS late,
    min(w.opened_at) AS oldest
FROM ways w
LEFT JOIN ticket_history f ON f.id = w.forwarded AND w.forwarded > w.began
LEFT JOIN ticket_history d ON d.id = w.due AND w.due > w.forwarded AND w.forwarded > w.began
WHERE w.answered IS NULL OR w.answered < w.began;

-- name: callbacks_opened
SELECT reason, status, count(*) AS callbacks FROM callbacks_as_known
WHERE opened_at >= :since AND opened_at < :until AND recorded_at < :as_of
  AND (replaced_at IS NULL OR replaced_at >= :as_of)
GROUP BY reason, status;

-- name: callbacks_owed_at^
SELECT count(*) AS owed, coalesce(sum(due_at < :at), 0) AS late, min(owed_since) AS oldest FROM (
    SELECT owed_since, due_at FROM callbacks
    WHERE status IN ('pending', 'claimed') AND recorded_at < :at
    UNION ALL
    SELECT owed_since, due_at FROM callback_versions
    WHERE status = 'pending' AND recorded_at < :at AND replaced_at >= :at
);

-- name: attempts_made
SELECT CASE WHEN amended_at >= :as_of THEN first_result ELSE result END AS result, count(*) AS attempts
FROM callback_attempts
WHERE at >= :since AND at < :until AND recorded_at < :as_of
GROUP BY 1;

-- name: scores_given
SELECT score, count(*) AS answers FROM surveys
WHERE at >= :since AND at < :until AND recorded_at < :as_of
GROUP BY score;

-- name: sms_messages^
SELECT
    (SELECT count(*) FROM sms_received
     WHERE at >= :since AND at < :until AND recorded_at < :as_of AND made <> 'repeated') AS received,
    (SELECT count(*) FROM sms_queue
     WHERE sent_at >= :since AND sent_at < :until AND recorded_at < :as_of) AS sent,
    (SELECT count(*) FROM sms_queue
     WHERE recorded_at >= :since AND recorded_at < :until AND recorded_at < :as_of AND status = 'dropped') AS dropped;

-- What was not known to have ended then lasted until :end, which is the end of the period or of what was known.
-- name: operator_times
SELECT operator, state, reason, sum(max(0,
    min(CASE WHEN ended_at IS NULL OR ended_at >= :as_of THEN :end ELSE until END, :end) - max(since, :since)
)) AS microseconds
FROM operator_states
WHERE (ended_at IS NULL OR ended_at > :since) AND since < :end AND recorded_at < :as_of
GROUP BY operator, state, reason;

-- name: gaps_within
SELECT pbx, since, until, recovered, unknown FROM gaps_as_known
WHERE until > :since AND since < :until AND recorded_at < :as_of AND (replaced_at IS NULL OR replaced_at >= :as_of)
ORDER BY since, pbx;
