package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"scimforce/oauth"
)

// errGivenUp is the end of a command that somebody has broken off.
var errGivenUp = errors.New("given up: nothing was saved")

// givenUp says in a person's words that Ctrl-C was pressed while ctx waited, or
// that nothing was answered.
func givenUp(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, io.EOF) {
		return errGivenUp
	}
	return err
}

// worded explains a failure of connecting: what happened, why, and what to do.
// What is no matter of OAuth stays as it is.
func worded(err error) error {
	e := oauth.Explain(err)
	var state *oauth.StateError
	var lost *oauth.GrantLostError
	switch {
	case err == nil, errors.Is(err, errGivenUp):
		return err
	case errors.As(err, &state):
		e.Remedy = "run scimforce connect again"
	case e.Code == "unknown" && errors.As(err, &lost):
		e.Cause += fmt.Sprintf(": %s: %s", lost.Code, lost.Description)
	case e.Code == "unknown", e.Code == oauth.StoreFailed:
		return err
	}
	return fmt.Errorf("%s (%s)\n  Why: %s\n  What to do: %s", e.Title, e.Code, e.Cause, e.Remedy)
}

// show tells who was authorized, before anybody saves it.
func show(w io.Writer, a oauth.Authorization) {
	who := a.Identity
	fmt.Fprintln(w, "Authorized, and not saved yet:")
	fmt.Fprintf(w, "  Org     %s at %s\n", dash(who.OrgID), dash(who.InstanceURL))
	user := dash(who.Username)
	if who.DisplayName != "" {
		user += " (" + who.DisplayName + ")"
	}
	fmt.Fprintf(w, "  User    %s\n", user)
	fmt.Fprintf(w, "  Scopes  %s\n", dash(strings.Join(who.Scopes, " ")))
	for _, warning := range a.Warnings {
		fmt.Fprintf(w, "  ! %s\n", warning)
	}
}
