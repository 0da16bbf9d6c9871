package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"slices"
	"strings"
)

const (
	masterPrefix = "scimforce-master-"
	keySize      = 32
	checksumSize = 4
)

// MasterKey opens the vault's data keys. It is shown by Text alone: formatted,
// logged or encoded it hides its bytes. The zero value is no key.
type MasterKey struct {
	// A function, because fmt prints what lies in another struct's private field
	// without asking Format, and follows a pointer there when the verb is wrong.
	bytes func() []byte
}

func newKey(key []byte) MasterKey { return MasterKey{bytes: func() []byte { return key }} }

// NewMasterKey makes one of random bytes.
func NewMasterKey() (MasterKey, error) {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return MasterKey{}, fmt.Errorf("vault: make a master key: %w", err)
	}
	return newKey(key), nil
}

// ParseMasterKey reads what Text wrote; white space around it does not matter.
// Its errors follow the name of the setting and repeat nothing of the text.
func ParseMasterKey(text string) (MasterKey, error) {
	text = strings.TrimSpace(text)
	encoded, ok := strings.CutPrefix(text, masterPrefix)
	switch {
	case text == "":
		return MasterKey{}, errors.New("is empty: make a master key with scimforce keys new")
	case !ok:
		return MasterKey{}, errors.New("is no master key: one begins with " + masterPrefix + "; make one with scimforce keys new")
	case len(encoded) != base64.RawURLEncoding.EncodedLen(keySize+checksumSize):
		return MasterKey{}, fmt.Errorf("has %d characters after %s and must have %d: copy the whole master key",
			len(encoded), masterPrefix, base64.RawURLEncoding.EncodedLen(keySize+checksumSize))
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || len(raw) != keySize+checksumSize {
		return MasterKey{}, errors.New("has a character that no master key has: copy it again")
	}
	if binary.BigEndian.Uint32(raw[keySize:]) != crc32.ChecksumIEEE(raw[:keySize]) {
		return MasterKey{}, errors.New("was mistyped: its checksum does not fit; copy it again")
	}
	return newKey(raw[:keySize]), nil
}

// Text is the key as it is given to SCIMFORCE_MASTER_KEY: a prefix that secret
// scanners know, then base64url of the key and a checksum (CRC-32).
func (k MasterKey) Text() string {
	key := k.bytes()
	raw := binary.BigEndian.AppendUint32(slices.Clone(key), crc32.ChecksumIEEE(key))
	return masterPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// IsZero says that it is no key.
func (k MasterKey) IsZero() bool { return k.bytes == nil }

// Equal says that both are the same key, or both none.
func (k MasterKey) Equal(other MasterKey) bool {
	if k.IsZero() || other.IsZero() {
		return k.IsZero() == other.IsZero()
	}
	return subtle.ConstantTimeCompare(k.bytes(), other.bytes()) == 1
}

// Fingerprint tells master keys apart and may be shown.
func (k MasterKey) Fingerprint() string {
	if k.IsZero() {
		return "none"
	}
	sum := sha256.Sum256(append([]byte("scimforce master key fingerprint v1 "), k.bytes()...))
	return hex.EncodeToString(sum[:8])
}

// Derive is a key of 32 bytes for another purpose than the vault's (HKDF,
// RFC 5869), the same wherever the master key is the same. It tells nothing of
// the master key or of the keys for other purposes.
func (k MasterKey) Derive(purpose string) ([]byte, error) {
	if k.IsZero() {
		return nil, errors.New("vault: there is no master key to derive another from")
	}
	key, err := hkdf.Key(sha256.New, k.bytes(), nil, "scimforce "+purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("vault: derive the key of %s: %w", purpose, err)
	}
	return key, nil
}

// Format shows the fingerprint, whatever the verb.
func (k MasterKey) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "master key "+k.Fingerprint())
}

// LogValue shows the fingerprint.
func (k MasterKey) LogValue() slog.Value { return slog.StringValue("master key " + k.Fingerprint()) }

// MarshalText refuses: a key in JSON or YAML would be there by mistake.
func (k MasterKey) MarshalText() ([]byte, error) {
	return nil, errors.New("vault: a master key is not encoded; Text shows it")
}
