package authority

import (
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// serveRevoke answers GET and POST /services/oauth2/revoke?token=...: 200 and
// no body. The JSONP form of the documentation is not built.
func (a *Authority) serveRevoke(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if hint := r.Form.Get("token_type_hint"); hint != "" && hint != "access_token" && hint != "refresh_token" {
		refuse(w, asJSON, refused("unsupported_token_type", "this token type is not supported")) // unverified: the sentence of unsupported_token_type
		return
	}
	if !a.revoke(r.Form.Get("token")) {
		refuse(w, asJSON, refused("invalid_token", "invalid token")) // unverified: the sentence of invalid_token
		return
	}
	w.WriteHeader(http.StatusOK)
}

// revoke ends what the token stands for: a refresh token, or the DeleteToken
// of an OauthToken, its grant with all access tokens, an access token only
// itself.
func (a *Authority) revoke(token string) bool {
	a.mu.Lock()
	var refs []rowRef
	g, s := a.grants.current[token], a.sessions.byToken[token]
	if g == nil {
		g = a.grants.byDelete[token]
	}
	switch {
	case g != nil:
		refs = a.revokeLocked(g)
	case s != nil:
		refs = a.sessions.remove(s)
	}
	a.mu.Unlock()
	forget(refs)
	return g != nil || s != nil
}

// RevokeUsage ends the grant behind an OauthToken of the org, named by the
// row's id or its DeleteToken: what the Connect API's DELETE
// /apps/oauth/usage/tokens/{tokenIdentifier} does. It is false where there is
// none.
func (a *Authority) RevokeUsage(o *org.Org, identifier string) bool {
	row, found := o.Find("OauthToken", identifier)
	if found {
		identifier, _ = row["DeleteToken"].(string)
	}
	a.mu.Lock()
	g := a.grants.byDelete[identifier]
	if g == nil || g.user.tenant.org != o {
		a.mu.Unlock()
		return false
	}
	refs := a.revokeLocked(g)
	a.mu.Unlock()
	forget(refs)
	return true
}

// serveIntrospect answers POST /services/oauth2/introspect, the only place
// that tells when a session ends. An app sees its own tokens, those of others
// where it is configured so.
func (a *Authority) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	q := &tokenRequest{r: r}
	key, secret := q.client()
	app := a.app(key)
	if app == nil {
		refuse(w, asJSON, unknownApp())
		return
	}
	if bad := app.checkSecret(secret, true); bad != nil {
		refuse(w, asJSON, bad)
		return
	}
	token := r.PostForm.Get("token")
	s, ok := a.liveSession(token, false)
	if ok && (s.app == app.ConsumerKey || app.IntrospectAll) {
		a.introspected(w, r, introspection{
			user: s.user, app: s.app, scopes: s.scopes, kind: "access_token",
			issued: s.issued.Unix(), expires: s.expires().Unix(),
		})
		return
	}
	a.mu.Lock()
	g := a.grants.current[token]
	a.mu.Unlock()
	if g != nil && (g.app == app.ConsumerKey || app.IntrospectAll) {
		a.introspected(w, r, introspection{
			user: g.user, app: g.app, scopes: g.scopes, kind: "refresh_token", issued: g.approved.Unix(),
		})
		return
	}
	asJSON.write(w, http.StatusOK, record{{"active", false}})
}

// introspection is what a live token says of itself.
type introspection struct {
	user            userKey
	app             string
	scopes          []string
	kind            string
	issued, expires int64 // seconds since 1970; expires 0 for never
}

func (a *Authority) introspected(w http.ResponseWriter, r *http.Request, of introspection) {
	p, _ := of.user.person()
	answer := record{
		{"active", true},
		{"scope", strings.Join(of.scopes, " ")},
		{"client_id", of.app},
		{"username", p.username},
		{"sub", a.identityURL(of.user, r)},
		{"token_type", of.kind},
	}
	if of.expires != 0 { // unverified: that a refresh token's introspection has no exp
		answer = append(answer, field{"exp", of.expires})
	}
	asJSON.write(w, http.StatusOK, append(answer, field{"iat", of.issued}, field{"nbf", of.issued}))
}
