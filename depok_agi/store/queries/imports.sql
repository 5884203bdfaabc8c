-- name: imported_as$
SELECT t.number FROM imported_rows i JOIN tickets t ON t.serial = i.ticket WHERE i.key = :key;

-- name: add_imported_row!
INSERT INTO imported_rows (key, ticket, at, by) VALUES (:key, :ticket, :at, :by);
