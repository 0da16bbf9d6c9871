-- +goose Up

-- The tokens that identity providers present: hash is SHA-256 in hex, and the
-- token itself is nowhere. Times are Unix milliseconds; revoked_at may lie
-- ahead, where a rotation has an overlap.
CREATE TABLE idp_tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    connection   TEXT   NOT NULL,
    scope        TEXT   NOT NULL,
    hint         TEXT   NOT NULL,
    hash         TEXT   NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    last_address TEXT   NOT NULL DEFAULT '',
    revoked_at   BIGINT,
    replaced_by  TEXT   NOT NULL DEFAULT ''
);

-- +goose Down
DROP TABLE idp_tokens;
