-- +goose Up

-- One row a refresh token that was given by configuration (the seed), with the
-- token that has taken its place since; seed_hash '' is a grant that the web
-- server flow brought without any seed. Times are Unix milliseconds.
CREATE TABLE oauth_grants (
    consumer_key     TEXT    NOT NULL,
    seed_hash        TEXT    NOT NULL,
    refresh_token    TEXT    NOT NULL,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL,
    attempted_at     BIGINT,
    lost_at          BIGINT,
    lost_code        TEXT    NOT NULL DEFAULT '',
    lost_description TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (consumer_key, seed_hash)
);

-- Authorizations that were begun and not completed.
CREATE TABLE oauth_states (
    state_hash   TEXT    NOT NULL PRIMARY KEY,
    consumer_key TEXT    NOT NULL,
    redirect_url TEXT    NOT NULL,
    verifier     TEXT    NOT NULL,
    expires_at   BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE oauth_states;
DROP TABLE oauth_grants;
