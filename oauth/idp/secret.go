package idp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"strings"
)

// A token of this bridge is "scimforce_", 32 random bytes in base 62, and the
// CRC-32 of all that before it in base 62. The prefix is for secret scanners,
// the checksum tells a mistyped token from an unknown one without a question
// to the database. It is no protection: whoever makes tokens up can make
// checksums too. An access token is made likewise, with a prefix of its own,
// which no token begins with because base 62 has no underscore.
const (
	tokenPrefix    = "scimforce_"
	accessPrefix   = "scimforce_at_"
	randomLength   = 43 // characters of base 62 for 256 bits
	checksumLength = 6  // for 32 bits
	digits         = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newSecret makes a token, or an access token, as prefix says.
func newSecret(prefix string) string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails: crypto/rand ends the process instead
	body := prefix + base62(new(big.Int).SetBytes(random), randomLength)
	return body + checksum(body)
}

// base62 writes n with exactly length digits, leading zeros included.
func base62(n *big.Int, length int) string {
	out := make([]byte, length)
	base, digit := big.NewInt(int64(len(digits))), new(big.Int)
	for i := length - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = digits[digit.Int64()]
	}
	return string(out)
}

func checksum(body string) string {
	return base62(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), checksumLength)
}

// form is what a presented text looks like.
type form int

const (
	foreign    form = iota // nothing that this bridge made
	mistyped               // meant as a token of this bridge, and not one
	wellMade               // a token of this bridge, which may be unknown
	wellMadeAT             // likewise an access token
)

// formOf looks at a presented text without asking the database.
func formOf(presented string) form {
	prefix, made := tokenPrefix, wellMade
	switch {
	case strings.HasPrefix(presented, accessPrefix):
		prefix, made = accessPrefix, wellMadeAT
	case !strings.HasPrefix(presented, tokenPrefix):
		return foreign
	}
	if len(presented) != len(prefix)+randomLength+checksumLength {
		return mistyped
	}
	body := presented[:len(presented)-checksumLength]
	if strings.Trim(body[len(prefix):], digits) != "" || checksum(body) != presented[len(body):] {
		return mistyped
	}
	return made
}

// hashed is how the database knows a token.
func hashed(hash [sha256.Size]byte) string { return hex.EncodeToString(hash[:]) }
