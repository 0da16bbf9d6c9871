-- +goose Up

-- Users and groups that a replica is changing, until its request has ended or,
-- when the replica died, until the time noted here.
CREATE TABLE directory_reservations (
    connection  TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    holder      TEXT COLLATE "C" NOT NULL,
    until       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (connection, resource_id)
);

-- +goose Down
DROP TABLE directory_reservations;
