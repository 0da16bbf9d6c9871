package vault

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"scimforce/oauth/database"
)

//go:embed migrations
var migrations embed.FS

func migrate(ctx context.Context, db *sql.DB) error {
	if err := database.Migrate(ctx, db, "vault_versions", migrations); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// IsEmpty says that the database holds no data key yet, so that a master key may
// be made for it. It brings the room's tables up to date.
func IsEmpty(ctx context.Context, db *sql.DB) (bool, error) {
	if err := migrate(ctx, db); err != nil {
		return false, err
	}
	generation, err := readGeneration(ctx, db)
	return generation == 0, err
}

// keys are the data keys of one generation.
type keys struct {
	generation int64
	handle     *keyset.Handle
	aead       tink.AEAD
	primary    uint32
}

func newKeys(generation int64, handle *keyset.Handle) (*keys, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("vault: data keys: %w", err)
	}
	primary, err := handle.Primary()
	if err != nil {
		return nil, fmt.Errorf("vault: data keys: %w", err)
	}
	return &keys{generation: generation, handle: handle, aead: primitive, primary: primary.KeyID()}, nil
}

func (k *keys) has(id uint32) bool {
	for i := range k.handle.Len() {
		if entry, err := k.handle.Entry(i); err == nil && entry.KeyID() == id {
			return true
		}
	}
	return false
}

// queryer is a database or a transaction in it.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readGeneration(ctx context.Context, q queryer) (int64, error) {
	var generation int64
	if err := q.QueryRowContext(ctx, `SELECT generation FROM vault_state WHERE id = 1`).Scan(&generation); err != nil {
		return 0, fmt.Errorf("vault: read the generation: %w", err)
	}
	return generation, nil
}

// fingerprints are those of the master keys that open the database, the oldest
// first.
func fingerprints(ctx context.Context, q queryer) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT fingerprint FROM vault_keysets ORDER BY created_at, fingerprint`)
	if err != nil {
		return nil, fmt.Errorf("vault: read the keysets: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, fmt.Errorf("vault: read the keysets: %w", err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("vault: read the keysets: %w", err)
	}
	return all, nil
}

func (v *Vault) known() *keys {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys
}

// reload returns the data keys, read anew unless they are of this generation.
func (v *Vault) reload(ctx context.Context, generation int64) (*keys, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys != nil && v.keys.generation == generation {
		return v.keys, nil
	}
	k, err := v.read(ctx, v.db)
	if err != nil {
		return nil, err
	}
	v.keys = k
	return k, nil
}

// read unwraps the data keys. The generation is read first: whatever is newer
// is read again at the next look.
func (v *Vault) read(ctx context.Context, q queryer) (*keys, error) {
	generation, err := readGeneration(ctx, q)
	if err != nil {
		return nil, err
	}
	fingerprint := v.master.Fingerprint()
	var sealed []byte
	err = q.QueryRowContext(ctx, `SELECT sealed FROM vault_keysets WHERE fingerprint = $1`, fingerprint).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		wanted, err := fingerprints(ctx, q)
		if err != nil {
			return nil, err
		}
		if len(wanted) == 0 { // makeFirst has seen that it is no new database
			return nil, &DamagedError{Fingerprint: fingerprint}
		}
		return nil, &WrongKeyError{Given: fingerprint, Wanted: wanted}
	}
	if err != nil {
		return nil, fmt.Errorf("vault: read the keyset: %w", err)
	}
	handle, err := unwrap(v.master, sealed)
	if err != nil {
		return nil, err
	}
	return newKeys(generation, handle)
}

// wrapping is the place of a wrapped keyset.
func wrapping(master MasterKey) []byte {
	return Place{Table: "vault_keysets", Column: "sealed", Row: master.Fingerprint()}.associated()
}

// wrap encrypts the data keys with a master key.
func wrap(master MasterKey, handle *keyset.Handle) ([]byte, error) {
	key, err := subtle.NewAESGCM(master.bytes())
	if err != nil {
		return nil, fmt.Errorf("vault: master key: %w", err)
	}
	var sealed bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&sealed), key, wrapping(master)); err != nil {
		return nil, fmt.Errorf("vault: wrap the data keys: %w", err)
	}
	return sealed.Bytes(), nil
}

// unwrap decrypts what wrap made.
func unwrap(master MasterKey, sealed []byte) (*keyset.Handle, error) {
	key, err := subtle.NewAESGCM(master.bytes())
	if err != nil {
		return nil, fmt.Errorf("vault: master key: %w", err)
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), key, wrapping(master))
	if err != nil {
		return nil, &DamagedError{Fingerprint: master.Fingerprint()}
	}
	return handle, nil
}
