package simulator

import (
	"net/http"

	"scimforce/salesforce/simulator/browse"
)

// newFront makes the pages that show the orgs to a person.
func (s *Simulator) newFront() (http.Handler, error) {
	var cfg browse.Config
	for _, one := range s.sites {
		cfg.Orgs = append(cfg.Orgs, browse.Org{
			Org: one.org, Address: one.base,
			Counts: func() (counts []browse.Count) {
				for _, c := range one.calls.list() {
					counts = append(counts, browse.Count{Method: c.Method, Resource: c.Resource, Times: c.Count})
				}
				return counts
			},
			Usage: func() (used, most int) { return one.day.Used(one.now()), one.daily },
		})
	}
	cfg.Control = []browse.Command{
		{What: "How often each resource was called", Line: "curl localhost:8081/_simulator/calls"},
		{What: "Begin counting anew", Line: "curl -X DELETE localhost:8081/_simulator/calls"},
	}
	return browse.New(cfg)
}
