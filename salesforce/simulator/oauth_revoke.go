package simulator

import (
	"net/http"
	"strings"
)

// serveRevoke answers GET and POST /services/oauth2/revoke?token=...: 200 and
// no body.
func (s *Simulator) serveRevoke(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	w.Header().Set("Cache-Control", "no-store")
	if !s.auth.revoke(r.FormValue("token")) {
		refuseToken(w, &oauthError{"invalid_token", "invalid token"}) // unverified: the description
		return
	}
	w.WriteHeader(http.StatusOK)
}

// serveIntrospect answers POST /services/oauth2/introspect, the only place
// that tells when a session ends.
func (s *Simulator) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	_ = r.ParseForm() // what cannot be read is missing
	w.Header().Set("Cache-Control", "no-store")
	if bad := s.checkApp(r, true); bad != nil {
		refuseToken(w, bad)
		return
	}
	session, ok := s.auth.peekSession(r.PostForm.Get("token"))
	if !ok {
		writePlainJSON(w, http.StatusOK, object{{"active", false}})
		return
	}
	user, _ := s.sites[0].org.Find("User", session.userID)
	writePlainJSON(w, http.StatusOK, object{
		{"active", true},
		{"scope", strings.Join(session.grant.scopes, " ")},
		{"client_id", s.cfg.App.ConsumerKey},
		{"username", text(user["Username"])},
		{"sub", s.sites[0].identityURL(s.sites[0].baseURL(r), session.userID)},
		{"token_type", "access_token"},
		{"exp", session.used.Add(s.cfg.SessionTTL).Unix()},
		{"iat", session.issued.Unix()},
		{"nbf", session.issued.Unix()},
	})
}
