-- What is listed from one moment until another is found by that moment, however deep in the past it is.
DROP INDEX mails_ended;
CREATE INDEX mails_ended ON mails (status, queued_at, id) WHERE status IN ('sent', 'dropped');
CREATE INDEX mails_by_queueing ON mails (queued_at, id);
DROP INDEX sms_queue_ended;
CREATE INDEX sms_queue_ended ON sms_queue (status, queued_at, id) WHERE status IN ('sent', 'dropped');
CREATE INDEX sms_queue_by_queueing ON sms_queue (queued_at, id);
CREATE INDEX callbacks_ended ON callbacks (owed_since, id) WHERE status IN ('done', 'expired');

-- What one person did, and what was refused, is rare in a log of all.
CREATE INDEX access_log_by_actor ON access_log (actor, at);
CREATE INDEX access_log_refused ON access_log (at) WHERE allowed = 0;
