-- Users, the key of their tokens, and what makes an owner's rows quick to find.

-- Number 1 owns what is written without --auth: so users begin at 2.
CREATE TABLE users (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    secret     TEXT    NOT NULL, -- the hash of the password, as a PHC string
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO sqlite_sequence (name, seq) VALUES ('users', 1);

-- 32 random bytes, made once. Every server on this database signs with them.
CREATE TABLE token_key (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB    NOT NULL CHECK (length(key) = 32)
) STRICT;

-- Finds an owner's todos by id, and an owner's changes, among a million others.
CREATE INDEX todos_by_owner   ON todos (owner);
CREATE INDEX changes_by_owner ON changes (owner);
