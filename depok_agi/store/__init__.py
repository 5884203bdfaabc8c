"""The only SQL: migrations and named queries in .sql files, and how rows become records."""
