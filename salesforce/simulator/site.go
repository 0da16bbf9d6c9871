package simulator

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/org"
)

// site is one org as the web sees it: its data, its address, and what was asked
// of it.
type site struct {
	org     *org.Org
	base    string // "https://acme.my.salesforce.example"; "" = the Host of each request
	login   string // Config.LoginURL
	daily   int    // allocation of API calls
	cursors *cursorStore
	*meters
}

// now is the org's clock.
func (o *site) now() time.Time { return o.org.Now() }

// newSites makes the sites of a checked configuration.
func newSites(cfg Config) []*site {
	var sites []*site
	for _, t := range append([]Tenant{{Org: cfg.Org, BaseURL: cfg.BaseURL, DailyAPIRequests: cfg.DailyAPIRequests}}, cfg.MoreOrgs...) {
		sites = append(sites, &site{
			login: strings.TrimRight(cfg.LoginURL, "/"),
			org:   t.Org, base: strings.TrimRight(t.BaseURL, "/"),
			daily:   cmp.Or(t.DailyAPIRequests, t.Org.DailyAPIRequests()),
			cursors: newCursorStore(cfg.Now), meters: newMeters(cfg, t.Org),
		})
	}
	return sites
}

// newAuthority makes the OAuth side of a configuration.
func newAuthority(cfg Config) (*authority.Authority, error) {
	sites := []authority.Site{{Org: cfg.Org, BaseURL: cfg.BaseURL, Login: cfg.Login}}
	for _, t := range cfg.MoreOrgs {
		sites = append(sites, authority.Site{Org: t.Org, BaseURL: t.BaseURL, Login: t.Login})
	}
	return authority.New(authority.Config{
		Sites: sites, Apps: append([]App{cfg.App}, cfg.MoreApps...), LoginURL: cfg.LoginURL,
		SessionTTL: cfg.SessionTTL, TokenDelay: cfg.TokenDelay, OnToken: cfg.OnToken,
		Now: cfg.Now, Logger: cfg.Logger,
	})
}

// siteOf is the org that a request belongs to.
func (s *Simulator) siteOf(r *http.Request) *site {
	o := s.auth.OrgOf(r)
	for _, one := range s.sites {
		if one.org == o {
			return one
		}
	}
	return s.sites[0]
}

// baseURL is the org's own address as the client of r sees it, without a
// trailing slash.
func (o *site) baseURL(r *http.Request) string { return authority.BaseURL(o.base, r) }

// identityURL names a user of the org for clients, at the login host where one
// is configured.
func (o *site) identityURL(base, userID string) string {
	return cmp.Or(o.login, base) + "/id/" + o.org.ID() + "/" + userID
}
