-- +goose Up

-- What is spoken to, as which app. consumer_secret and private_key are sealed,
-- NULL for none. seed_hash names the grant of the connection that is in use.
CREATE TABLE oauth_connections (
    name            TEXT   NOT NULL PRIMARY KEY,
    login_url       TEXT   NOT NULL,
    consumer_key    TEXT   NOT NULL,
    flow            TEXT   NOT NULL,
    username        TEXT   NOT NULL,
    username_suffix TEXT   NOT NULL,
    configured      BIGINT NOT NULL,
    consumer_secret BYTEA,
    private_key     BYTEA,
    seed_hash       TEXT   NOT NULL,
    org_id          TEXT   NOT NULL,
    instance_url    TEXT   NOT NULL,
    user_id         TEXT   NOT NULL,
    connected_at    BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    last_used_at    BIGINT NOT NULL,
    last_error      TEXT   NOT NULL
);

-- One row a refresh token that was given by configuration (the seed), with the
-- token that has taken its place since; seed_hash '' is a grant that the web
-- server flow brought without any seed. refresh_token is sealed, issued_at is
-- when it was had, and version grows with each change: who writes names the
-- version that he read. Times are Unix milliseconds.
CREATE TABLE oauth_grants (
    connection       TEXT   NOT NULL,
    consumer_key     TEXT   NOT NULL,
    seed_hash        TEXT   NOT NULL,
    refresh_token    BYTEA  NOT NULL,
    version          BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    issued_at        BIGINT NOT NULL,
    attempted_at     BIGINT,
    lost_at          BIGINT,
    lost_code        TEXT   NOT NULL DEFAULT '',
    lost_description TEXT   NOT NULL DEFAULT '',
    lost_by          TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (connection, consumer_key, seed_hash)
);

-- Authorizations that a browser session began. status is 'begun', 'used' (its
-- callback came) or 'pending' (waits to be saved); sealed holds what the status
-- needs, NULL for nothing. A row outlives its end, so that a callback that comes
-- again is told what became of it.
CREATE TABLE oauth_attempts (
    state_hash   TEXT   NOT NULL PRIMARY KEY,
    session_hash TEXT   NOT NULL,
    connection   TEXT   NOT NULL,
    status       TEXT   NOT NULL,
    sealed       BYTEA,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX oauth_attempts_of_session ON oauth_attempts (session_hash, status);

-- Who refreshes holds the row of his connection, where the engine has row locks.
CREATE TABLE oauth_locks (
    connection TEXT NOT NULL PRIMARY KEY
);

-- The number of changes of connections, in one row.
CREATE TABLE oauth_generation (
    id         BIGINT NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL
);
INSERT INTO oauth_generation (id, generation) VALUES (1, 0);

-- +goose Down
DROP TABLE oauth_generation;
DROP TABLE oauth_locks;
DROP TABLE oauth_attempts;
DROP TABLE oauth_grants;
DROP TABLE oauth_connections;
