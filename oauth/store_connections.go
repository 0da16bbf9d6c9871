package oauth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrConfigured refuses to change in the console what the environment settles.
var ErrConfigured = errors.New("the connection comes from the environment of the bridge: change its settings there")

// saved is a connection with its secrets and the grant that it uses. The refresh
// token is not among the secrets: it is read from the grant each time.
type saved struct {
	Connection
	secrets  Secrets
	seedHash string
}

// grantKey names the grant in use.
func (c *saved) grantKey() grantKey {
	return grantKey{c.Name, c.ConsumerKey, c.seedHash}
}

// connectionColumns is what scanConnection reads.
const connectionColumns = `c.name, c.login_url, c.consumer_key, c.flow, c.username, c.username_suffix, c.configured,
	c.consumer_secret, c.private_key, c.seed_hash, c.org_id, c.instance_url, c.user_id,
	c.connected_at, c.updated_at, c.last_used_at, c.last_error, COALESCE(g.issued_at, 0)
	FROM oauth_connections c LEFT JOIN oauth_grants g
	ON g.connection = c.name AND g.consumer_key = c.consumer_key AND g.seed_hash = c.seed_hash`

// scanConnection reads one row; the secrets are still sealed.
func scanConnection(row interface{ Scan(...any) error }) (c saved, sealedSecret, sealedKey []byte, err error) {
	var configured, connected, updated, used, issued int64
	err = row.Scan(&c.Name, &c.LoginURL, &c.ConsumerKey, &c.Flow, &c.Username, &c.UsernameSuffix, &configured,
		&sealedSecret, &sealedKey, &c.seedHash, &c.OrgID, &c.InstanceURL, &c.UserID,
		&connected, &updated, &used, &c.LastError, &issued)
	c.Configured = configured != 0
	c.ConnectedAt, c.UpdatedAt, c.LastUsedAt, c.RefreshTokenSince = timeOf(connected), timeOf(updated), timeOf(used), timeOf(issued)
	return c, sealedSecret, sealedKey, err
}

// Connections lists all connections by name.
func (s *Store) Connections(ctx context.Context) (list []Connection, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+connectionColumns+` ORDER BY c.name`)
	if err != nil {
		return nil, fmt.Errorf("oauth: list the connections: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		c, _, _, err := scanConnection(rows)
		if err != nil {
			return nil, fmt.Errorf("oauth: list the connections: %w", err)
		}
		list = append(list, c.Connection)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("oauth: list the connections: %w", err)
	}
	return list, nil
}

