package authority

import (
	"crypto/rand"
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/pages"
)

// sessionCookie holds the browser's login. A real org's is called sid too.
const sessionCookie = "sid"

// wrongLogin is Salesforce's one message for every failed login.
const wrongLogin = "Please check your username and password. If you still can't log in, contact your Salesforce administrator."

// loginPage is shown by pages/login.html.
type loginPage struct {
	Request  string // id of the authorize request the login is for
	Username string
	Error    string
}

// approvePage is shown by pages/approve.html.
type approvePage struct {
	Request  string
	App      string
	Username string
	Scopes   []string
}

// browser is the cookie of the browser and the user who logged in with it;
// the zero user when none did, when his session has ended, or when he may not
// log in here.
func (a *Authority) browser(r *http.Request) (cookie string, user userKey) {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", userKey{}
	}
	token, ok := a.browsers.get(c.Value)
	if !ok {
		return "", userKey{}
	}
	s, ok := a.liveSession(token, true)
	if !ok {
		return c.Value, userKey{}
	}
	here := a.hostTenant(r)
	if p, found := s.user.person(); !found || !p.mayLogIn() || here != nil && here != s.user.tenant {
		return c.Value, userKey{}
	}
	return c.Value, s.user
}

// setBrowser gives the browser a cookie, and the session that began with it.
func (a *Authority) setBrowser(w http.ResponseWriter, r *http.Request, cookie, accessToken string) {
	a.browsers.put(cookie, accessToken)
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: cookie, Path: "/services/oauth2", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}

// request finds the authorize request of a page in the browser it was made for.
func (a *Authority) request(r *http.Request, id string) (q *authorizeRequest, user userKey, ok bool) {
	q, ok = a.pending.get(id)
	if !ok {
		return nil, userKey{}, false
	}
	cookie, user := a.browser(r)
	return q, user, cookie != "" && cookie == q.browser
}

// serveLogin answers the login form.
func (a *Authority) serveLogin(w http.ResponseWriter, r *http.Request) {
	id, username := r.PostForm.Get("request"), r.PostForm.Get("username")
	q, _, ok := a.request(r, id)
	if !ok {
		pages.Show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	p, found, status := a.enter(q.here, username, r.PostForm.Get("password"), false)
	if app := a.app(q.consumerKey); status == loggedIn && app != nil && !admitsAddress(r, &p, app) {
		status = restrictedIP
	}
	if status == loggedIn && !a.admitLogin(&p) {
		status = rateExceeded
	}
	if found {
		a.note(&p, byBrowser(r), status)
	}
	if status != loggedIn {
		// unverified: that the page says the same of restricted addresses and of logins above the rate
		pages.Show(w, http.StatusOK, "login", loginPage{Request: id, Username: username, Error: wrongLogin})
		return
	}
	cookie := rand.Text() // a new one: what was known before the login is worth nothing after it
	moved := *q
	moved.browser = cookie
	a.pending.put(id, &moved)
	a.browsers.take(q.browser)
	session := a.startSession(&p, &App{}, nil, nil, byBrowser(r))
	a.setBrowser(w, r, cookie, session.token)
	http.Redirect(w, r, "/services/oauth2/authorize/approve?request="+id, http.StatusSeeOther)
}

// mayEnter says why the app is closed to a user who logged in; nil when it is
// not.
func (a *Authority) mayEnter(r *http.Request, p *person, app *App) *refusal {
	switch {
	case app.NotInstalled:
		return notInstalled()
	case app.ApprovedFor != nil && !p.approved(app.ApprovedFor):
		return notApproved()
	case !admitsAddress(r, p, app):
		return ipRestricted()
	}
	return nil
}

// serveApprovalPage asks the person who logged in whether the app may.
// Administrators' pre-approval answers for him.
// unverified: a real org does not ask a user again who approved the app before, unless the app says prompt=consent; here he is asked each time.
func (a *Authority) serveApprovalPage(w http.ResponseWriter, r *http.Request) {
	id := r.Form.Get("request")
	q, user, ok := a.request(r, id)
	if !ok {
		pages.Show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	p, found := user.personIfAny()
	if !found {
		pages.Show(w, http.StatusOK, "login", loginPage{Request: id})
		return
	}
	app := a.app(q.consumerKey)
	if app == nil {
		pages.Show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	if bad := a.mayEnter(r, &p, app); bad != nil {
		a.pending.take(id)
		q.fail(w, r, onPage(bad))
		return
	}
	if app.ApprovedFor != nil && !q.askAlways {
		if _, once := a.pending.take(id); !once {
			pages.Show(w, http.StatusBadRequest, "expired", nil)
			return
		}
		a.allow(w, r, q, app, &p)
		return
	}
	pages.Show(w, http.StatusOK, "approve", approvePage{
		Request: id, App: app.Name, Username: p.username, Scopes: scopeLabels(q.scopes),
	})
}

// serveApproval answers the Allow / Deny form: back to the app, with a code or
// with access_denied. Request id and cookie belong together, so a foreign site
// can press nothing.
func (a *Authority) serveApproval(w http.ResponseWriter, r *http.Request) {
	id := r.PostForm.Get("request")
	_, user, ok := a.request(r, id)
	p, loggedIn := user.personIfAny()
	if !ok || !loggedIn {
		pages.Show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	q, ok := a.pending.take(id)
	if !ok {
		pages.Show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	app := a.app(q.consumerKey)
	switch {
	case app == nil:
		pages.Show(w, http.StatusBadRequest, "expired", nil)
	case r.PostForm.Get("decision") != "allow":
		q.fail(w, r, refused("access_denied", "end-user denied authorization"))
	default:
		if bad := a.mayEnter(r, &p, app); bad != nil {
			q.fail(w, r, onPage(bad))
			return
		}
		a.allow(w, r, q, app, &p)
	}
}

// onPage is the refusal as the authorize page words it for the app's callback,
// where two have codes of their own.
func onPage(e *refusal) *refusal {
	switch e.code {
	case "app_not_found":
		return refused("OAUTH_EC_APP_NOT_FOUND", e.description)
	case "invalid_app_access":
		return refused("OAUTH_APP_ACCESS_DENIED", e.description)
	}
	return e
}

// scopeLabels words scopes as the approval page of a real org does.
func scopeLabels(scopes []string) []string {
	labels := make([]string, len(scopes))
	for i, scope := range scopes {
		switch scope {
		case "api":
			labels[i] = "Manage user data via APIs"
		case "id", "profile", "email", "address", "phone":
			labels[i] = "Access the identity URL service"
		case "refresh_token", "offline_access":
			labels[i] = "Perform requests at any time"
		case "full":
			labels[i] = "Full access"
		case "web":
			labels[i] = "Manage user data via Web browsers"
		case "openid":
			labels[i] = "Access unique user identifiers"
		default:
			labels[i] = strings.ReplaceAll(scope, "_", " ")
		}
	}
	return labels
}
