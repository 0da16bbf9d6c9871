-- +goose Up

-- What an IdP sent and what Salesforce held right after, per resource and
-- attribute path. sent and held are JSON.
CREATE TABLE directory_echo (
    resource_id TEXT NOT NULL,
    attribute   TEXT NOT NULL,
    sent        TEXT NOT NULL,
    held        TEXT NOT NULL,
    PRIMARY KEY (resource_id, attribute)
);

-- Every string within a sent value, in lower case, so that a filter finds the
-- resource by the value as sent: an e-mail address inside a list of them too.
CREATE TABLE directory_echo_texts (
    resource_id TEXT NOT NULL,
    attribute   TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (attribute, value, resource_id)
);
CREATE INDEX directory_echo_texts_resource ON directory_echo_texts (resource_id);

-- Users deleted over SCIM, who live on in Salesforce. username is in lower
-- case. frozen is 1 when Salesforce refused to deactivate and the user was
-- frozen instead. deleted_at is in milliseconds since 1970.
CREATE TABLE directory_tombstones (
    user_id    TEXT NOT NULL PRIMARY KEY,
    username   TEXT NOT NULL,
    frozen     INTEGER NOT NULL DEFAULT 0,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX directory_tombstones_username ON directory_tombstones (username);

-- Users whose manager was named before he existed. reference is the name as
-- it was sent, in lower case.
CREATE TABLE directory_pending_managers (
    user_id    TEXT NOT NULL PRIMARY KEY,
    reference  TEXT NOT NULL,
    since      BIGINT NOT NULL
);
CREATE INDEX directory_pending_managers_reference ON directory_pending_managers (reference);

-- +goose Down
DROP TABLE directory_pending_managers;
DROP TABLE directory_tombstones;
DROP TABLE directory_echo_texts;
DROP TABLE directory_echo;
