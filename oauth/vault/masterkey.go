package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
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
	// A pointer, because fmt prints what lies in another struct's private field
	// without asking Format.
	key *[keySize]byte
}

// NewMasterKey makes one of random bytes.
func NewMasterKey() (MasterKey, error) {
	key := new([keySize]byte)
	if _, err := rand.Read(key[:]); err != nil {
		return MasterKey{}, fmt.Errorf("vault: make a master key: %w", err)
	}
	return MasterKey{key: key}, nil
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
	return MasterKey{key: (*[keySize]byte)(raw)}, nil
}

// Text is the key as it is given to SCIMFORCE_MASTER_KEY: a prefix that secret
// scanners know, then base64url of the key and a checksum (CRC-32).
func (k MasterKey) Text() string {
	raw := binary.BigEndian.AppendUint32(append([]byte(nil), k.key[:]...), crc32.ChecksumIEEE(k.key[:]))
	return masterPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// IsZero says that it is no key.
func (k MasterKey) IsZero() bool { return k.key == nil }

// Fingerprint tells master keys apart and may be shown.
func (k MasterKey) Fingerprint() string {
	if k.IsZero() {
		return "none"
	}
	sum := sha256.Sum256(append([]byte("scimforce master key fingerprint v1 "), k.key[:]...))
	return hex.EncodeToString(sum[:8])
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
