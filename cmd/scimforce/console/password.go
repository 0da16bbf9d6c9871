package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

const (
	// MinPassword is how many characters a password has at least that somebody
	// chooses, MaxPassword how many octets at most: more is no password.
	MinPassword, MaxPassword = 12, 1024
	// hashers bounds how many passwords are hashed at once: each takes
	// argonMemory for some 30 ms.
	hashers = 2

	// Argon2id with what OWASP's password storage cheat sheet asks for at least.
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonLength  = 32
)

// passwords knows the administrator's password, as a hash in the table
// console_admin.
type passwords struct {
	db     *sql.DB
	now    func() time.Time
	places chan struct{} // taken while hashing
}

// admin is the row of console_admin.
type admin struct {
	hash string
	used bool // it has opened the console
}

// id names this password in the sessions that it opened; with the salt it is
// another one each time that a password is set.
func (a admin) id() string {
	sum := sha256.Sum256([]byte(a.hash))
	return hex.EncodeToString(sum[:16])
}

func newPasswords(db *sql.DB, now func() time.Time) *passwords {
	return &passwords{db: db, now: now, places: make(chan struct{}, hashers)}
}

// prepare sees to it that there is a password. A configured one takes the place
// of any other. Without one, and with none stored, one is made and returned, this
// once; of several replicas that start together one makes it.
func (p *passwords) prepare(ctx context.Context, configured string) (made string, err error) {
	current, err := p.read(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	stored := err == nil
	switch {
	case configured != "":
		if stored && p.matches(ctx, current.hash, configured) {
			return "", nil
		}
		return "", p.set(ctx, configured, false)
	case stored:
		return "", nil
	}
	made = rand.Text()
	hash, err := p.hash(ctx, made)
	if err != nil {
		return "", err
	}
	result, err := p.db.ExecContext(ctx, `INSERT INTO console_admin (id, hash, changed_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`,
		hash, p.now().UnixMilli())
	if err != nil {
		return "", fmt.Errorf("console: store the first password: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return "", err // another replica was first, and has printed its own
	}
	return made, nil
}

// read gives the row; the error is sql.ErrNoRows when there is none.
func (p *passwords) read(ctx context.Context) (admin, error) {
	var a admin
	err := p.db.QueryRowContext(ctx, `SELECT hash, used_at IS NOT NULL FROM console_admin WHERE id = 1`).
		Scan(&a.hash, &a.used)
	if err != nil {
		return admin{}, fmt.Errorf("console: read the password: %w", err)
	}
	return a, nil
}

// set stores another password. Sessions that the old one opened end with it.
func (p *passwords) set(ctx context.Context, password string, used bool) error {
	hash, err := p.hash(ctx, password)
	if err != nil {
		return err
	}
	now := p.now().UnixMilli()
	_, err = p.db.ExecContext(ctx, `INSERT INTO console_admin (id, hash, changed_at, used_at) VALUES (1, $1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at, used_at = excluded.used_at`,
		hash, now, sql.NullInt64{Int64: now, Valid: used})
	if err != nil {
		return fmt.Errorf("console: store the password: %w", err)
	}
	return nil
}

// check tells whether password is the administrator's, and remembers that it was
// used.
func (p *passwords) check(ctx context.Context, password string) (admin, bool, error) {
	a, err := p.read(ctx)
	if err != nil {
		return admin{}, false, err
	}
	if len(password) > MaxPassword || !p.matches(ctx, a.hash, password) {
		return admin{}, false, ctx.Err()
	}
	if !a.used {
		if _, err := p.db.ExecContext(ctx, `UPDATE console_admin SET used_at = $1 WHERE id = 1 AND hash = $2`,
			p.now().UnixMilli(), a.hash); err != nil {
			return admin{}, false, fmt.Errorf("console: remember the sign-in: %w", err)
		}
	}
	return a, true, nil
}

// hash gives the PHC form ($argon2id$v=19$m=...,t=...,p=...$salt$hash).
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	key, err := p.derive(ctx, password, salt, argonTime, argonMemory, argonThreads, argonLength)
	if err != nil {
		return "", err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, encode(salt), encode(key)), nil
}

// matches compares with a stored hash, whose own parameters count.
func (p *passwords) matches(ctx context.Context, stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, rounds uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &rounds, &threads); err != nil || rounds == 0 || threads == 0 || memory > 1<<20 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false
	}
	got, err := p.derive(ctx, password, salt, rounds, memory, threads, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1
}

func (p *passwords) derive(ctx context.Context, password string, salt []byte, rounds, memory uint32, threads uint8, length uint32) ([]byte, error) {
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.places }()
	return argon2.IDKey([]byte(password), salt, rounds, memory, threads, length), nil
}
