-- +goose Up

-- The access tokens that the token endpoint has handed out: hash is SHA-256 in
-- hex. client is the id of a token in idp_tokens; where bond is not empty it is
-- the name of a configured token, and bond binds the row to that very token.
-- Rows go soon after they have expired. Times are Unix milliseconds.
CREATE TABLE idp_access_tokens (
    hash       TEXT   NOT NULL PRIMARY KEY,
    client     TEXT   NOT NULL,
    bond       TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idp_access_tokens_of_expiry ON idp_access_tokens (expires_at);

-- +goose Down
DROP TABLE idp_access_tokens;
