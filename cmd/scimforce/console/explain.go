package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"scimforce/oauth/database"
)

// explain makes a page of any error.
func (c *Console) explain(v *visit, err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	id := requestID()
	c.logger.ErrorContext(v.Context(), "a page of the console failed", "request", id, "method", v.Method, "path", v.URL.Path, "error", err.Error())
	if errors.Is(err, context.DeadlineExceeded) {
		return &failure{
			Status: http.StatusGatewayTimeout, Title: "That took too long",
			Cause:  "The database or Salesforce did not answer in time. What was asked for may still have been done.",
			Remedy: "Look whether it was done, and try again in a minute if it was not.", Request: id,
			Next: &link{"/", "Go to the start page"},
		}
	}
	return &failure{
		Status: http.StatusServiceUnavailable, Title: "That did not work just now",
		Cause:  joined(strings.TrimSuffix(database.Explain(err), " Nothing that was stored before is lost."), "Nothing that was stored before is lost"),
		Remedy: "Look the error up in the log, see to the database, and try again.", Request: id,
		Next: &link{"/", "Go to the start page"},
	}
}
