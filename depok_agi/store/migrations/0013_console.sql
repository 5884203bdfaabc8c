-- Whose a ticket is, is who has opened it: an operator's own ones are found by that, however long the history is.
CREATE INDEX ticket_history_opened_by ON ticket_history (actor, ticket) WHERE action = 'open';
