-- +goose Up

-- The administrator's password, as an argon2id hash in PHC form. One row.
-- used_at is when it first opened the console, NULL for one that was made by
-- the first start and never used. Times are Unix milliseconds.
CREATE TABLE console_admin (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    hash       TEXT    NOT NULL,
    changed_at BIGINT  NOT NULL,
    used_at    BIGINT
);

-- Who is signed in: token_hash is of the cookie's value, data is sealed.
CREATE TABLE console_sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    data       BLOB   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_expires_at ON console_sessions (expires_at);

-- +goose Down
DROP TABLE console_sessions;
DROP TABLE console_admin;
