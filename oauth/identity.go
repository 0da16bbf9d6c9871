package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// NamedToken is a bearer token that an identity provider presents, with the
// name that logs and the audit show in its place.
type NamedToken struct {
	Name  string
	Token string
}

// IdentityProvider knows which callers are the identity provider. It keeps
// hashes only. It is safe for concurrent use and never changes.
type IdentityProvider struct {
	names  []string
	hashes [][sha256.Size]byte
}

// NewIdentityProvider takes at least one token. Names and tokens must be
// distinct and not empty, and a token must be free of white space. The error
// names the entry, never its token.
func NewIdentityProvider(tokens ...NamedToken) (*IdentityProvider, error) {
	if len(tokens) == 0 {
		return nil, errors.New("no identity provider token is given")
	}
	p := &IdentityProvider{}
	for _, t := range tokens {
		hash := sha256.Sum256([]byte(t.Token))
		switch {
		case t.Name == "":
			return nil, errors.New("an identity provider token has no name")
		case t.Token == "":
			return nil, fmt.Errorf("identity provider token %q is empty", t.Name)
		case strings.ContainsFunc(t.Token, func(r rune) bool { return r <= ' ' || r == 0x7f }):
			return nil, fmt.Errorf("identity provider token %q holds white space or a control character", t.Name)
		case strings.EqualFold(t.Token, "bearer"):
			return nil, fmt.Errorf("identity provider token %q is the word Bearer, not a token", t.Name)
		}
		for i := range p.names {
			if p.names[i] == t.Name {
				return nil, fmt.Errorf("identity provider token %q is given twice", t.Name)
			}
			if p.hashes[i] == hash {
				return nil, fmt.Errorf("identity provider tokens %q and %q are the same", p.names[i], t.Name)
			}
		}
		p.names = append(p.names, t.Name)
		p.hashes = append(p.hashes, hash)
	}
	return p, nil
}

// Authenticate says which of the tokens the request's Authorization header
// carries. Accepted are "Bearer x" (RFC 6750 section 2.1, the scheme in any
// case), "Bearer Bearer x" (an administrator pasted the scheme into a field
// that adds it) and the bare "x" (Okta's header authentication sends the field
// as it was typed). More than one Authorization header is refused. Every token
// is compared in constant time, and all of them always.
func (p *IdentityProvider) Authenticate(r *http.Request) (name string, ok bool) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	presented := strings.TrimSpace(values[0])
	for range 2 {
		scheme, rest, found := strings.Cut(presented, " ")
		if !found || !strings.EqualFold(scheme, "bearer") {
			break
		}
		presented = strings.TrimSpace(rest)
	}
	if presented == "" {
		return "", false
	}
	hash := sha256.Sum256([]byte(presented))
	for i := range p.hashes {
		if subtle.ConstantTimeCompare(hash[:], p.hashes[i][:]) == 1 {
			name, ok = p.names[i], true
		}
	}
	return name, ok
}
