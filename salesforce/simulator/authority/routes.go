package authority

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/soap"
)

// Routes puts the OAuth endpoints, the identity URLs and the login by SOAP on a
// router.
func (a *Authority) Routes(r chi.Router) {
	sameOrigin := http.NewCrossOriginProtection().Handler // a foreign page cannot press Allow
	r.HandleFunc("/services/oauth2/token", a.serveToken)
	r.Get("/id/keys", a.serveKeys)
	r.Handle("/services/Soap/*", soap.Handler(soapDoor{a}))
	r.Get("/.well-known/openid-configuration", a.serveDiscovery)
	r.Group(func(r chi.Router) {
		r.Use(readForm)
		r.Get("/services/oauth2/authorize", a.serveAuthorize)
		r.Post("/services/oauth2/authorize", a.serveAuthorize)
		r.With(sameOrigin).Post("/services/oauth2/authorize/login", a.serveLogin)
		r.Get("/services/oauth2/authorize/approve", a.serveApprovalPage)
		r.With(sameOrigin).Post("/services/oauth2/authorize/approve", a.serveApproval)
		r.Get("/services/oauth2/revoke", a.serveRevoke)
		r.Post("/services/oauth2/revoke", a.serveRevoke)
		r.Post("/services/oauth2/introspect", a.serveIntrospect)
		r.Get("/services/oauth2/userinfo", a.serveUserInfo)
		r.Post("/services/oauth2/userinfo", a.serveUserInfo)
		r.Get("/id/{org}/{user}", a.serveIdentity)
		r.Post("/id/{org}/{user}", a.serveIdentity)
	})
}

// readForm reads a form of bounded size: what cannot be read is missing, and
// refused as such.
func readForm(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		_ = r.ParseForm()
		next.ServeHTTP(w, r)
	})
}
