-- +goose Up

-- How often the keyset or its wrappings have changed, 0 before the first keyset.
-- Whoever changes them moves this row on first: of two at once one goes on.
CREATE TABLE vault_state (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    generation BIGINT  NOT NULL
);
INSERT INTO vault_state (id, generation) VALUES (1, 0);

-- The one keyset of data keys, once a master key that may open it. sealed is a
-- tink keyset, encrypted with the master key of this fingerprint. created_at is
-- in milliseconds since 1970.
CREATE TABLE vault_keysets (
    fingerprint TEXT   NOT NULL PRIMARY KEY,
    sealed      BLOB  NOT NULL,
    created_at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE vault_keysets;
DROP TABLE vault_state;