// Connection is the one of that name; false when there is none.
func (s *Store) Connection(ctx context.Context, name string) (Connection, bool, error) {
	c, _, _, err := scanConnection(s.db.QueryRowContext(ctx, `SELECT `+connectionColumns+` WHERE c.name = $1`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return Connection{}, false, nil
	}
	if err != nil {
		return Connection{}, false, fmt.Errorf("oauth: read the connection: %w", err)
	}
	return c.Connection, true, nil
}

// open is Connection with the secrets.
func (s *Store) open(ctx context.Context, name string) (saved, bool, error) {
	c, sealedSecret, sealedKey, err := scanConnection(s.db.QueryRowContext(ctx, `SELECT `+connectionColumns+` WHERE c.name = $1`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return saved{}, false, nil
	}
	if err != nil {
		return saved{}, false, fmt.Errorf("oauth: read the connection: %w", err)
	}
	if c.secrets.ConsumerSecret, err = s.unseal(ctx, placeOfSecret(name), sealedSecret); err != nil {
		return saved{}, false, err
	}
	if c.secrets.PrivateKey, err = s.unseal(ctx, placeOfKey(name), sealedKey); err != nil {
		return saved{}, false, err
	}
	return c, true, nil
}

// Configure makes or changes a connection as the environment says.
// secrets.RefreshToken is a seed: it is used only until Salesforce replaces it,
// and never again after that, also after a restart with the same value. Rows are
// kept per seed so that going back to an earlier seed finds its successor:
// presenting the old one again would make Salesforce revoke all. Without a seed
// the grant that was used last is taken. What the last authorization said stays,
// and where nothing differs nothing is written. *InputError tells what cannot be.
func (s *Store) Configure(ctx context.Context, c Connection, secrets Secrets) error {
	if c.Flow == "" {
		c.Flow = WebServerFlow
	}
	if err := c.check(); err != nil {
		return &InputError{Problem: err}
	}
	before, found, err := s.open(ctx, c.Name)
	if err != nil {
		return err
	}
	now, seed := s.now(), secrets.RefreshToken
	secrets.RefreshToken = ""
	next := saved{Connection: c, secrets: secrets, seedHash: hash(seed)}
	if seed == "" {
		if next.seedHash, err = s.latestSeed(ctx, c.Name, c.ConsumerKey); err != nil {
			return err
		}
	}
	key := next.grantKey()
	sealed, err := s.seal(ctx, placeOfGrant(key.connection, key.consumerKey, key.seedHash), seed)
	if err != nil {
		return err
	}
	next.Configured = true
	next.OrgID, next.InstanceURL, next.UserID = before.OrgID, before.InstanceURL, before.UserID
	next.ConnectedAt, next.LastUsedAt, next.LastError = before.ConnectedAt, before.LastUsedAt, before.LastError
	next.UpdatedAt, next.RefreshTokenSince = before.UpdatedAt, before.RefreshTokenSince
	write := func(*sql.Tx) error { return nil }
	if !found || next != before {
		next.UpdatedAt = now
		if write, err = s.writing(ctx, next); err != nil {
			return err
		}
	}
	return s.transact(ctx, "configure the connection", func(tx *sql.Tx) error {
		if seed != "" {
			if err := s.sow(ctx, tx, key, sealed, now.UnixMilli()); err != nil {
				return err
			}
		}
		return write(tx)
	})
}

// Release makes a connection that the environment configured, and does not any
// more, one that can be changed and removed like all others. There need not be
// one.
func (s *Store) Release(ctx context.Context, name string) error {
	return s.transact(ctx, "release the connection", func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE oauth_connections SET configured = 0, updated_at = $1 WHERE name = $2 AND configured <> 0`,
			s.now().UnixMilli(), name)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return count(ctx, tx)
	})
}

// Remove forgets a connection, its grants and the authorizations under way for
// it; there need not be one. Nothing is revoked at Salesforce: see
// Authorizer.Revoke. ErrConfigured for one that would come back.
func (s *Store) Remove(ctx context.Context, name string) error {
	return s.transact(ctx, "remove the connection", func(tx *sql.Tx) error {
		var configured int64
		err := tx.QueryRowContext(ctx, `SELECT configured FROM oauth_connections WHERE name = $1`, name).Scan(&configured)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		case configured != 0:
			return ErrConfigured
		}
		for _, statement := range []string{
			`DELETE FROM oauth_attempts WHERE connection = $1`, `DELETE FROM oauth_grants WHERE connection = $1`,
			`DELETE FROM oauth_locks WHERE connection = $1`, `DELETE FROM oauth_connections WHERE name = $1`,
		} {
			if _, err := tx.ExecContext(ctx, statement, name); err != nil {
				return err
			}
		}
		return count(ctx, tx)
	})
}

// Generation grows with each change of a connection, and not with a refresh: who
// remembers it knows whether to read the connections again.
func (s *Store) Generation(ctx context.Context) (n int64, err error) {
	if err := s.db.QueryRowContext(ctx, `SELECT generation FROM oauth_generation WHERE id = 1`).Scan(&n); err != nil {
		return 0, fmt.Errorf("oauth: read the generation: %w", err)
	}
	return n, nil
}

// noteUse writes down when a connection was last used, and why it could not be
// last time.
func (s *Store) noteUse(ctx context.Context, name string, at int64, lastError string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE oauth_connections SET last_used_at = $1, last_error = $2 WHERE name = $3`, at, lastError, name)
	if err != nil {
		return fmt.Errorf("oauth: note the use: %w", err)
	}
	return nil
}
