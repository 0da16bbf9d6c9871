package simulator

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// sessionCookie holds the browser's login. A real org's is called sid too.
const sessionCookie = "sid"

// wrongLogin is Salesforce's one message for every failed login.
const wrongLogin = "Please check your username and password. If you still can't log in, contact your Salesforce administrator."

// authorizeRequest is what an app asked for at /services/oauth2/authorize.
type authorizeRequest struct {
	redirectURI string
	state       string
	scopes      []string
	challenge   string // PKCE S256; "" when the app sent none
}

// serveAuthorize begins the web server flow: it checks the app's request and
// shows the login page, or, to a browser that is logged in, the Allow page.
// A real org answers with a page that redirects by JavaScript; a form at once
// saves a browserless client that step.
func (s *Simulator) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	_ = r.ParseForm() // what cannot be read is missing, and refused as such
	form := r.Form
	if form.Get("client_id") != s.cfg.App.ConsumerKey {
		refuseWithoutRedirect(w, "error=invalid_client_id&error_description=client%20identifier%20invalid")
		return
	}
	if !slices.Contains(s.cfg.App.CallbackURLs, form.Get("redirect_uri")) {
		refuseWithoutRedirect(w, "error=redirect_uri_mismatch&error_description=redirect_uri must match configuration")
		return
	}
	request := authorizeRequest{redirectURI: form.Get("redirect_uri"), state: form.Get("state"), challenge: form.Get("code_challenge")}
	scopes, known := s.requestedScopes(form.Get("scope"))
	request.scopes = scopes
	// unverified: the descriptions below except that of invalid_scope.
	switch {
	case form.Get("response_type") != "code":
		request.fail(w, r, "unsupported_response_type", "response type not supported")
	case !known:
		request.fail(w, r, "invalid_scope", "the requested scope is invalid")
	case request.challenge == "" && s.cfg.App.RequirePKCE:
		request.fail(w, r, "invalid_request", "missing required code challenge")
	case request.challenge != "" && form.Get("code_challenge_method") != "" && form.Get("code_challenge_method") != "S256":
		request.fail(w, r, "invalid_request", "code challenge method not supported")
	case form.Get("immediate") == "true":
		request.fail(w, r, "immediate_unsuccessful", "")
	default:
		id := rand.Text()
		s.auth.pending.put(id, request)
		if _, loggedIn := s.browserUser(r); loggedIn && !strings.Contains(form.Get("prompt"), "login") {
			http.Redirect(w, r, "/services/oauth2/authorize/approve?request="+id, http.StatusFound)
			return
		}
		showPage(w, http.StatusOK, "login", loginPage{Request: id, Username: form.Get("login_hint")})
	}
}

// serveLogin answers the login form.
func (s *Simulator) serveLogin(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	id, username := r.PostFormValue("request"), r.PostFormValue("username")
	if _, ok := s.auth.pending.get(id); !ok {
		showPage(w, http.StatusBadRequest, "expired", nil)
		return
	}
	user, found := s.sites[0].org.UserByUsername(username)
	if !found || !s.sites[0].org.CheckPassword(username, r.PostFormValue("password")) || !s.mayLogIn(text(user["Id"])) {
		showPage(w, http.StatusOK, "login", loginPage{Request: id, Username: username, Error: wrongLogin})
		return
	}
	s.sites[0].org.RecordLogin(text(user["Id"]))
	cookie := rand.Text()
	s.auth.browsers.put(cookie, text(user["Id"]))
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: cookie, Path: "/services/oauth2", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.sites[0].baseURL(r), "https:"),
	})
	http.Redirect(w, r, "/services/oauth2/authorize/approve?request="+id, http.StatusSeeOther)
}

// serveApprovalPage asks the person who logged in whether the app may.
func (s *Simulator) serveApprovalPage(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("request")
	request, ok := s.auth.pending.get(id)
	userID, loggedIn := s.browserUser(r)
	switch {
	case !ok:
		showPage(w, http.StatusBadRequest, "expired", nil)
	case !loggedIn:
		showPage(w, http.StatusOK, "login", loginPage{Request: id})
	default:
		user, _ := s.sites[0].org.Find("User", userID)
		showPage(w, http.StatusOK, "approve", approvePage{
			Request: id, App: s.cfg.App.ConsumerKey, Username: text(user["Username"]), Scopes: scopeLabels(request.scopes),
		})
	}
}

// serveApproval answers the Allow / Deny form: back to the app, with a code or
// with access_denied. The request id is known only to the page it was made
// for, so a foreign site cannot press Allow.
func (s *Simulator) serveApproval(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	userID, loggedIn := s.browserUser(r)
	if !loggedIn {
		showPage(w, http.StatusBadRequest, "expired", nil)
		return
	}
	request, ok := s.auth.pending.take(r.PostFormValue("request"))
	if !ok {
		showPage(w, http.StatusBadRequest, "expired", nil)
		return
	}
	if r.PostFormValue("decision") != "allow" {
		request.fail(w, r, "access_denied", "end-user denied authorization")
		return
	}
	request.redirect(w, r, url.Values{"code": {s.auth.issueCode(request, userID)}})
}

// browserUser is the user of the browser's login.
func (s *Simulator) browserUser(r *http.Request) (string, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", false
	}
	userID, ok := s.auth.browsers.get(cookie.Value)
	return userID, ok && s.mayLogIn(userID)
}

// mayLogIn says whether the user is active and not frozen.
func (s *Simulator) mayLogIn(userID string) bool {
	return s.sites[0].isActive(userID) && !s.sites[0].org.IsFrozen(userID)
}

// requestedScopes reads the scope parameter; without one the app gets all it
// is configured for.
func (s *Simulator) requestedScopes(parameter string) ([]string, bool) {
	wanted := strings.Fields(parameter)
	if len(wanted) == 0 {
		return s.cfg.App.Scopes, true
	}
	for _, one := range wanted {
		same := one
		if one == "offline_access" { // another name of refresh_token
			same = "refresh_token"
		}
		if !slices.Contains(s.cfg.App.Scopes, one) && !slices.Contains(s.cfg.App.Scopes, same) {
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

// fail sends the browser back to the app with an error.
func (a authorizeRequest) fail(w http.ResponseWriter, r *http.Request, code, description string) {
	values := url.Values{"error": {code}}
	if description != "" {
		values.Set("error_description", description)
	}
	a.redirect(w, r, values)
}

// redirect sends the browser back to the app, with its state.
func (a authorizeRequest) redirect(w http.ResponseWriter, r *http.Request, values url.Values) {
	if a.state != "" {
		values.Set("state", a.state)
	}
	joint := "?"
	if strings.Contains(a.redirectURI, "?") {
		joint = "&"
	}
	http.Redirect(w, r, a.redirectURI+joint+values.Encode(), http.StatusFound)
}
