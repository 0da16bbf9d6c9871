package authority

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"scimforce/salesforce/simulator/org"
)

// Site is one org and the address of its My Domain.
type Site struct {
	Org     *org.Org    // required
	BaseURL string      // "https://acme.my.salesforce.example"; "" = the Host of each request
	Login   LoginPolicy // can be changed by SetLoginPolicy
}

// tenant is a Site at work.
type tenant struct {
	org    *org.Org
	base   string // without a trailing slash
	host   string // of base, lower-cased
	policy atomic.Pointer[LoginPolicy]
	rows   *rows
}

func newTenant(s Site) *tenant {
	t := &tenant{org: s.Org, base: strings.TrimRight(s.BaseURL, "/"), host: hostOf(s.BaseURL), rows: &rows{org: s.Org}}
	t.policy.Store(&s.Login)
	return t
}

// orgID is the org's id in 18 characters; a dump that is loaded may change it.
func (t *tenant) orgID() string { return t.org.ID() }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// BaseURL is the address of an org as the client of r sees it, without a
// trailing slash: the configured one, else the Host of the request.
func BaseURL(configured string, r *http.Request) string {
	switch {
	case configured != "":
		return strings.TrimRight(configured, "/")
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (t *tenant) url(r *http.Request) string { return BaseURL(t.base, r) }

// hostTenant is the org whose own address the request was sent to; nil at the
// login host, where all orgs log in.
func (a *Authority) hostTenant(r *http.Request) *tenant { return a.byHost[strings.ToLower(r.Host)] }

// OrgOf is the org a request belongs to: that of its address, else that of its
// access token, else the first.
func (a *Authority) OrgOf(r *http.Request) *org.Org {
	if t := a.hostTenant(r); t != nil {
		return t.org
	}
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	a.mu.Lock()
	s := a.sessions.byToken[token]
	a.mu.Unlock()
	if s != nil {
		return s.user.tenant.org
	}
	for _, t := range a.tenants {
		if strings.HasPrefix(token, t.orgID()[:15]) {
			return t.org
		}
	}
	return a.tenants[0].org
}

// onLoginHost says whether the request came to the login host that all orgs
// share, where that is not the address of an org too.
func (a *Authority) onLoginHost(r *http.Request) bool {
	return a.loginHost != "" && strings.EqualFold(r.Host, a.loginHost) && a.byHost[a.loginHost] == nil
}

// issuer is the host that speaks of a user of the org in identity URLs and id
// tokens: the login host, where one is configured.
func (a *Authority) issuer(t *tenant, r *http.Request) string {
	if a.loginURL != "" {
		return a.loginURL
	}
	return t.url(r)
}

// identityURL is the "id" of a token answer: clients cut the org's and the
// user's id out of it.
func (a *Authority) identityURL(u userKey, r *http.Request) string {
	return a.issuer(u.tenant, r) + "/id/" + u.tenant.orgID() + "/" + u.id
}

// tenantOf finds the tenant of an org; nil when it is none of this authority's.
func (a *Authority) tenantOf(o *org.Org) *tenant {
	for _, t := range a.tenants {
		if t.org == o {
			return t
		}
	}
	return nil
}
