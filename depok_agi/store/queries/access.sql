-- name: add_access!
INSERT INTO access_log (at, actor, role, origin, deed, allowed, citizen, ticket, call, detail)
VALUES (:at, :actor, :role, :origin, :deed, :allowed, :citizen, :ticket, :call, :detail);
