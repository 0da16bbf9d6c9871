package oauth

import (
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
)

func TestCallbackIsGoodOnceInItsSessionAndForTenMinutes(t *testing.T) {
	cases := []struct {
		name string
		come func(t *testing.T, c *console, callback url.Values) error
		want string
		good bool // the callback is good afterwards
	}{
		{"opened twice", func(t *testing.T, c *console, callback url.Values) error {
			if _, err := c.Complete(t.Context(), "session", callback); err != nil {
				t.Fatal(err)
			}
			_, err := c.Complete(t.Context(), "session", callback)
			return err
		}, StateUsed, false},
		{"opened twice, after it was saved", func(t *testing.T, c *console, callback url.Values) error {
			if _, err := c.Complete(t.Context(), "session", callback); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Save(t.Context(), "session"); err != nil {
				t.Fatal(err)
			}
			_, err := c.Complete(t.Context(), "session", callback)
			return err
		}, StateUsed, false},
		{"after ten minutes", func(t *testing.T, c *console, callback url.Values) error {
			c.time.advance(10 * time.Minute)
			_, err := c.Complete(t.Context(), "session", callback)
			return err
		}, StateExpired, false},
		{"after ten minutes, when others were begun since", func(t *testing.T, c *console, callback url.Values) error {
			c.time.advance(11 * time.Minute)
			c.mustBegin(t, c.request())
			_, err := c.Complete(t.Context(), "session", callback)
			return err
		}, StateExpired, false},
		{"in another session", func(t *testing.T, c *console, callback url.Values) error {
			_, err := c.Complete(t.Context(), "another", callback)
			return err
		}, StateOfAnotherSession, true},
		{"with a state that was tampered with", func(t *testing.T, c *console, callback url.Values) error {
			_, err := c.Complete(t.Context(), "session", url.Values{"state": {callback.Get("state") + "x"}, "code": callback["code"]})
			return err
		}, StateUnknown, true},
		{"without a state", func(t *testing.T, c *console, callback url.Values) error {
			_, err := c.Complete(t.Context(), "session", url.Values{"code": callback["code"]})
			return err
		}, StateUnknown, true},
		{"with a state as long as a novel", func(t *testing.T, c *console, callback url.Values) error {
			_, err := c.Complete(t.Context(), "session", url.Values{"state": {strings.Repeat("x", 5000)}, "code": callback["code"]})
			return err
		}, StateUnknown, true},
		{"without a code", func(t *testing.T, c *console, callback url.Values) error {
			_, err := c.Complete(t.Context(), "session", url.Values{"state": callback["state"]})
			return err
		}, NoCode, false},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
			callback := c.mustAllow(t, c.request(), administrator)
			err := test.come(t, c, callback)
			if got := Explain(err); got.Code != test.want || !errors.Is(err, ErrState) {
				t.Errorf("error %v, explained %+v", err, got)
			}
			if strings.Contains(err.Error(), callback.Get("state")) || strings.Contains(err.Error(), callback.Get("code")) {
				t.Errorf("the error tells state or code: %v", err)
			}
			if _, err := c.Complete(t.Context(), "session", callback); (err == nil) != test.good {
				t.Errorf("the right callback afterwards: %v", err)
			}
		})
	}
}

func TestOfTwoCallbacksAtOnceOneGoesOn(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		host := newLoginHost(t, "")
		one, two := newConsole(t, host, open(t)), newConsole(t, host, open(t))
		callback := one.mustAllow(t, one.request(), administrator)
		var coming sync.WaitGroup
		errs := make([]error, 2)
		for i, c := range []*console{one, two} {
			coming.Go(func() { _, errs[i] = c.Complete(t.Context(), "session", callback) })
		}
		coming.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || Explain(errors.Join(errs...)).Code != StateUsed {
			t.Errorf("errors %v", errs)
		}
		if _, err := two.Save(t.Context(), "session"); err != nil { // on whichever replica
			t.Error(err)
		}
	})
}
