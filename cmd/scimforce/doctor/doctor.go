// Package doctor says what is wrong with a connection: each check is a line
// with its remedy. It asks Salesforce only questions and changes nothing in the
// org. How a report is shown is the business of those who ask for it.
package doctor

import (
	"context"
	"net/http"
	"slices"
	"time"

	"scimforce/oauth"
	"scimforce/salesforce"
)

// State is what a check found.
type State string

// The states, from good to bad. Unknown is never good: it could not be asked
// because an earlier check failed, or Salesforce does not tell.
const (
	OK      State = "ok"
	Unknown State = "unknown"
	Warning State = "warning"
	Failed  State = "failed"
)

// states orders them from good to bad.
func states() []State { return []State{OK, Unknown, Warning, Failed} }

// Check is one line of a report. Its texts hold no secret.
type Check struct {
	ID     string `json:"id"`    // fixed, for programs: "token", "permission-manage-users"
	Title  string `json:"title"` // what was looked at
	State  State  `json:"state"`
	Detail string `json:"detail"` // what was found, one sentence
	Remedy string `json:"remedy"` // what to do about it; "" when there is nothing to do
}

// Report is what a connection's examination found.
type Report struct {
	Connection string    `json:"connection"`
	At         time.Time `json:"at"`
	// Calls is how many calls of the org's daily allocation it took.
	Calls  int     `json:"calls"`
	Checks []Check `json:"checks"`
}

// OK reports whether no check failed; there may be warnings.
func (r Report) OK() bool { return r.Worst() != Failed }

// Worst is the worst state of all checks.
func (r Report) Worst() State {
	worst := 0
	for _, c := range r.Checks {
		worst = max(worst, slices.Index(states(), c.State))
	}
	return states()[worst]
}

// Config is what is examined and with what.
type Config struct {
	// Connection is what the store knows of the connection.
	Connection oauth.Connection
	// Authorizer gives the connection's access tokens. Required.
	Authorizer salesforce.Authorizer
	// Salesforce asks the org with these tokens. Required. What it remembers of
	// the fields of User is believed: a client made for the examination sees
	// what an administrator has changed just now.
	Salesforce *salesforce.Client
	// HTTPClient asks, without any token, for the org's clock and for the
	// bridge's own public address. Default: one with a timeout of 10 s.
	HTTPClient *http.Client
	// DefaultProfile is the name of the profile that new users get when the
	// identity provider names none; "" when none is configured.
	DefaultProfile string
	// PublicURL is how the identity provider and browsers reach the bridge,
	// without a slash at the end; "" when it is not configured.
	PublicURL string
	// Now is our own clock. Default time.Now.
	Now func() time.Time
}

// askTimeout bounds each request that the Salesforce client does not bound.
const askTimeout = 10 * time.Second

// Run examines the connection. It always gives a report; what could not be asked
// is in it as Unknown.
func Run(ctx context.Context, c Config) Report {
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Timeout: askTimeout}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	recorder := &salesforce.Recorder{}
	found := ask(salesforce.WithRecorder(ctx, recorder), c)
	report := Report{Connection: c.Connection.Name, At: c.Now().UTC(), Calls: len(recorder.Calls())}
	for _, checks := range [][]Check{
		found.access(), found.user(), found.permissions(), found.fields(), found.profile(), found.surroundings(),
	} {
		report.Checks = append(report.Checks, checks...)
	}
	return report
}
