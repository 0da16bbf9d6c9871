package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/oauth"
	"scimforce/salesforce"
)

// readyTimeout bounds one readiness check, below the usual probe's patience.
const readyTimeout = 8 * time.Second

// routes adds what the bridge serves besides SCIM: its own state, which needs no
// credential and so shows no more than how the bridge is, and the console's
// pages.
func (b *bridge) routes(router chi.Router, pages http.Handler) {
	router.Get("/healthz", b.serveHealth)
	router.Get("/readyz", b.serveReady)
	router.Method(http.MethodGet, "/metrics", b.metrics.handler())
	router.NotFound(pages.ServeHTTP)
	router.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		writeSCIMError(w, http.StatusMethodNotAllowed, "this address knows no such method")
	})
}

// serveNothing answers what is neither SCIM nor a page.
func serveNothing(w http.ResponseWriter, _ *http.Request) {
	writeSCIMError(w, http.StatusNotFound, "there is nothing here; the SCIM base URL ends in "+scimPath)
}

// writeSCIMError answers a path outside the SCIM root: an identity provider
// with a wrong base URL understands nothing else (RFC 7644 section 3.12).
func writeSCIMError(w http.ResponseWriter, status int, detail string) {
	writeJSON(w, "application/scim+json", status, map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"},
		"status":  strconv.Itoa(status), "detail": detail,
	})
}

func writeJSON(w http.ResponseWriter, contentType string, status int, body any) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone if this fails
}

// serveHealth says that the process answers, and nothing of those it needs:
// restarting it would not bring them back.
func (b *bridge) serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, "application/json", http.StatusOK, map[string]string{"status": "ok"})
}

// readiness is the body of /readyz.
type readiness struct {
	Status      string                     `json:"status"` // "ready", "not ready" or "stopping"
	Checks      map[string]check           `json:"checks,omitempty"`
	Connections map[string]connectionCheck `json:"connections,omitempty"` // by name
}

// check is how one thing is that the bridge needs.
type check struct {
	OK          bool       `json:"ok"`
	State       string     `json:"state,omitempty"`  // of the authorization
	Reason      string     `json:"reason,omitempty"` // what is wrong and what to do
	LastRefresh *time.Time `json:"lastRefresh,omitempty"`
}

// connectionCheck is how one org can be used.
type connectionCheck struct {
	OK            bool  `json:"ok"`
	Authorization check `json:"authorization"`
	Salesforce    check `json:"salesforce"`
}

func (b *bridge) serveReady(w http.ResponseWriter, r *http.Request) {
	if b.stopping.Load() {
		writeJSON(w, "application/json", http.StatusServiceUnavailable, readiness{Status: "stopping"})
		return
	}
	state := b.ready(r.Context())
	status := http.StatusOK
	if state.Status != "ready" {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, "application/json", status, state)
}

// ready asks the database and each org, and logs when the outcome is another than
// the last time. The bridge is ready with a database and one org that can be used:
// one org's trouble does not take the others away. It is ready, too, while nothing
// was ever connected, because the console is there to do that.
func (b *bridge) ready(ctx context.Context) readiness {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	state := readiness{Status: "ready", Checks: map[string]check{"database": b.checkDatabase(ctx)}, Connections: map[string]connectionCheck{}}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, c := range b.connections.all() {
		asking.Go(func() {
			found := b.checkConnection(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			state.Connections[c.name] = found
		})
	}
	asking.Wait()
	attributes, usable, connected := []slog.Attr(nil), 0, 0
	for _, name := range slices.Sorted(maps.Keys(state.Connections)) {
		c := state.Connections[name]
		if c.Authorization.State == "missing" {
			continue
		}
		connected++
		if c.OK {
			usable++
			continue
		}
		reason := c.Authorization.Reason
		if c.Authorization.OK {
			reason = c.Salesforce.Reason
		}
		attributes = append(attributes, slog.String("connection "+name, reason))
	}
	if database := state.Checks["database"]; !database.OK {
		attributes = append(attributes, slog.String("database", database.Reason))
		state.Status = "not ready"
	}
	if connected > 0 && usable == 0 {
		state.Status = "not ready"
	}
	b.logReadiness(ctx, state.Status, attributes)
	return state
}

// logReadiness says so when it differs from the last time.
func (b *bridge) logReadiness(ctx context.Context, status string, trouble []slog.Attr) {
	outcome, level := status, slog.LevelInfo
	for _, a := range trouble {
		outcome, level = outcome+", "+a.Key, slog.LevelWarn
	}
	if before, _ := b.health.Swap(outcome).(string); before != outcome && ctx.Err() == nil {
		b.logger.LogAttrs(ctx, level, "the bridge is "+status, trouble...)
	}
}

func (b *bridge) checkDatabase(ctx context.Context) check {
	var one int
	if err := b.database.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		b.logger.ErrorContext(ctx, "the database does not answer", "error", err.Error())
		return check{Reason: "the database does not answer; the log says more"}
	}
	return check{OK: true}
}

// checkConnection asks the org, unless that is in vain, and then how the grant
// is: the question is what finds out about it.
func (b *bridge) checkConnection(ctx context.Context, c *connection) connectionCheck {
	if status := c.authorizer.Status(); status.State == "missing" {
		return connectionCheck{
			Authorization: check{State: status.State, Reason: "nobody has connected it to Salesforce yet: do so in the console"},
			Salesforce:    check{Reason: "there is no access token; see authorization"},
		}
	}
	found := connectionCheck{Salesforce: b.checkSalesforce(ctx, c)}
	found.Authorization = checkAuthorization(c.authorizer.Status())
	found.OK = found.Salesforce.OK && found.Authorization.OK
	return found
}

func checkAuthorization(status oauth.Status) check {
	c := check{OK: status.State == "connected" && status.LastError == "", State: status.State, Reason: status.LastError}
	if !status.LastRefresh.IsZero() {
		c.LastRefresh = &status.LastRefresh
	}
	if status.State == "unknown" && c.Reason == "" {
		c.Reason = "no access token was had yet"
	}
	return c
}

func (b *bridge) checkSalesforce(ctx context.Context, c *connection) check {
	err := c.directory.Check(ctx)
	if err == nil {
		return check{OK: true}
	}
	var refused *salesforce.Error
	switch {
	case oauth.IsGrantLost(err), oauth.IsUnavailable(err):
		return check{Reason: "there is no access token; see authorization"}
	case errors.As(err, &refused) && len(refused.Problems) > 0:
		// Codes only: messages are Salesforce's own words about the org.
		return check{Reason: "Salesforce refuses: " + refused.Problems[0].Code}
	default:
		b.logger.WarnContext(ctx, "Salesforce does not answer", "connection", c.name, "error", err.Error())
		return check{Reason: "Salesforce does not answer; the log says more"}
	}
}
