-- +goose Up

-- Access tokens of clients that a configured issuer vouches for: issuer is not
-- empty then, client is the client there, and both name the configuration's
-- entry, without which the access token ends.
ALTER TABLE idp_access_tokens ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE idp_access_tokens ADD COLUMN audience TEXT NOT NULL DEFAULT '';

-- The ids of assertions that were used, so that none is used twice: hash is
-- SHA-256 of issuer and id in hex. Rows go soon after the assertion has expired.
CREATE TABLE idp_assertions (
    hash       TEXT   NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idp_assertions_of_expiry ON idp_assertions (expires_at);

-- +goose Down
DROP TABLE idp_assertions;
ALTER TABLE idp_access_tokens DROP COLUMN audience;
ALTER TABLE idp_access_tokens DROP COLUMN issuer;
