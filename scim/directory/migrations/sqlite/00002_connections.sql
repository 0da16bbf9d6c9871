-- +goose Up

-- Every row belongs to a connection: a full copy sandbox holds the same record
-- ids as its production org. What was there is that of the one connection that
-- there was. SQLite changes no primary key, so the tables are made anew.
ALTER TABLE directory_echo RENAME TO directory_echo_1;
CREATE TABLE directory_echo (
    connection  TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    attribute   TEXT NOT NULL,
    sent        TEXT NOT NULL,
    held        TEXT NOT NULL,
    PRIMARY KEY (connection, resource_id, attribute)
);
INSERT INTO directory_echo (connection, resource_id, attribute, sent, held)
    SELECT 'default', resource_id, attribute, sent, held FROM directory_echo_1;
DROP TABLE directory_echo_1;

DROP INDEX directory_echo_texts_resource;
ALTER TABLE directory_echo_texts RENAME TO directory_echo_texts_1;
CREATE TABLE directory_echo_texts (
    connection  TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    attribute   TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (connection, attribute, value, resource_id)
);
CREATE INDEX directory_echo_texts_resource ON directory_echo_texts (connection, resource_id);
INSERT INTO directory_echo_texts (connection, resource_id, attribute, value)
    SELECT 'default', resource_id, attribute, value FROM directory_echo_texts_1;
DROP TABLE directory_echo_texts_1;

DROP INDEX directory_tombstones_username;
ALTER TABLE directory_tombstones RENAME TO directory_tombstones_1;
CREATE TABLE directory_tombstones (
    connection TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    username   TEXT NOT NULL,
    frozen     INTEGER NOT NULL DEFAULT 0,
    deleted_at BIGINT NOT NULL,
    PRIMARY KEY (connection, user_id)
);
CREATE INDEX directory_tombstones_username ON directory_tombstones (connection, username);
INSERT INTO directory_tombstones (connection, user_id, username, frozen, deleted_at)
    SELECT 'default', user_id, username, frozen, deleted_at FROM directory_tombstones_1;
DROP TABLE directory_tombstones_1;

DROP INDEX directory_pending_managers_reference;
ALTER TABLE directory_pending_managers RENAME TO directory_pending_managers_1;
CREATE TABLE directory_pending_managers (
    connection TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    reference  TEXT NOT NULL,
    since      BIGINT NOT NULL,
    PRIMARY KEY (connection, user_id)
);
CREATE INDEX directory_pending_managers_reference ON directory_pending_managers (connection, reference);
INSERT INTO directory_pending_managers (connection, user_id, reference, since)
    SELECT 'default', user_id, reference, since FROM directory_pending_managers_1;
DROP TABLE directory_pending_managers_1;

-- There is no way down: rows of two connections may have the same ids.
