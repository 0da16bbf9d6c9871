package simulator

import (
	"strings"

	"scimforce/salesforce/simulator/org"
)

// limits answers GET /limits in alphabetical order. Only DailyApiRequests moves.
// The figures of a Developer Edition org are recorded.
// unverified: the figures of /limits of other editions than Developer, but for DailyApiRequests
func (s *Simulator) limits(q *request) answer {
	limit := func(name string, most, remaining int) member {
		return member{name, object{{"Max", most}, {"Remaining", remaining}}}
	}
	own := func(name string, ofDeveloper, ofOthers int) member {
		if q.org.Edition() == developer {
			return limit(name, ofDeveloper, ofDeveloper)
		}
		return limit(name, ofOthers, ofOthers)
	}
	daily := q.site.daily
	return ok(object{
		own("ActiveScratchOrgs", 3, 40),
		limit("DailyApiRequests", daily, max(daily-q.site.day.Used(q.site.now()), 0)),
		limit("DailyAsyncApexExecutions", 250000, 250000),
		limit("DailyBulkApiBatches", 15000, 15000),
		own("DailyWorkflowEmails", 405, 100000),
		own("DataStorageMB", 5, 10240),
		own("FileStorageMB", 20, 10240),
		own("MassEmail", 10, 5000),
		{"PermissionSets", object{
			{"Max", 1500},
			{"Remaining", 1498},
			{"CreateCustom", object{{"Max", 1000}, {"Remaining", 998}}},
		}},
		own("SingleEmail", 15, 5000),
		own("StreamingApiConcurrentClients", 20, 1000),
	})
}

// recordCount answers GET /limits/recordCount?sObjects=User,Group: how many
// records there are of the objects named, or of all; those with none are
// absent, as recorded. A real org's numbers lag behind.
// unverified: that objects which do not exist are passed over in a record count.
func (s *Simulator) recordCount(q *request) answer {
	objects := q.org.Objects()
	if names := q.query.Get("sObjects"); names != "" {
		objects = nil
		for name := range strings.SplitSeq(names, ",") {
			if o, known := q.org.Object(strings.TrimSpace(name)); known {
				objects = append(objects, o)
			}
		}
	}
	counts := []object{}
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		for _, o := range objects {
			if n := v.Len(o); n > 0 && v.Reads(o) {
				counts = append(counts, object{{"count", n}, {"name", o.Name}})
			}
		}
		return nil
	})
	return ok(object{{"sObjects", counts}})
}

// recent answers GET /recent: what the caller looked at in the user interface,
// which nobody here has.
func (s *Simulator) recent(*request) answer { return ok([]any{}) }

// revokeUsage answers DELETE /apps/oauth/usage/tokens/{token}, by which the
// Connect API ends what an app was granted.
// unverified: the status 204 of a revoked OAuth usage token, and 404 without one.
func (s *Simulator) revokeUsage(q *request) answer {
	if !s.auth.RevokeUsage(q.site.org, q.params["token"]) {
		return notFound()
	}
	return noContent()
}
