package authority

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// code is one authorization code.
type code struct {
	request *authorizeRequest
	user    userKey
}

// issueCode makes the authorization code of an approved request. It has the
// look of Salesforce's, with an "==" that clients must escape.
func (a *Authority) issueCode(q *authorizeRequest, p *person) string {
	text := "aPrx" + randomText(72) + "=="
	a.codes.put(text, &code{request: q, user: p.userKey})
	return text
}

// redeemCode exchanges an authorization code, once and within 15 minutes: the
// web server flow.
func (a *Authority) redeemCode(q *tokenRequest) (*granted, *person, *refusal) {
	c, ok := a.codes.take(q.get("code"))
	if !ok || c.request.consumerKey != q.app.ConsumerKey {
		return nil, nil, expiredCode()
	}
	if here := a.hostTenant(q.r); here != nil && here != c.user.tenant {
		return nil, nil, expiredCode() // unverified: a code at the address of another org
	}
	a.work(q.r.Context(), "authorization_code")
	p, found := c.user.person()
	if !found {
		return nil, nil, expiredCode()
	}
	if q.get("redirect_uri") != c.request.redirectURI {
		return nil, &p, refused("redirect_uri_mismatch", "redirect_uri must match configuration")
	}
	if bad := checkVerifier(c.request.challenge, q.get("code_verifier")); bad != nil {
		return nil, &p, bad
	}
	if bad := a.mayUse(q.r, &p, q.app); bad != nil {
		return nil, &p, bad
	}
	g, refresh := a.approve(&p, q.app, c.request.scopes)
	return &granted{person: &p, grant: g, scopes: c.request.scopes, refresh: refresh, nonce: c.request.nonce}, &p, nil
}

// checkVerifier compares the PKCE verifier with the challenge (RFC 7636).
func checkVerifier(challenge, verifier string) *refusal {
	if challenge == "" {
		return nil
	}
	if verifier == "" {
		return refused("invalid_grant", "missing required code verifier") // unverified: the sentence of a missing PKCE verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	want := strings.TrimRight(challenge, "=")
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(want)) != 1 {
		// The documentation says invalid_request for this one.
		return refused("invalid_request", "invalid code verifier") // unverified: the sentence of a wrong PKCE verifier
	}
	return nil
}

// refresh exchanges a refresh token. While one request holds the token, others
// with it are refused; a token that a rotation has retired revokes its
// successor and all access tokens of the grant.
func (a *Authority) refresh(q *tokenRequest) (*granted, *person, *refusal) {
	g, bad := a.hold(q.get("refresh_token"), q.app)
	if g == nil {
		return nil, nil, bad
	}
	p, found := g.user.person()
	if bad != nil || !found {
		if bad == nil {
			a.release(g, "")
			return nil, nil, expiredToken()
		}
		return nil, &p, bad
	}
	if here := a.hostTenant(q.r); here != nil && here != g.user.tenant {
		a.release(g, "")
		return nil, nil, expiredToken() // unverified: a refresh token at the address of another org
	}
	a.work(q.r.Context(), "refresh_token")
	if p, found = g.user.person(); found { // as he is now
		bad = a.mayUse(q.r, &p, q.app)
	}
	if bad != nil || !found {
		a.release(g, "")
		return nil, &p, bad
	}
	successor := ""
	if q.app.RotateRefreshTokens {
		successor = newRefreshToken()
	}
	a.count(g)
	if !a.release(g, successor) {
		return nil, &p, expiredToken() // revoked meanwhile
	}
	answer := &granted{person: &p, grant: g, scopes: g.scopes, refresh: successor}
	if q.app.SameAccessToken {
		answer.session = a.liveSessionOf(g)
	}
	return answer, &p, nil
}

// password exchanges username and password, the security token behind it. It
// leaves no refresh token.
func (a *Authority) password(q *tokenRequest) (*granted, *person, *refusal) {
	here := a.hostTenant(q.r)
	p, found := a.find(here, q.get("username"))
	if !found {
		return nil, nil, authenticationFailure(wrongPassword)
	}
	if !q.app.PasswordFlow || !p.tenant.policy.Load().PasswordFlow {
		return nil, &p, authenticationFailure(passwordFlowOff)
	}
	if p, _, status := a.enter(here, q.get("username"), q.get("password"), true); status != loggedIn {
		return nil, &p, authenticationFailure(status)
	}
	if bad := a.mayUse(q.r, &p, q.app); bad != nil {
		return nil, &p, bad
	}
	return &granted{person: &p, scopes: withoutRefresh(q.app.Scopes)}, &p, nil
}
