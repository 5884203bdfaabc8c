-- What is rare among what has gone out in years, such as an e-mail that was dropped, is listed without going through all.
-- Of those that wait there are indexes already.
CREATE INDEX mails_ended ON mails (status, id) WHERE status IN ('sent', 'dropped');
CREATE INDEX sms_queue_ended ON sms_queue (status, id) WHERE status IN ('sent', 'dropped');
