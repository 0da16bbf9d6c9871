package idp

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Configured is a token that the configuration holds and the database does
// not. It cannot be revoked or rotated here. It keeps the hash only.
type Configured struct {
	Name       string
	Connection string
	Scope      Scope

	hash [sha256.Size]byte
}

// NewConfigured takes a token of the configuration. It may be any text free of
// white space and control characters. The error never holds it; it follows
// words that name the setting.
func NewConfigured(name, connection string, scope Scope, token string) (Configured, error) {
	switch {
	case name == "":
		return Configured{}, errors.New("has no name")
	case token == "":
		return Configured{}, errors.New("is empty")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return Configured{}, errors.New("holds white space or a control character")
	case strings.EqualFold(token, "bearer"), strings.EqualFold(token, "basic"):
		return Configured{}, errors.New("is the word that goes before a token, not a token")
	}
	return Configured{Name: name, Connection: connection, Scope: scope, hash: sha256.Sum256([]byte(token))}, nil
}

// checkConfigured refuses what could not be told apart.
func checkConfigured(tokens []Configured) error {
	for i, a := range tokens {
		if a.Name == "" || a.hash == [sha256.Size]byte{} {
			return errors.New("idp: a configured token was not made by NewConfigured")
		}
		for _, b := range tokens[:i] {
			if a.Name == b.Name {
				return fmt.Errorf("idp: the configured token %q is given twice", a.Name)
			}
			if a.hash == b.hash {
				return fmt.Errorf("idp: the configured tokens %q and %q are the same", b.Name, a.Name)
			}
		}
	}
	return nil
}

// Configured are the tokens of the configuration, without what is secret.
func (a *Authenticator) Configured() []Configured {
	list := slices.Clone(a.config.Configured)
	for i := range list {
		list[i].hash = [sha256.Size]byte{}
	}
	return list
}

// configured finds a token of the configuration. Each is compared in constant
// time, and all of them always.
func (a *Authenticator) configured(hash [sha256.Size]byte) (found Configured, ok bool) {
	for _, c := range a.config.Configured {
		if subtle.ConstantTimeCompare(hash[:], c.hash[:]) == 1 {
			found, ok = c, true
		}
	}
	return found, ok
}

// credential is the token as one that was presented.
func (c Configured) credential() credential {
	return credential{caller: Caller{Credential: c.Name, Connection: c.Connection, Scope: c.Scope}, client: c.Name, configured: &c}
}
