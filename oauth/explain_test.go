package oauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"scimforce/salesforce/simulator"
)

func TestDenyIsExplained(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	saved := c.mustConnect(t, c.request())
	back := c.host.MustDeny(c.mustBegin(t, c.request()), administrator).Query()
	_, err := c.Complete(t.Context(), "session", back)
	if got := Explain(err); got.Code != "access_denied" || !strings.Contains(got.Cause, "pressed Deny") {
		t.Errorf("%+v", got)
	}
	if _, err := c.Complete(t.Context(), "session", back); Explain(err).Code != StateUsed {
		t.Errorf("the same callback again: %v", err)
	}
	mustToken(t, c.authorizer(t, saved.Name)) // the grant that is in use stays
}

func TestChallengeThatWasTakenOffOnTheWayIsExplained(t *testing.T) {
	host := newLoginHost(t, "")
	host.sets(t, func(app *simulator.App) { app.RequirePKCE = true })
	c := newConsole(t, host, newDatabase(t))
	u, err := url.Parse(c.mustBegin(t, c.request()))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Del("code_challenge")
	u.RawQuery = query.Encode()
	_, err = c.Complete(t.Context(), "session", host.MustAllow(u.String(), administrator).Query())
	if got := Explain(err); got.Code != "invalid_request" || !strings.Contains(got.Title, "requires PKCE") {
		t.Errorf("%v is explained as %+v", err, got)
	}
	if err := c.authorized(t, c.request(), func() {}); err != nil {
		t.Errorf("with the challenge: %v", err)
	}
}

func TestCodeOfAnotherAuthorizationIsExplained(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	mine, other := c.mustAllow(t, c.request(), administrator), c.mustAllow(t, c.request(), administrator)
	_, err := c.Complete(t.Context(), "session", url.Values{"state": mine["state"], "code": other["code"]})
	if got := Explain(err); got.Code != "invalid_request" || !strings.Contains(got.Title, "code is of another authorization") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

func TestDatabaseThatFailsIsExplained(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	if err := c.store.db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := c.Begin(t.Context(), c.request())
	if got := Explain(err); got.Title == "" || got.Remedy == "" || strings.Contains(got.Cause, "sql") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

func TestWhatTookTooLongIsExplainedByWhoeverTookIt(t *testing.T) {
	for want, err := range map[string]error{
		"given_up":  fmt.Errorf("oauth: wait for an access token: %w", context.DeadlineExceeded),
		StoreFailed: &UnavailableError{Code: StoreFailed, Reason: "the store cannot be read", Cause: context.DeadlineExceeded},
		Unreachable: &UnavailableError{Code: Unreachable, Reason: "no answer", Cause: context.DeadlineExceeded},
	} {
		if got := Explain(err); got.Code != want {
			t.Errorf("%v is explained as %+v", err, got)
		}
	}
	gone := &UnavailableError{Code: StoreFailed, Reason: "the store cannot be locked", Cause: context.Canceled}
	if got := Explain(gone); got.Code != "given_up" {
		t.Errorf("a caller who went away: %+v", got)
	}
}

func TestLoginHostThatCannotBeReachedIsExplained(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.HTTPClient = host.Client() })
	host.RefuseConnections(1)
	_, err := a.Token(t.Context())
	got := Explain(err)
	if got.Code != Unreachable || !strings.Contains(got.Remedy, "login URL") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

func TestPageThatIsNoOAuthAnswerIsExplained(t *testing.T) {
	host := newLoginHost(t, "seed")
	host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = fmt.Fprint(w, "<html>It works!</html>")
		return true
	})
	a := newAuthorizer(t, host, newDatabase(t), nil)
	_, err := a.Token(t.Context())
	if got := Explain(err); got.Code != NotSalesforce || !strings.Contains(got.Title, "does not answer as Salesforce") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

func TestTextOfACallbackIsBoundedAndNotShown(t *testing.T) {
	err := CallbackError(url.Values{"error": {strings.Repeat("x", 1000) + "\r\n"}, "error_description": {"call 0900-555"}})
	got := Explain(err)
	if shown := fmt.Sprint(got); strings.Contains(shown, "0900") || len(got.Code) > 210 {
		t.Errorf("%s", shown)
	}
	if CallbackError(url.Values{"code": {"c"}}) != nil {
		t.Error("an error without one")
	}
}

func TestEveryRowOfTheTableSaysTitleCauseAndRemedy(t *testing.T) {
	for _, r := range append(refusals(), troubles()...) {
		for what, text := range map[string]string{"title": r.title, "cause": r.cause, "remedy": r.remedy} {
			if text == "" || strings.HasSuffix(text, ".") {
				t.Errorf("the %s of %s %q is %q", what, r.code, r.phrase, text)
			}
		}
	}
}
