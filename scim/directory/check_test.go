package directory

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

func TestCheckCostsFewCallsAndFindsOutSoon(t *testing.T) {
	now := time.Now()
	h := open(t, func(c *Config, _ *org.Config) { c.Now = func() time.Time { return now } })
	check := func(what string, wantErr bool, wantCalls int) {
		t.Helper()
		h.simulator.ResetCalls()
		if err := h.Check(t.Context()); (err != nil) != wantErr {
			t.Errorf("%s: %v", what, err)
		}
		h.wantCalls(what, wantCalls)
	}
	check("the first", false, 1)
	now = now.Add(4 * time.Minute)
	check("four minutes later", false, 0)
	down := errors.New("connection refused")
	h.before = func(*http.Request) error { return down }
	now = now.Add(2 * time.Minute)
	check("when the org is gone", true, 0)
	h.before = nil
	now = now.Add(20 * time.Second)
	check("back, but asked a moment ago", true, 0)
	now = now.Add(20 * time.Second)
	check("back", false, 1)
}

func TestCheckAsksAgainWhenARequestMetWithTrouble(t *testing.T) {
	h := open(t)
	if err := h.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.before = func(*http.Request) error { return errors.New("connection refused") }
	if err := h.Check(t.Context()); err != nil {
		t.Errorf("asked without a reason: %v", err)
	}
	if _, err := h.User(t.Context(), h.org.AdminID(), Want{}); err == nil {
		t.Error("a user was read from an org that is gone")
	}
	if err := h.Check(t.Context()); err == nil {
		t.Error("ready although a request just failed")
	}
	h.before = nil
}

func TestCheckWaitsForAnotherNoLongerThanItsCaller(t *testing.T) {
	h := open(t)
	asking, answered := make(chan struct{}), make(chan struct{})
	h.before = func(*http.Request) error {
		close(asking)
		<-answered
		return nil
	}
	first := make(chan error, 1)
	go func() { first <- h.Check(t.Context()) }()
	<-asking
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Check(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("the second waits: %v", err)
	}
	close(answered)
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}
