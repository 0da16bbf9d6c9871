package browse

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// callsShown is how many calls the page lists.
const callsShown = 100

// callsPage is what was asked of an org.
type callsPage struct {
	frame
	Usage  string
	Faults []string
	Calls  []Call
	Counts []Count
	Logged bool // calls are remembered one by one
}

func (p *pages) calls(w http.ResponseWriter, _ *http.Request, one Org) {
	shown := callsPage{frame: p.frame("Calls", one.Org, "calls"), Logged: one.Calls != nil}
	if one.Calls != nil {
		calls := one.Calls()
		shown.Calls = calls[:min(len(calls), callsShown)]
	}
	if one.Counts != nil {
		shown.Counts = one.Counts()
	}
	if one.Usage != nil {
		used, most := one.Usage()
		shown.Usage = number(used) + " of " + number(most)
	}
	if one.Faults != nil {
		shown.Faults = one.Faults()
	}
	p.show(w, http.StatusOK, "calls.html", shown)
}

// Clock is the time of day of a call.
func (c Call) Clock() string { return c.At.UTC().Format("15:04:05.000") }

// Outcome is the status, or a word where none was sent.
func (c Call) Outcome() string {
	if c.Status == 0 {
		return "cut off"
	}
	return fmt.Sprint(c.Status)
}

// Bad reports whether the call failed.
func (c Call) Bad() bool { return c.Status == 0 || c.Status >= 400 }

// Duration is how long the call took, in milliseconds.
func (c Call) Duration() string {
	ms := fmt.Sprintf("%.1f", float64(c.Took)/float64(time.Millisecond))
	return strings.TrimSuffix(ms, ".0") + " ms"
}
