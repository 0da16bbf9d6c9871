package oauth

import (
	"context"
	"database/sql"
	"errors"
)

// Save makes or replaces a connection whole, with its secrets and its grant, in
// one transaction: what was just authorized. A connection that the environment
// configures takes a new grant only, and keeps it under the seed it is
// configured with; what else differs there is refused with ErrConfigured.
// *InputError tells what cannot be saved.
func (s *Store) Save(ctx context.Context, c Connection, secrets Secrets) error {
	_, err := s.save(ctx, c, secrets, func(*sql.Tx) error { return nil })
	return err
}

// save is Save, with more in the transaction. replaced is the refresh token that
// the connection had of the same app, "" for none and for a seed, which may be in
// use elsewhere.
func (s *Store) save(ctx context.Context, c Connection, secrets Secrets, also func(*sql.Tx) error) (replaced string, err error) {
	if c.Flow == "" {
		c.Flow = WebServerFlow
	}
	if err := checkSaved(c, secrets); err != nil {
		return "", err
	}
	before, found, err := s.open(ctx, c.Name)
	if err != nil {
		return "", err
	}
	now := s.now()
	c.ConnectedAt, c.UpdatedAt, c.LastUsedAt, c.LastError = now, now, before.LastUsedAt, ""
	next := saved{Connection: c, secrets: secrets}
	if found && before.Configured {
		if before.LoginURL != c.LoginURL || before.ConsumerKey != c.ConsumerKey || before.Flow != c.Flow {
			return "", ErrConfigured
		}
		next.Configured, next.seedHash, next.UsernameSuffix = true, before.seedHash, before.UsernameSuffix
		next.secrets.ConsumerSecret, next.secrets.PrivateKey, next.Username = before.secrets.ConsumerSecret, before.secrets.PrivateKey, before.Username
	} else {
		next.Configured = false
	}
	key := next.grantKey()
	sealed, err := s.seal(ctx, placeOfGrant(key.connection, key.consumerKey, key.seedHash), secrets.RefreshToken)
	if err != nil {
		return "", err
	}
	write, err := s.writing(ctx, next)
	if err != nil {
		return "", err
	}
	var old []byte
	err = s.transact(ctx, "save the connection", func(tx *sql.Tx) error {
		if found && !before.Configured && before.LoginURL == c.LoginURL {
			if old, err = liveToken(ctx, tx, key); err != nil {
				return err
			}
		}
		if !next.Configured {
			if _, err := tx.ExecContext(ctx, `DELETE FROM oauth_grants WHERE connection = $1 AND NOT (consumer_key = $2 AND seed_hash = $3)`,
				key.connection, key.consumerKey, key.seedHash); err != nil {
				return err
			}
		}
		if next.Flow == WebServerFlow {
			if err := s.replace(ctx, tx, key, sealed, now.UnixMilli()); err != nil {
				return err
			}
		}
		if err := write(tx); err != nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return "", err
	}
	if replaced, err = s.unseal(ctx, placeOfGrant(key.connection, key.consumerKey, key.seedHash), old); err != nil {
		return "", nil //nolint:nilerr // the connection is saved
	}
	return replaced, nil
}

// checkSaved refuses what lacks a secret of its flow.
func checkSaved(c Connection, secrets Secrets) error {
	if err := c.check(); err != nil {
		return &InputError{Problem: err}
	}
	if secrets.ConsumerSecret != "" {
		if err := checkKey("consumer secret", secrets.ConsumerSecret); err != nil {
			return &InputError{Problem: err}
		}
	}
	switch c.Flow {
	case WebServerFlow:
		if secrets.RefreshToken == "" {
			return &InputError{Problem: errors.New("the web server flow brought no refresh token")}
		}
	case JWTBearerFlow:
		if _, err := parsePrivateKey(secrets.PrivateKey); err != nil {
			return &InputError{Problem: err}
		}
	case ClientCredentialsFlow:
		if secrets.ConsumerSecret == "" {
			return &InputError{Problem: errors.New("the client credentials flow needs the consumer secret")}
		}
	}
	return nil
}

// writing seals the secrets and returns what writes the row and counts the
// change.
func (s *Store) writing(ctx context.Context, c saved) (func(*sql.Tx) error, error) {
	secret, err := s.seal(ctx, placeOfSecret(c.Name), c.secrets.ConsumerSecret)
	if err != nil {
		return nil, err
	}
	key, err := s.seal(ctx, placeOfKey(c.Name), c.secrets.PrivateKey)
	if err != nil {
		return nil, err
	}
	configured := 0
	if c.Configured {
		configured = 1
	}
	return func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO oauth_connections (name, login_url, consumer_key, flow, username, username_suffix, configured,
				consumer_secret, private_key, seed_hash, org_id, instance_url, user_id, connected_at, updated_at, last_used_at, last_error)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
			ON CONFLICT (name) DO UPDATE SET login_url = excluded.login_url, consumer_key = excluded.consumer_key, flow = excluded.flow,
				username = excluded.username, username_suffix = excluded.username_suffix, configured = excluded.configured,
				consumer_secret = excluded.consumer_secret, private_key = excluded.private_key, seed_hash = excluded.seed_hash,
				org_id = excluded.org_id, instance_url = excluded.instance_url, user_id = excluded.user_id,
				connected_at = excluded.connected_at, updated_at = excluded.updated_at, last_error = excluded.last_error`,
			c.Name, c.LoginURL, c.ConsumerKey, string(c.Flow), c.Username, c.UsernameSuffix, configured,
			secret, key, c.seedHash, c.OrgID, c.InstanceURL, c.UserID,
			milliseconds(c.ConnectedAt), milliseconds(c.UpdatedAt), milliseconds(c.LastUsedAt), c.LastError)
		if err != nil {
			return err
		}
		return count(ctx, tx)
	}, nil
}

// count makes the generation grow.
func count(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE oauth_generation SET generation = generation + 1 WHERE id = 1`)
	return err
}
