package authority

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// jwtBearer is the grant_type of the JWT bearer flow (RFC 7523).
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// An assertion may end this far ahead, and be so late, for clocks that differ.
const (
	assertionLife = 3 * time.Minute
	assertionSkew = 2 * time.Minute
)

// withoutRefresh is the scopes of a flow that leaves no refresh token.
func withoutRefresh(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(one string) bool {
		return one == "refresh_token" || one == "offline_access"
	})
}

// clientCredentials is the flow in which the app runs as the user that its
// administrator chose. The login host knows no such user.
func (a *Authority) clientCredentials(q *tokenRequest) (*granted, *person, *refusal) {
	if a.onLoginHost(q.r) {
		return nil, nil, refused("invalid_grant", "request not supported on this domain")
	}
	if !q.app.ClientCredentials {
		return nil, nil, refused("invalid_grant", "client credentials flow not enabled") // as users report it
	}
	here := a.hostTenant(q.r)
	p, found := a.find(here, q.app.RunAs)
	if q.app.RunAs == "" || !found {
		return nil, nil, refused("invalid_grant", "no client credentials user enabled")
	}
	scopes := withoutRefresh(q.app.Scopes)
	if len(scopes) == 0 {
		return nil, &p, refused("invalid_grant", "no valid scopes defined")
	}
	a.work(q.r.Context(), "client_credentials")
	if bad := a.mayUse(q.r, &p, q.app); bad != nil {
		return nil, &p, bad
	}
	return &granted{person: &p, scopes: scopes}, &p, nil
}

// claims are what an assertion says. Clients send exp as a number or in quotes,
// and prn where others send sub.
type claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Old      string   `json:"prn"`
	Audience audience `json:"aud"`
	Expiry   seconds  `json:"exp"`
}

// audience is one or several.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// seconds is a time in seconds since 1970, in quotes or not. Salesforce's own
// @salesforce/core, whose logins orgs accept, sends milliseconds.
type seconds int64

// latestSeconds is above all times in seconds, and below those of today in
// milliseconds.
const latestSeconds = 1 << 40

func (s *seconds) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseFloat(strings.Trim(string(data), `"`), 64)
	if n > latestSeconds {
		n /= 1000 // unverified: that an exp in milliseconds is read as such, rather than as a time far ahead
	}
	if err != nil || !(n >= 0 && n <= latestSeconds) { // NaN is neither
		return errors.New("no time")
	}
	*s = seconds(n)
	return nil
}

// parseAssertion reads an assertion, its signature not yet checked.
func parseAssertion(text string) (*jose.JSONWebSignature, claims, bool) {
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, claims{}, false
	}
	var c claims
	if json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &c) != nil {
		return nil, claims{}, false
	}
	if c.Subject == "" {
		c.Subject = c.Old
	}
	return signed, c, true
}

// verified says whether the key signed the assertion.
func verified(signed *jose.JSONWebSignature, key *rsa.PublicKey) bool {
	if key == nil {
		return false
	}
	_, err := signed.Verify(key)
	return err == nil
}

// invalidAssertion is said of what cannot be read, is not signed by the app's
// key, or lives too long.
// unverified: which sentence goes with an app without a certificate, a missing assertion and one that lives too long.
func invalidAssertion() *refusal { return refused("invalid_grant", "invalid assertion") }

// jwtBearer exchanges a signed assertion that names app and user. It leaves no
// refresh token, and may be used again while it lives.
func (a *Authority) jwtBearer(q *tokenRequest) (*granted, *person, *refusal) {
	signed, c, ok := parseAssertion(q.get("assertion"))
	if !ok {
		return nil, nil, invalidAssertion()
	}
	app := a.app(c.Issuer)
	if app == nil || q.app != nil && q.app.ConsumerKey != app.ConsumerKey {
		return nil, nil, unknownApp()
	}
	q.app = app
	if !verified(signed, app.SigningKey) {
		return nil, nil, invalidAssertion()
	}
	here := a.hostTenant(q.r)
	p, found := a.find(here, c.Subject)
	if !a.addressed(q.r, c.Audience, p.tenant) {
		// As documented; users have reported "audience is invalid" too.
		return nil, nil, refused("invalid_grant", "Audience validation failed")
	}
	now, end := a.cfg.Now(), time.Unix(int64(c.Expiry), 0)
	switch {
	case now.Sub(end) > assertionSkew:
		return nil, nil, expiredCode() // unverified: the sentence of an assertion that has expired
	case end.Sub(now) > assertionLife+assertionSkew:
		return nil, nil, invalidAssertion()
	case !found:
		return nil, nil, userHasNotApproved()
	}
	a.work(q.r.Context(), jwtBearer)
	if bad := a.mayUse(q.r, &p, app); bad != nil {
		return nil, &p, bad
	}
	if app.ApprovedFor == nil && !a.approvedBefore(p.userKey, app) {
		return nil, &p, userHasNotApproved()
	}
	return &granted{person: &p, scopes: withoutRefresh(app.Scopes)}, &p, nil
}

// userHasNotApproved is said of users who are nobody here, too.
func userHasNotApproved() *refusal {
	return refused("invalid_grant", "user hasn't approved this consumer")
}

// addressed says whether the assertion is for this server: the login host (a
// sandbox's is test.salesforce.com), or the address of the user's org, with a
// slash at the end or without.
func (a *Authority) addressed(r *http.Request, to audience, t *tenant) bool {
	accepted := []string{"https://login.salesforce.com", BaseURL("", r)}
	if a.loginURL != "" {
		accepted = append(accepted, a.loginURL)
	}
	if t != nil {
		accepted = append(accepted, t.url(r))
		if t.sandbox() {
			accepted[0] = "https://test.salesforce.com"
		}
	}
	return slices.ContainsFunc(to, func(one string) bool {
		return slices.Contains(accepted, strings.TrimSuffix(one, "/"))
	})
}

// sandbox says whether the org is one.
func (t *tenant) sandbox() bool {
	row, ok := t.org.Find("Organization", t.orgID())
	is, _ := row["IsSandbox"].(bool)
	return ok && is
}
