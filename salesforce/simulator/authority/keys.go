package authority

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// idTokenLife is how long an id token is good.
// unverified: that an id token lives two minutes.
const idTokenLife = 2 * time.Minute

// signingKey signs id tokens and JWT access tokens.
type signingKey struct {
	public jose.JSONWebKey
	signer jose.Signer
}

func newSigningKey() (signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return signingKey{}, fmt.Errorf("authority: make a signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: "1", Algorithm: string(jose.RS256), Use: "sig"}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return signingKey{}, fmt.Errorf("authority: make a signer: %w", err)
	}
	return signingKey{key.Public(), signer}, nil
}

// sign makes a JWT of the claims.
func (a *Authority) sign(claims record) (string, error) {
	key, err := a.key()
	if err != nil {
		return "", err
	}
	payload, err := claims.MarshalJSON()
	if err != nil {
		return "", err
	}
	signed, err := key.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("authority: sign: %w", err)
	}
	return signed.CompactSerialize()
}

// idToken tells the app who logged in (OpenID Connect).
// unverified: the claims of an id token beyond those of the OpenID specification.
func (a *Authority) idToken(r *http.Request, p *person, app *App, accessToken, nonce string) (string, error) {
	sum := sha256.Sum256([]byte(accessToken))
	now := a.cfg.Now()
	claims := record{
		{"at_hash", base64.RawURLEncoding.EncodeToString(sum[:16])},
		{"sub", a.identityURL(p.userKey, r)},
		{"iss", a.issuer(p.tenant, r)},
		{"aud", app.ConsumerKey},
		{"preferred_username", p.username},
		{"exp", now.Add(idTokenLife).Unix()},
		{"iat", now.Unix()},
	}
	if nonce != "" {
		claims = append(claims, field{"nonce", nonce})
	}
	return a.sign(claims)
}

// jwtAccessToken is an access token of an app that has JWT-based ones. It
// falls back to the usual look where no key can be made.
// unverified: the claims of a JWT-based access token.
func (a *Authority) jwtAccessToken(s *session) string {
	token, err := a.sign(record{
		{"scp", strings.Join(s.scopes, " ")},
		{"sub", "uid:" + s.user.id},
		{"client_id", s.app},
		{"sfi", s.user.tenant.orgID()},
		{"iat", s.issued.Unix()},
		{"exp", s.issued.Add(s.ttl).Unix()},
		{"jti", randomText(22)},
	})
	if err != nil {
		return newAccessToken(s.user.tenant)
	}
	return token
}

// serveKeys answers /id/keys, with which id tokens are verified.
func (a *Authority) serveKeys(w http.ResponseWriter, _ *http.Request) {
	key, err := a.key()
	if err != nil {
		http.Error(w, "no key", http.StatusInternalServerError)
		return
	}
	data, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.public}})
	if err != nil {
		http.Error(w, "no key", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = w.Write(data)
}

// serveDiscovery answers /.well-known/openid-configuration.
// unverified: the lists of the discovery document, from memory of a real one.
func (a *Authority) serveDiscovery(w http.ResponseWriter, r *http.Request) {
	base := BaseURL("", r)
	issuer := base
	if t := a.hostTenant(r); t != nil {
		issuer = a.issuer(t, r)
	}
	asJSON.write(w, http.StatusOK, record{
		{"issuer", issuer},
		{"authorization_endpoint", base + "/services/oauth2/authorize"},
		{"token_endpoint", base + "/services/oauth2/token"},
		{"revocation_endpoint", base + "/services/oauth2/revoke"},
		{"userinfo_endpoint", base + "/services/oauth2/userinfo"},
		{"jwks_uri", base + "/id/keys"},
		{"introspection_endpoint", base + "/services/oauth2/introspect"},
		{"scopes_supported", []string{"cdp_ingest_api", "custom_permissions", "full", "refresh_token", "content", "lightning", "visualforce", "sfap_api", "web", "openid", "api", "id", "eclair_api", "pardot_api", "address", "profile", "phone", "email", "offline_access"}},
		{"response_types_supported", []string{"code", "token", "token id_token"}},
		{"subject_types_supported", []string{"public"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"display_values_supported", []string{"page", "popup", "touch"}},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "client_secret_basic", "private_key_jwt"}},
		{"claims_supported", []string{"active", "address", "email", "email_verified", "family_name", "given_name", "is_app_installed", "language", "locale", "name", "nickname", "organization_id", "phone_number", "phone_number_verified", "photos", "picture", "preferred_username", "profile", "sub", "updated_at", "urls", "user_id", "user_type", "zoneinfo"}},
	})
}
