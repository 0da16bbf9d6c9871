package authority

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tokenRequest is one request to the token endpoint.
type tokenRequest struct {
	r   *http.Request
	app *App
}

func (q *tokenRequest) get(name string) string { return q.r.Form.Get(name) }

// granted is what a flow gives: a session to start, or one that goes on.
type granted struct {
	person  *person
	grant   *grant // nil: of a flow that leaves no refresh token
	scopes  []string
	refresh string // the refresh token to answer; "" for none
	nonce   string
	session *session // the one to answer instead of a new one
}

// flow is how one grant_type is answered. A refused person is nil where nobody
// was found; else the refusal goes into his login history.
type flow func(q *tokenRequest) (g *granted, whose *person, bad *refusal)

// serveToken answers /services/oauth2/token. Parameters may stand in the query
// too.
// unverified: that the token endpoint takes parameters from the query of a POST.
func (a *Authority) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	f := formatOf(r)
	switch {
	case r.Method != http.MethodPost:
		refuse(w, f, refused("invalid_request", "must use HTTP POST")) // unverified: a GET of the token endpoint
		return
	case err != nil:
		refuse(w, f, refused("invalid_request", "malformed request body")) // unverified: a form that cannot be read
		return
	}
	q := &tokenRequest{r: r}
	grantType := q.get("grant_type")
	g, whose, bad := a.answerToken(q, grantType)
	a.cfg.Logger.DebugContext(r.Context(), "token request", "grant_type", knownGrantType(grantType), "refused", bad != nil)
	if whose != nil {
		a.note(whose, byApp(r, q.app), statusOf(bad))
	}
	if bad != nil {
		refuse(w, f, bad)
		return
	}
	f.write(w, http.StatusOK, a.answer(r, g, q.app))
}

// answerToken runs the flow of a grant type.
func (a *Authority) answerToken(q *tokenRequest, grantType string) (*granted, *person, *refusal) {
	var run flow
	needSecret := true
	switch grantType {
	case "authorization_code":
		run = a.redeemCode
	case "refresh_token":
		run = a.refresh
	case "client_credentials":
		run = a.clientCredentials
	case jwtBearer:
		run, needSecret = a.jwtBearer, false
	case "password":
		run = a.password
	default:
		if q.get("response_type") == "device_code" || grantType == "device" {
			// unverified: the refusal of the device flow by an app that has it not enabled
			return nil, nil, refused("invalid_request", "device flow not enabled")
		}
		return nil, nil, refused("unsupported_grant_type", "grant type not supported")
	}
	if q.r.Form.Has("scope") && grantType != "authorization_code" && grantType != "password" {
		return nil, nil, refused("invalid_request", "scope parameter not supported")
	}
	if grantType == jwtBearer && q.get("client_id") == "" {
		return run(q) // the assertion names the app
	}
	key, secret := q.client()
	app := a.app(key)
	if app == nil {
		return nil, nil, unknownApp()
	}
	switch grantType {
	case "authorization_code":
		needSecret = app.RequireSecretForWebServer
	case "refresh_token":
		needSecret = app.RequireSecretForRefresh
	}
	if bad := app.checkSecret(secret, needSecret); bad != nil {
		return nil, nil, bad
	}
	q.app = app
	return run(q)
}

// knownGrantType keeps what a client made up out of the log.
func knownGrantType(name string) string {
	switch name {
	case "authorization_code", "refresh_token", "client_credentials", "password", "device", jwtBearer:
		return name
	}
	return "other"
}

// client is the consumer key and secret, of the Basic header or the form.
func (q *tokenRequest) client() (key, secret string) {
	if user, password, ok := q.r.BasicAuth(); ok {
		return user, password
	}
	return q.get("client_id"), q.get("client_secret")
}

// checkSecret compares the secret, where one is needed or sent.
func (app *App) checkSecret(secret string, needed bool) *refusal {
	if secret == "" && !needed {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(app.ConsumerSecret)) != 1 {
		return refused("invalid_client", "invalid client credentials")
	}
	return nil
}

// mayUse checks the user of a flow without pages, in the order: is the app
// here, is he active, is he one of the app's, is his address good, has he
// logins left this hour. It is asked once a request, before anything is given.
func (a *Authority) mayUse(r *http.Request, p *person, app *App) *refusal {
	if app.NotInstalled {
		return notInstalled()
	}
	switch {
	case p.tenant.policy.Load().Closed:
		return inactiveOrg()
	case !p.active:
		return inactiveUser(userInactive)
	case p.frozen:
		return inactiveUser(userFrozen)
	}
	if bad := a.mayEnter(r, p, app); bad != nil {
		return bad
	}
	if !a.admitLogin(p) {
		return refused("invalid_grant", "login rate exceeded").as(rateExceeded) // unverified: the words of the login rate limit
	}
	return nil
}

// answer starts a session, where none goes on, and words the answer.
func (a *Authority) answer(r *http.Request, g *granted, app *App) record {
	s := g.session
	if s == nil {
		s = a.startSession(g.person, app, g.grant, g.scopes, byApp(r, app))
	}
	return a.wordAnswer(r, g.person, app, s, g.refresh, g.nonce)
}

// wordAnswer is a successful token answer, keys in the recorded order. There is
// no expires_in: only introspection tells the end of a session.
func (a *Authority) wordAnswer(r *http.Request, p *person, app *App, s *session, refresh, nonce string) record {
	id := a.identityURL(p.userKey, r)
	issued := strconv.FormatInt(a.cfg.Now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(app.ConsumerSecret))
	mac.Write([]byte(id + issued))
	answer := record{{"access_token", s.token}}
	if refresh != "" {
		answer = append(answer, field{"refresh_token", refresh})
	}
	answer = append(answer,
		field{"signature", base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		field{"scope", strings.Join(s.scopes, " ")},
	)
	if slices.Contains(s.scopes, "openid") {
		if token, err := a.idToken(r, p, app, s.token, nonce); err == nil {
			answer = append(answer, field{"id_token", token})
		}
	}
	answer = append(answer,
		field{"instance_url", p.tenant.url(r)},
		field{"id", id},
		field{"token_type", "Bearer"},
		field{"issued_at", issued},
	)
	if slices.Contains(s.scopes, "sfap_api") || slices.Contains(s.scopes, "full") {
		answer = append(answer, field{"api_instance_url", "https://api.salesforce.com"})
	}
	return answer
}

// work is the time a token request takes, while its token is held. One who
// leaves early changes nothing.
func (a *Authority) work(ctx context.Context, grantType string) {
	if a.cfg.OnToken != nil {
		a.cfg.OnToken(ctx, grantType)
	}
	if a.cfg.TokenDelay <= 0 {
		return
	}
	timer := time.NewTimer(a.cfg.TokenDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
