-- +goose Up

-- held_name is the name while the token holds it, so that no two hold one:
-- Create takes the names of tokens that have ended away from them, and a
-- rotation hands the name on. NULL: it is somebody else's, or free.
ALTER TABLE idp_tokens ADD COLUMN held_name TEXT;
UPDATE idp_tokens SET held_name = name WHERE id IN (
    SELECT id FROM (
        SELECT id, ROW_NUMBER() OVER (PARTITION BY name ORDER BY created_at DESC, id) AS place
        FROM idp_tokens WHERE revoked_at IS NULL
    ) AS unrevoked WHERE place = 1
);
CREATE UNIQUE INDEX idp_tokens_of_held_name ON idp_tokens (held_name);

-- +goose Down
DROP INDEX idp_tokens_of_held_name;
ALTER TABLE idp_tokens DROP COLUMN held_name;
