-- +goose Up

-- The login host that said the grant is lost: another one may know better.
ALTER TABLE oauth_grants ADD COLUMN lost_by TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE oauth_grants DROP COLUMN lost_by;
