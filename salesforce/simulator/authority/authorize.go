package authority

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"scimforce/salesforce/simulator/pages"
)

// authorizeRequest is what an app asked for at /services/oauth2/authorize, on
// its way through login and approval in one browser.
type authorizeRequest struct {
	here        *tenant // the org of the host; nil at the login host
	consumerKey string
	redirectURI string
	state       string
	scopes      []string
	challenge   string // PKCE S256; "" when the app sent none
	nonce       string
	userAgent   bool   // response_type=token
	askAlways   bool   // prompt=consent
	browser     string // cookie of the browser it was made for
}

// serveAuthorize begins the web server flow (or the user-agent flow): it checks
// the app's request and shows the login page, or, to a browser that is logged
// in, the Allow page.
func (a *Authority) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	form := r.Form
	app := a.app(form.Get("client_id"))
	switch {
	case app == nil:
		refuseWithoutRedirect(w, "error=invalid_client_id&error_description=client%20identifier%20invalid")
		return
	case form.Get("redirect_uri") == "":
		// unverified: the refusal of an authorize request without redirect_uri
		refuseWithoutRedirect(w, "error=redirect_uri_missing&error_description=redirect_uri%20not%20provided")
		return
	case !slices.Contains(app.CallbackURLs, form.Get("redirect_uri")):
		refuseWithoutRedirect(w, "error=redirect_uri_mismatch&error_description=redirect_uri must match configuration")
		return
	}
	prompt := strings.Fields(form.Get("prompt"))
	request := &authorizeRequest{
		here: a.hostTenant(r), consumerKey: app.ConsumerKey,
		redirectURI: form.Get("redirect_uri"), state: form.Get("state"),
		challenge: form.Get("code_challenge"), nonce: form.Get("nonce"),
		userAgent: form.Get("response_type") == "token", askAlways: slices.Contains(prompt, "consent"),
	}
	if bad := request.check(app, form); bad != nil {
		request.fail(w, r, bad)
		return
	}
	cookie, user := a.browser(r)
	loggedIn := user != userKey{} && !slices.Contains(prompt, "login") && !slices.Contains(prompt, "select_account")
	if form.Get("immediate") == "true" {
		// No page may be shown: it works for who is logged in and has approved.
		if p, ok := user.personIfAny(); loggedIn && ok && a.mayEnter(r, &p, app) == nil && (len(app.ApprovedFor) > 0 || a.approvedBefore(user, app)) {
			a.allow(w, r, request, app, &p)
			return
		}
		request.fail(w, r, refused("immediate_unsuccessful", ""))
		return
	}
	if cookie == "" {
		cookie = rand.Text()
		a.setBrowser(w, r, cookie, "")
	}
	request.browser = cookie
	id := rand.Text()
	a.pending.put(id, request)
	if loggedIn {
		http.Redirect(w, r, "/services/oauth2/authorize/approve?request="+id, http.StatusFound)
		return
	}
	pages.Show(w, http.StatusOK, "login", loginPage{Request: id, Username: form.Get("login_hint")})
}

// check fills in the scopes and refuses what the app may not ask for. The
// parameter display is passed over: there is one page for all.
func (q *authorizeRequest) check(app *App, form url.Values) *refusal {
	var known bool
	q.scopes, known = app.requestedScopes(form.Get("scope"))
	method := form.Get("code_challenge_method")
	switch {
	case form.Get("response_type") != "code" && !(q.userAgent && app.UserAgentFlow):
		// unverified: the sentence of unsupported_response_type
		return refused("unsupported_response_type", "response type not supported")
	case !known:
		return refused("invalid_scope", "the requested scope is invalid")
	case q.challenge == "" && app.RequirePKCE && !q.userAgent:
		return refused("invalid_request", "missing required code challenge")
	case q.challenge != "" && method != "" && method != "S256":
		// unverified: the refusal of PKCE's plain method
		return refused("invalid_request", "code challenge method not supported")
	}
	return nil
}

// requestedScopes reads the scope parameter; without one the app gets all it
// is configured for.
func (app *App) requestedScopes(parameter string) ([]string, bool) {
	wanted := strings.Fields(parameter)
	if len(wanted) == 0 {
		return app.Scopes, true
	}
	for _, one := range wanted {
		same := one
		if one == "offline_access" { // another name of refresh_token
			same = "refresh_token"
		}
		if !slices.Contains(app.Scopes, one) && !slices.Contains(app.Scopes, same) {
			return nil, false
		}
	}
	return wanted, true
}

// refuseWithoutRedirect is the answer when the app cannot be trusted with a
// redirect: the error as the text of a page.
func refuseWithoutRedirect(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	w.Header().Set("Cache-Control", "must-revalidate,no-cache,no-store")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(message))
}

// fail sends the browser back to the app with an error. It is in the query also
// in the user-agent flow, whatever the documentation says (superfell/zkSforce
// saw it there).
func (q *authorizeRequest) fail(w http.ResponseWriter, r *http.Request, e *refusal) {
	values := url.Values{"error": {e.code}}
	if e.description != "" {
		values.Set("error_description", e.description)
	}
	if q.state != "" {
		values.Set("state", q.state)
	}
	joint := "?"
	if strings.Contains(q.redirectURI, "?") {
		joint = "&"
	}
	http.Redirect(w, r, q.redirectURI+joint+values.Encode(), http.StatusFound)
}

// allow sends the browser back to the app with a code, or in the user-agent
// flow with the tokens in the fragment.
func (a *Authority) allow(w http.ResponseWriter, r *http.Request, q *authorizeRequest, app *App, p *person) {
	values := url.Values{}
	joint := "?"
	if q.userAgent {
		g, refresh := a.approve(p, app, q.scopes)
		given := &granted{person: p, grant: g, scopes: q.scopes, refresh: refresh, nonce: q.nonce}
		for _, f := range a.answer(r, given, app) {
			if text, ok := f.value.(string); ok {
				values.Set(f.name, text)
			}
		}
		joint = "#"
	} else {
		values.Set("code", a.issueCode(q, p))
		if strings.Contains(q.redirectURI, "?") {
			joint = "&"
		}
	}
	if q.state != "" {
		values.Set("state", q.state)
	}
	http.Redirect(w, r, q.redirectURI+joint+values.Encode(), http.StatusFound)
}

// approve records that the user allowed the app its scopes. Without a scope
// that gives one, or by the app's policy, the refresh token is one that nobody
// learns, and the one returned "".
func (a *Authority) approve(p *person, app *App, scopes []string) (g *grant, refresh string) {
	g = a.grant(p.userKey, app, scopes, newRefreshToken())
	if app.refreshes(scopes) {
		refresh = g.refresh
	}
	return g, refresh
}
