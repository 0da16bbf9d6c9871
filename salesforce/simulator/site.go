package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// site is one org as the web sees it: its data, its address, and what was asked
// of it.
type site struct {
	org     *org.Org
	orgID   string // 18 characters
	base    string // "https://acme.my.salesforce.example"; "" = the Host of each request
	daily   int    // allocation of API calls
	cursors *cursorStore
	*meters
}

// now is the org's clock.
func (o *site) now() time.Time { return o.org.Now() }

// newSites makes the sites of a checked configuration.
func newSites(cfg Config) []*site {
	var sites []*site
	for _, t := range append([]Tenant{{cfg.Org, cfg.BaseURL, cfg.DailyAPIRequests}}, cfg.MoreOrgs...) {
		sites = append(sites, &site{
			org: t.Org, orgID: t.Org.ID(), base: strings.TrimRight(t.BaseURL, "/"),
			daily:   cmp.Or(t.DailyAPIRequests, cfg.DailyAPIRequests),
			cursors: newCursorStore(cfg.Now), meters: newMeters(cfg, t.Org.Now()),
		})
	}
	return sites
}

// siteOf is the org that a request belongs to.
func (s *Simulator) siteOf(r *http.Request) *site {
	for _, one := range s.sites {
		if u, err := url.Parse(one.base); one.base != "" && err == nil && strings.EqualFold(u.Host, r.Host) {
			return one
		}
	}
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return s.siteOfOrg(strings.TrimSpace(token))
}

// siteOfOrg is the org whose id, of 15 or 18 characters, the text begins with,
// as every access token does; the first org where it is none's.
func (s *Simulator) siteOfOrg(text string) *site {
	for _, one := range s.sites {
		if strings.HasPrefix(text, one.orgID[:15]) {
			return one
		}
	}
	return s.sites[0]
}

// baseURL is the org's own address as the client of r sees it, without a
// trailing slash.
func (o *site) baseURL(r *http.Request) string {
	switch {
	case o.base != "":
		return o.base
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
