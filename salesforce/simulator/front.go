package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"scimforce/salesforce/simulator/browse"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// newFront makes the pages that show the orgs to a person.
func (s *Simulator) newFront() (http.Handler, error) {
	var cfg browse.Config
	if !s.cfg.ControlElsewhere {
		cfg.Control = controlCommands()
	}
	for _, one := range s.sites {
		cfg.Orgs = append(cfg.Orgs, browse.Org{
			Org: one.org, Address: one.base, Faults: s.troubles,
			Calls:  one.recent,
			Counts: one.counted,
			Usage:  func() (used, most int) { return one.day.Used(one.now()), one.daily },
		})
	}
	return browse.New(cfg)
}

// frontCalls is how many of the last calls the pages get.
const frontCalls = 100

// recent are the last calls, with the users by name.
func (o *site) recent() []browse.Call {
	logged := o.log.last(frontCalls)
	calls := make([]browse.Call, len(logged))
	_ = o.org.View(func(v *org.View) error { // fn never fails
		for i, c := range logged {
			calls[i] = browse.Call{
				At: c.Time, Method: c.Method, Path: strings.TrimPrefix(c.Path, "/services/data"), Status: c.Status,
				Fault: c.Fault, Took: time.Duration(c.Millis * float64(time.Millisecond)),
			}
			if user, ok := v.Target(c.User); ok {
				calls[i].Username = text(user.Get("Username"))
			}
		}
		return nil
	})
	return calls
}

func (o *site) counted() (counts []browse.Count) {
	for _, c := range o.calls.list() {
		counts = append(counts, browse.Count{Method: c.Method, Resource: c.Resource, Times: c.Count})
	}
	return counts
}

// troubles words what is set to go wrong.
func (s *Simulator) troubles() (list []string) {
	for _, rule := range s.sky.Rules() {
		list = append(list, wordRule(rule))
	}
	for _, f := range s.faults.list() {
		what := "a fault of the test's own"
		if f.Status != 0 {
			what = "status " + strconv.Itoa(f.Status)
		}
		list = append(list, what+" for the next "+calls(f.Times)+only(f.Method, f.Resource))
	}
	return list
}

func wordRule(r weather.Rule) string {
	if r.Next > 0 {
		return string(r.Kind) + " for the next " + calls(r.Next) + only(r.Method, r.Resource)
	}
	return string(r.Kind) + " for " + strconv.FormatFloat(r.Rate*100, 'g', 4, 64) + "% of calls" + only(r.Method, r.Resource)
}

func calls(n int) string {
	if n == 1 {
		return "call"
	}
	return strconv.Itoa(n) + " calls"
}

// only says which calls are meant, "" for all.
func only(method, resource string) string {
	if method+resource == "" {
		return ""
	}
	return ", " + strings.TrimSpace(method+" "+resource) + " only"
}

// controlCommands is the control API by example, each with the address that it
// is shown at in place of ADDRESS.
func controlCommands() []browse.Command {
	const control = "ADDRESS" + controlPath
	return []browse.Command{
		{What: "The orgs, and how many records each has", Line: "curl " + control + "/orgs"},
		{What: "How often each resource was called", Line: "curl " + control + "/calls"},
		{What: "Begin counting and logging anew", Line: "curl -X DELETE " + control + "/calls"},
		{What: "The last calls, the newest first", Line: "curl '" + control + "/calls/log?limit=20&bodies=true'"},
		{What: "Keep the bodies of calls from now on, secrets masked", Line: `curl -d '{"bodies":true}' ` + control + "/calls/log"},
		{What: "The org's clock", Line: "curl " + control + "/clock"},
		{What: "Move it", Line: `curl -d '{"advance":"48h"}' ` + control + "/clock"},
		{What: "What is set to go wrong, and what can", Line: "curl " + control + "/faults"},
		{What: "Weather: a tenth of all updates of users meets a locked row", Line: `curl -d '{"kind":"row-lock","rate":0.1,"method":"PATCH","resource":"/sobjects/User*"}' ` + control + "/faults"},
		{What: "The next three calls are refused", Line: `curl -d '{"kind":"unavailable","next":3}' ` + control + "/faults"},
		{What: "The next call does what it should, and its answer gets lost", Line: `curl -d '{"status":500,"body":"oops","contentType":"text/plain","next":1,"after":true}' ` + control + "/faults"},
		{What: "Fair weather", Line: "curl -X DELETE " + control + "/faults"},
		{What: "The day's allocation of API calls", Line: "curl " + control + "/limits"},
		{What: "Use it up", Line: `curl -d '{"used":14990}' ` + control + "/limits"},
		{What: "A session for a user, without the login", Line: `curl -d '{"username":"admin@acme.example"}' ` + control + "/sessions"},
		{What: "Follow the link in the mail about a new e-mail address", Line: "curl -X POST " + control + "/users/005000000000001AAA/confirm-email"},
		{What: "All that the org holds, passwords too, as lines of JSON", Line: "curl " + control + "/org"},
		{What: "All orgs as they were at first; no weather, no sessions, nothing counted", Line: "curl -X POST " + control + "/reset"},
	}
}
