package vault

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Config is what a Vault works with.
type Config struct {
	// DB keeps the wrapped data keys; the caller opens and closes it. Required.
	DB *sql.DB
	// MasterKey wraps them. Required.
	MasterKey MasterKey
	// Logger is told of keys made and changed. Default slog.Default.
	Logger *slog.Logger
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Vault seals and unseals. It is safe for concurrent use, and several processes
// may have one open on the same database.
type Vault struct {
	db     *sql.DB
	master MasterKey
	logger *slog.Logger
	now    func() time.Time

	mu   sync.Mutex // held while keys are read, so that they are read once
	keys *keys
}

// Place is where a sealed value lies. A value opens only in the place it was
// sealed for.
type Place struct {
	Table, Column string
	Row           string // the row's key; for a key of several columns something unambiguous
}

// String names the place for people.
func (p Place) String() string { return p.Table + "." + p.Column + ", row " + fmt.Sprintf("%q", p.Row) }

// associated is the associated data of a value. Table and column hold no slash,
// so no two places share one.
func (p Place) associated() []byte {
	return []byte("scimforce " + p.Table + "/" + p.Column + "/" + p.Row + " v1")
}

// Open brings the room's tables up to date, makes the first data key where there
// is none, and reads the data keys. *WrongKeyError when they are wrapped for
// other master keys, *DamagedError when they do not open although they should;
// nothing is overwritten then.
func Open(ctx context.Context, c Config) (*Vault, error) {
	var problems []error
	if c.DB == nil {
		problems = append(problems, errors.New("vault: Config.DB is missing"))
	}
	if c.MasterKey.IsZero() {
		problems = append(problems, errors.New("vault: Config.MasterKey is missing"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	v := &Vault{db: c.DB, master: c.MasterKey, logger: cmp.Or(c.Logger, slog.Default()), now: c.Now}
	if v.now == nil {
		v.now = time.Now
	}
	if err := migrate(ctx, c.DB); err != nil {
		return nil, err
	}
	if err := v.makeFirst(ctx); err != nil {
		return nil, err
	}
	_, err := v.reload(ctx, -1)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Seal encrypts a value for its place with the newest data key.
func (v *Vault) Seal(ctx context.Context, place Place, plaintext []byte) ([]byte, error) {
	if err := place.check(); err != nil {
		return nil, err
	}
	generation, err := v.generation(ctx, v.db)
	if err != nil {
		return nil, err
	}
	k, err := v.reload(ctx, generation)
	if err != nil {
		return nil, err
	}
	sealed, err := k.aead.Encrypt(plaintext, place.associated())
	if err != nil {
		return nil, fmt.Errorf("vault: seal %s: %w", place, err)
	}
	return sealed, nil
}

// Unseal decrypts what Seal made for the same place. *UnsealError when it does
// not open. It asks the database only for a data key that it has not met, which
// another process made.
func (v *Vault) Unseal(ctx context.Context, place Place, sealed []byte) ([]byte, error) {
	if err := place.check(); err != nil {
		return nil, err
	}
	k := v.known()
	if !k.has(keyID(sealed)) {
		generation, err := v.generation(ctx, v.db)
		if err != nil {
			return nil, err
		}
		if k, err = v.reload(ctx, generation); err != nil {
			return nil, err
		}
	}
	plaintext, err := k.aead.Decrypt(sealed, place.associated())
	if err != nil {
		return nil, &UnsealError{Place: place} // tink says no more than that it failed
	}
	return plaintext, nil
}

// IsCurrent says that a sealed value was sealed with the newest data key that
// this Vault knows: there is nothing to re-seal.
func (v *Vault) IsCurrent(sealed []byte) bool { return keyID(sealed) == v.known().primary }

// check refuses a place that could be taken for another one.
func (p Place) check() error {
	for _, name := range []string{p.Table, p.Column} {
		if name == "" {
			return fmt.Errorf("vault: %s is no whole place", p)
		}
		for _, r := range name {
			if r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
				return fmt.Errorf("vault: %s is no place: tables and columns are of a-z, 0-9 and _", p)
			}
		}
	}
	return nil
}

// keyID is the id of the data key that a value was sealed with, 0 (which no key
// has) for what is no sealed value. Tink writes a byte 1 and four of the id.
// https://developers.google.com/tink/wire-format
func keyID(sealed []byte) uint32 {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:5])
}
