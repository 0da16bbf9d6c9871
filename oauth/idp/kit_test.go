package idp

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
)

// clock is moved by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) passes(d time.Duration)  { c.at = c.at.Add(d) }
func newClock() *clock                   { return &clock{at: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)} }
func bearer(secret string) *http.Request { return with("Bearer " + secret) }

func with(authorization ...string) *http.Request {
	r := httptest.NewRequest("GET", "/scim/v2/Users", nil)
	r.Header["Authorization"] = authorization
	return r
}

func basic(user, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

// each runs a test on both engines; calling open again is another replica.
func each(t *testing.T, test func(t *testing.T, open func() *sql.DB)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		test(t, func() *sql.DB { return open(t) })
	})
}

// newAuthenticator is one over db; everything it logs is in the buffer.
func newAuthenticator(t *testing.T, db *sql.DB, c *clock, change ...func(*Config)) (*Authenticator, *bytes.Buffer) {
	t.Helper()
	var logged bytes.Buffer
	config := Config{DB: db, Now: c.now, Logger: slog.New(slog.NewTextHandler(&logged, nil))}
	for _, f := range change {
		f(&config)
	}
	a, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return a, &logged
}

func mustCreate(t *testing.T, a *Authenticator, name string, change ...func(*NewToken)) (string, Token) {
	t.Helper()
	n := NewToken{Name: name, Connection: "default", Scope: ScopeAll}
	for _, f := range change {
		f(&n)
	}
	secret, token, err := a.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return secret, token
}

// wantRefused checks that the request is refused for a reason.
func wantRefused(t *testing.T, a *Authenticator, r *http.Request, why string) *RefusedError {
	t.Helper()
	caller, err := a.Authenticate(r)
	var refused *RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("let in as %+v, error %v; want it refused as %s", caller, err, why)
	}
	if refused.Reason() != why {
		t.Errorf("refused as %s, want %s: %v", refused.Reason(), why, err)
	}
	return refused
}

func wantLetIn(t *testing.T, a *Authenticator, r *http.Request, name string) Caller {
	t.Helper()
	caller, err := a.Authenticate(r)
	if err != nil || caller.Credential != name {
		t.Fatalf("let in as %+v, error %v; want %s", caller, err, name)
	}
	return caller
}

func find(t *testing.T, a *Authenticator, id string) Token {
	t.Helper()
	tokens, err := a.List(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		if token.ID == id {
			return token
		}
	}
	t.Fatalf("token %s is not listed", id)
	return Token{}
}

// everything is each row that the database holds, as text.
func everything(t *testing.T, db *sql.DB) []string {
	t.Helper()
	var found []string
	for _, table := range []string{"idp_tokens", "idp_access_tokens"} {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(names))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			row := table
			for _, v := range values {
				row += fmt.Sprintf(" %s", *v.(*any))
			}
			found = append(found, row)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(found) == 0 {
		t.Fatal("the database is empty")
	}
	return found
}
