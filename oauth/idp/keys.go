package idp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	// keysFreshFor is how long keys are used without asking for newer ones, and
	// keysUsableFor how long while the issuer cannot be reached.
	keysFreshFor  = time.Hour
	keysUsableFor = 24 * time.Hour
	// unknownKeyEvery is the least time between two questions because of a key
	// that is not known, so that whoever makes JWTs up asks no issuer often.
	unknownKeyEvery = time.Minute
	// unreachableFor is how long an issuer is not asked again that could not be
	// reached.
	unreachableFor = 10 * time.Second
	// minRSABits is what RFC 7518 section 3.3 demands.
	minRSABits = 2048
)

// algorithms are those by which a JWT may be signed. None is symmetric: with
// one of those a public key would be a secret (RFC 8725 section 2.1).
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256}
}

// keySet keeps the public keys of an issuer. It is safe for concurrent use.
type keySet struct {
	issuer, jwksURL string
	client          *http.Client
	logger          *slog.Logger
	now             func() time.Time

	turn  chan struct{} // holds one while somebody asks the issuer
	mu    sync.Mutex    // guards state
	state keyState
}

// keyState is what is known of the keys.
type keyState struct {
	keys    []jose.JSONWebKey
	fetched time.Time // when the keys were had
	tried   time.Time // when the issuer was asked last
	err     error     // why that failed
}

func newKeySet(c Config, i Issuer) *keySet {
	return &keySet{
		issuer: i.name(), jwksURL: i.JWKSURL, client: fetching(c.HTTPClient), logger: c.Logger, now: c.Now, turn: make(chan struct{}, 1),
	}
}

// open checks the signature of a JWT and reads its claims. The error is a
// *RefusedError, or an *UnavailableError when the keys cannot be had.
func (k *keySet) open(ctx context.Context, token *jwt.JSONWebToken, claims ...any) error {
	for _, again := range []bool{false, true} {
		keys, err := k.get(ctx, again)
		if err != nil {
			return &UnavailableError{What: "the keys of the issuer " + k.issuer, Err: err}
		}
		known := false
		for _, key := range keys {
			if !fits(key, token.Headers[0]) {
				continue
			}
			if token.Claims(key.Key, claims...) == nil {
				return nil
			}
			// A forged signature is no reason to ask for newer keys.
			known = known || key.KeyID != "" && key.KeyID == token.Headers[0].KeyID
		}
		if known {
			return refusal(reasonUntrusted, "The signature of the JWT is wrong.")
		}
	}
	return refusal(reasonUntrusted, "The JWT is signed with a key that its issuer does not publish.")
}

// fits reports whether a key may have made the signature with this header. That
// a key has the type of the algorithm keeps one from being used as another.
func fits(key jose.JSONWebKey, header jose.Header) bool {
	if header.KeyID != "" && key.KeyID != header.KeyID || key.Algorithm != "" && key.Algorithm != header.Algorithm {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return header.Algorithm == string(jose.RS256) || header.Algorithm == string(jose.PS256)
	case *ecdsa.PublicKey:
		return header.Algorithm == string(jose.ES256) && public.Curve == elliptic.P256()
	}
	return false
}

// get gives the keys, and asks the issuer for them when there are none or they
// are old; with again also because a key is not among them, unless that was
// done a moment ago.
func (k *keySet) get(ctx context.Context, again bool) ([]jose.JSONWebKey, error) {
	s := k.known()
	if !k.due(s, again) {
		return s.keys, nil
	}
	select {
	case k.turn <- struct{}{}:
	default:
		if k.usable(s) && !again {
			return s.keys, nil // somebody else asks already
		}
		select {
		case k.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { <-k.turn }()
	// Whoever had the turn before may have asked meanwhile.
	if s = k.known(); k.due(s, again) && (s.err == nil || k.now().Sub(s.tried) >= unreachableFor) {
		s = k.ask(ctx, s)
	}
	if s.err != nil && (again || !k.usable(s)) {
		return nil, s.err
	}
	return s.keys, nil
}

func (k *keySet) known() keyState {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (k *keySet) usable(s keyState) bool {
	return s.keys != nil && k.now().Sub(s.fetched) < keysUsableFor
}

// due reports whether the issuer is to be asked.
func (k *keySet) due(s keyState, again bool) bool {
	now := k.now()
	return s.keys == nil || now.Sub(s.fetched) >= keysFreshFor || again && (s.err != nil || now.Sub(s.tried) >= unknownKeyEvery)
}

// ask asks the issuer, whose turn it must be, and remembers what came of it.
func (k *keySet) ask(ctx context.Context, s keyState) keyState {
	// The answer is for everybody: it is waited for also when this request ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	keys, err := k.fetch(ctx)
	s.tried, s.err = k.now(), err
	if err != nil {
		k.logger.WarnContext(ctx, "the keys of an issuer could not be had", slog.String("issuer", k.issuer), slog.String("error", err.Error()))
	} else {
		s.keys, s.fetched = keys, s.tried
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = s
	return s
}

// fetch asks the issuer for its keys, by way of its discovery document
// (OpenID Connect Discovery 1.0 section 4) when no URL is configured.
func (k *keySet) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	address := k.jwksURL
	if address == "" {
		var document struct {
			Issuer  string `json:"issuer"`
			JWKSURI string `json:"jwks_uri"`
		}
		if err := fetchJSON(ctx, k.client, k.issuer+"/.well-known/openid-configuration", &document); err != nil {
			return nil, err
		}
		if issuerName(document.Issuer) != k.issuer {
			return nil, fmt.Errorf("the discovery document is that of the issuer %q: configure that one, or the URL of the keys", document.Issuer)
		}
		if problem := checkHTTPS(document.JWKSURI); problem != "" {
			return nil, fmt.Errorf("the jwks_uri of the discovery document %s", problem)
		}
		address = document.JWKSURI
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := fetchJSON(ctx, k.client, address, &set); err != nil {
		return nil, err
	}
	// What this bridge cannot use is no reason to use none.
	keys := []jose.JSONWebKey{}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err == nil && canSign(key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the issuer publishes no key for RS256, PS256 or ES256")
	}
	return keys, nil
}

// canSign reports whether it is a public key for signatures, and strong enough.
func canSign(key jose.JSONWebKey) bool {
	if key.Use != "" && key.Use != "sig" {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return public.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey:
		return public.Curve == elliptic.P256()
	}
	return false
}
