-- What is rare among what has gone out in years, such as an e-mail that was dropped, is listed without going through all.
-- Of those that wait there are indexes already.
CREATE INDEX mails_ended ON mails (status, id) WHERE status IN ('sent', 'dropped');
CREATE INDEX sms_queue_ended ON sms_queue (status, id) WHERE status IN ('sent', 'dropped');

-- What stood open at the end of a period is among what was answered since then, or has no answer.
CREATE INDEX tickets_by_end ON tickets (coalesce(answered_at, closed_at), opened_at);
