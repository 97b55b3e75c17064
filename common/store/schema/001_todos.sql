-- Todos, and the log of what happened to them.

-- AUTOINCREMENT: an id that was ever answered is never used again.
CREATE TABLE todos (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner      INTEGER NOT NULL DEFAULT 1,
    version    INTEGER NOT NULL DEFAULT 1,
    title      TEXT    NOT NULL,
    completed  INTEGER NOT NULL,
    ord        INTEGER,          -- "order" is a word of SQL
    due_at     INTEGER,          -- times: milliseconds since 1970 UTC
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- One index for each sort key. Each ends with the id by itself, so ties come in
-- the order of ids, and reading it backwards gives the descending sort.
CREATE INDEX todos_by_order      ON todos (owner, ord);
CREATE INDEX todos_by_due_at     ON todos (owner, due_at);
CREATE INDEX todos_by_created_at ON todos (owner, created_at);
CREATE INDEX todos_by_updated_at ON todos (owner, updated_at);

-- Every change is written here in the transaction that makes it, with the todo
-- as it then was.
CREATE TABLE changes (
    id    INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL DEFAULT 1,
    kind  TEXT    NOT NULL,      -- created, updated, deleted, cleared, due
    data  TEXT    NOT NULL       -- JSON; a todo stands there without its url
) STRICT;
