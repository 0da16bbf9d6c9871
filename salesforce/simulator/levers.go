package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"scimforce/salesforce/simulator/weather"
)

// Calls returns how often each API resource was called since the start or the
// last ResetCalls, sorted by resource and method. OAuth requests are no API
// calls; a composite request is one call, whatever it carries.
func (s *Simulator) Calls() []CallCount { return s.sites[0].calls.list() }

// ResetCalls starts Calls anew. The usage in Sforce-Limit-Info stays.
func (s *Simulator) ResetCalls() { s.sites[0].calls.reset() }

// SetAPIUsage sets the N of "Sforce-Limit-Info: api-usage=N/M".
func (s *Simulator) SetAPIUsage(used int) { s.sites[0].day.Set(s.sites[0].now(), used) }

// CallLog gives up to limit of the last API calls of all orgs, the newest first,
// secrets masked. Bodies are there of calls made since LogBodies.
func (s *Simulator) CallLog(limit int) []LoggedCall {
	var all []LoggedCall
	for _, one := range s.sites {
		all = append(all, one.log.last(limit)...)
	}
	slices.SortStableFunc(all, func(a, b LoggedCall) int { return b.Time.Compare(a.Time) })
	return all[:min(limit, len(all))]
}

// Panics is how many API calls of all orgs ended in a panic, each a bug of the
// simulator that the client saw as UNKNOWN_EXCEPTION.
func (s *Simulator) Panics() int {
	n := int64(0)
	for _, one := range s.sites {
		n += one.broken.Load()
	}
	return int(n)
}

// LogBodies says whether the log of calls keeps bodies.
func (s *Simulator) LogBodies(keep bool) {
	for _, one := range s.sites {
		one.log.bodies.Store(keep)
	}
}

// Weather adds rules by which coming API calls go wrong, behind those there are.
// Faults asked for by FailNext go first.
func (s *Simulator) Weather(rules ...weather.Rule) error {
	if err := s.sky.Add(rules...); err != nil {
		return fmt.Errorf("simulator: weather: %w", err)
	}
	return nil
}

// ClearWeather takes down all rules and faults.
func (s *Simulator) ClearWeather() {
	s.sky.Clear()
	s.faults.clear()
}

// Fault is one way in which API calls go wrong. The zero Fault lets one call
// pass unharmed.
type Fault struct {
	// Times is how many calls it hits; 0 means one.
	Times int
	// Method and Resource choose the calls it hits, in the form of CallCount
	// ("POST", "/sobjects/User"); empty means any.
	Method, Resource string
	// After lets the call execute first and spoils only the answer: the record
	// is written, the client does not learn of it.
	After bool
	// Delay is waited, or until the client gives up: before the call executes,
	// which it then does not, or with After once it has.
	Delay time.Duration
	// Status and Body replace the answer. ContentType defaults to JSON.
	Status      int
	Body        string
	ContentType string
	// Drop closes the connection without an answer; Reset does it so that the
	// client sees a reset.
	Drop, Reset bool
	// Dribble sends the answer in twenty pieces with that pause before each.
	Dribble time.Duration
	// Truncate sends the headers and half of the body, then closes the
	// connection. Together with Status, half of that answer; else half of the
	// real one.
	Truncate bool
}

// FailNext makes coming API calls fail. Faults are used up in the order given;
// a call takes the first one that fits it.
func (s *Simulator) FailNext(faults ...Fault) { s.faults.add(faults) }

// ServerUnavailable is a 503 of the API itself, before the call executes.
func ServerUnavailable() Fault {
	return Fault{Status: http.StatusServiceUnavailable, Body: `[{"message":"Server Unavailable","errorCode":"SERVER_UNAVAILABLE"}]`}
}

// SessionExpired is the answer to an access token that is no longer good; the
// token itself stays as it is.
func SessionExpired() Fault {
	return Fault{Status: http.StatusUnauthorized, Body: `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`}
}

// LimitExceeded is the answer when the day's API allocation is used up. A real
// org sends no Retry-After with it.
func LimitExceeded() Fault {
	return Fault{Status: http.StatusForbidden, Body: `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`}
}

// RowLocked is the answer to a write that met another one on the same record.
// Clients have seen it with status 400 and 500.
func RowLocked(id string) Fault {
	return Fault{Status: http.StatusBadRequest, Body: `[{"message":"unable to obtain exclusive access to this record or 1 records: ` + id + `","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`}
}

// Maintenance is the HTML page an org's edge answers while it is down.
func Maintenance() Fault {
	return Fault{Status: http.StatusServiceUnavailable, ContentType: "text/html;charset=UTF-8", Body: maintenancePage}
}

// maintenancePage is shaped like the page a real edge sends: HTML where a
// client expects JSON.
const maintenancePage = "<html>\n<body>\n<center>\n\t<table bgcolor=\"white\" cellpadding=\"0\" cellspacing=\"0\" width=\"758\">\n\t\t<tbody>\n\t\t<tr>\n\t\t\t<td><span style=\"font-family: Verdana; font-size: medium; font-weight: bold;\">We are down for maintenance.</span><br><br>Sorry for the inconvenience. We'll be back shortly.</td><br>\n\t\t</tr>\n\t\t</tbody>\n\t</table>\n</center>\n</body>\n</html>"
