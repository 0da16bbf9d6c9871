package console

import (
	"fmt"
	"net/http"
	"time"
)

// failure is an error that has a page: what happened, why, and what to do. None
// of its words is a secret's.
type failure struct {
	Status               int
	Title, Cause, Remedy string
	Code                 string // Salesforce's
	Copies               []copyable
	Next                 *link // where to go on
	RetryAfter           time.Duration
	Request              string // its name in the log, when that says more
}

// copyable is a value with a button that copies it.
type copyable struct{ ID, Label, Value string }

type link struct{ Address, Text string }

func (f *failure) Error() string { return fmt.Sprintf("console: %s: %s", f.Title, f.Cause) }

// failed is the page of an error. One that is no failure is written to the log
// under a name that the page shows in its place.
func (c *Console) failed(v *visit, err error) answer {
	f := c.explain(v, err)
	return answer{status: f.Status, template: "error", title: f.Title, page: f, retryAfter: f.RetryAfter}
}

// notFound answers for what was there once, or was never: a connection, a token.
func notFound(what string) *failure {
	return &failure{
		Status: http.StatusNotFound, Title: "There is no such " + what,
		Cause:  "It may have been removed meanwhile.",
		Remedy: "Go to the start page, which lists what there is.",
		Next:   &link{"/", "Go to the start page"},
	}
}
