package oauth

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
)

//go:embed migrations
var migrations embed.FS

// StoreConfig is what a Store needs.
type StoreConfig struct {
	// DB is the database, SQLite or PostgreSQL. Required. The caller keeps it
	// and closes it.
	DB *sql.DB
	// Vault seals the secrets. Required.
	Vault *vault.Vault
	// Now is the clock of what is noted in the rows. Default time.Now.
	Now func() time.Time
}

// Store keeps connections, their grants and the authorizations under way, in
// SQLite or PostgreSQL. Every write is one transaction, committed before the
// method returns; how durable a commit is (SQLite's synchronous setting) is the
// choice of whoever opened the database. It is safe for concurrent use, and
// several processes may have one each over the same database.
//
// Consumer secrets, refresh tokens and private keys lie in it sealed, each bound
// to its row and column.
type Store struct {
	db     *sql.DB
	vault  *vault.Vault
	now    func() time.Time
	engine database.Engine
	// holders bounds the row locks that are held at once: each keeps one
	// connection of the pool while its holder needs another.
	holders chan struct{}
}

// errSuperseded says that a row was changed while somebody worked with what it
// said before.
var errSuperseded = errors.New("the grant was replaced meanwhile")

// unlockTimeout bounds the giving back of a row lock.
const unlockTimeout = 2 * time.Second

// mostHolders is how many row locks are held at once where the pool has no bound.
const mostHolders = 64

// OpenStore brings the room's tables up to date (version table oauth_versions),
// seals what an older version has left in clear, and returns the store.
func OpenStore(ctx context.Context, c StoreConfig) (*Store, error) {
	if c.DB == nil || c.Vault == nil {
		return nil, errors.New("oauth: the store needs a database and a vault")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := database.Migrate(ctx, c.DB, "oauth_versions", migrations); err != nil {
		return nil, fmt.Errorf("oauth: %w", err)
	}
	holders := mostHolders
	if most := c.DB.Stats().MaxOpenConnections; most > 0 {
		holders = min(holders, max(1, most/2))
	}
	s := &Store{
		db: c.DB, vault: c.Vault, now: c.Now, engine: database.EngineOf(c.DB), holders: make(chan struct{}, holders),
	}
	if s.engine == database.PostgreSQL && c.DB.Stats().MaxOpenConnections == 1 {
		return nil, errors.New("oauth: the pool of the database needs two connections: one holds a lock while the other writes")
	}
	if err := s.sealOldGrants(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// hash is how seeds, states and sessions are remembered: hex of SHA-256, ""
// for "".
func hash(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// The places of the sealed columns.

func placeOfGrant(connection, consumerKey, seedHash string) vault.Place {
	return vault.Place{Table: "oauth_grants", Column: "refresh_token", Row: connection + " " + consumerKey + " " + seedHash}
}

func placeOfSecret(connection string) vault.Place {
	return vault.Place{Table: "oauth_connections", Column: "consumer_secret", Row: connection}
}

func placeOfKey(connection string) vault.Place {
	return vault.Place{Table: "oauth_connections", Column: "private_key", Row: connection}
}

func placeOfAttempt(stateHash string) vault.Place {
	return vault.Place{Table: "oauth_attempts", Column: "sealed", Row: stateHash}
}

// seal seals a secret; no secret is nil.
func (s *Store) seal(ctx context.Context, at vault.Place, secret string) ([]byte, error) {
	if secret == "" {
		return nil, nil
	}
	sealed, err := s.vault.Seal(ctx, at, []byte(secret))
	if err != nil {
		return nil, fmt.Errorf("oauth: seal a secret: %w", err)
	}
	return sealed, nil
}

// unseal is the secret that seal has sealed there.
func (s *Store) unseal(ctx context.Context, at vault.Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	secret, err := s.vault.Unseal(ctx, at, sealed)
	if err != nil {
		return "", fmt.Errorf("oauth: unseal %s of %s: %w", at.Column, at.Table, err)
	}
	return string(secret), nil
}

// transact runs f in one transaction. f does nothing but write: what it needs
// from the vault is had before, because the vault may read the database too.
func (s *Store) transact(ctx context.Context, what string, f func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("oauth: %s: %w", what, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := f(tx); err != nil {
		return fmt.Errorf("oauth: %s: %w", what, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("oauth: %s: %w", what, err)
	}
	return nil
}

// lock keeps everybody else who locks the connection waiting, also in other
// processes, until unlock is called. SQLite has no row locks: there lock does
// nothing, and the note of the attempt (see Store.attempt) has to do.
//
// The lock is a transaction that does nothing else. If the database loses it,
// the lock is free and the note of the attempt still holds the others off.
func (s *Store) lock(ctx context.Context, connection string) (unlock func(), err error) {
	if s.engine != database.PostgreSQL {
		return func() {}, nil
	}
	select {
	case s.holders <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("oauth: lock the connection: %w", context.Cause(ctx))
	}
	ctx, giveUp := context.WithCancel(ctx)
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		giveUp()
		<-s.holders
		return nil, fmt.Errorf("oauth: lock the connection: %w", err)
	}
	unlock = func() {
		// A database that does not answer ends the transaction when it finds out.
		timer := time.AfterFunc(unlockTimeout, giveUp)
		_ = tx.Rollback()
		timer.Stop()
		giveUp()
		<-s.holders
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO oauth_locks (connection) VALUES ($1) ON CONFLICT (connection) DO NOTHING`, connection); err != nil {
		unlock()
		return nil, fmt.Errorf("oauth: lock the connection: %w", err)
	}
	var held string
	if err := tx.QueryRowContext(ctx, `SELECT connection FROM oauth_locks WHERE connection = $1 FOR UPDATE`, connection).Scan(&held); err != nil {
		unlock()
		return nil, fmt.Errorf("oauth: lock the connection: %w", err)
	}
	return unlock, nil
}

// milliseconds is how times are stored; the zero time is 0.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// timeOf is the time that milliseconds has stored, in UTC.
func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
