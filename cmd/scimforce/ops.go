package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/oauth"
	"scimforce/salesforce"
)

// readyTimeout bounds one readiness check, below the usual probe's patience.
const readyTimeout = 8 * time.Second

// routes adds what the bridge serves besides SCIM. None of it needs a
// credential, so none of it shows more than how the bridge is.
func (b *bridge) routes(router chi.Router) {
	router.Get("/healthz", b.serveHealth)
	router.Get("/readyz", b.serveReady)
	router.Method(http.MethodGet, "/metrics", b.metrics.handler())
	router.Get(callbackPath, b.serveCallback)
	router.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		writeSCIMError(w, http.StatusNotFound, "there is nothing here; the SCIM base URL ends in "+scimPath)
	})
	router.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		writeSCIMError(w, http.StatusMethodNotAllowed, "this address knows no such method")
	})
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
	Status string           `json:"status"` // "ready", "not ready" or "stopping"
	Checks map[string]check `json:"checks,omitempty"`
}

// check is how one thing is that the bridge needs.
type check struct {
	OK          bool       `json:"ok"`
	State       string     `json:"state,omitempty"`  // of the authorization
	Reason      string     `json:"reason,omitempty"` // what is wrong and what to do
	LastRefresh *time.Time `json:"lastRefresh,omitempty"`
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

// ready asks the database, the authorization and the org, and logs when the
// outcome is another than the last time.
func (b *bridge) ready(ctx context.Context) readiness {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	state := readiness{Status: "ready", Checks: map[string]check{
		"database": b.checkDatabase(ctx), "salesforce": b.checkSalesforce(ctx),
	}}
	// After the org was asked: that is what finds out about the grant.
	state.Checks["authorization"] = b.checkAuthorization()
	level, attributes := slog.LevelInfo, []slog.Attr(nil)
	for _, name := range []string{"database", "authorization", "salesforce"} {
		if c := state.Checks[name]; !c.OK {
			state.Status, level = "not ready", slog.LevelWarn
			attributes = append(attributes, slog.String(name, c.Reason))
		}
	}
	if before, _ := b.health.Swap(state.Status).(string); before != state.Status && ctx.Err() == nil {
		b.logger.LogAttrs(ctx, level, "the bridge is "+state.Status, attributes...)
	}
	return state
}

func (b *bridge) checkDatabase(ctx context.Context) check {
	var one int
	if err := b.database.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		b.logger.ErrorContext(ctx, "the database does not answer", "error", err.Error())
		return check{Reason: "the database does not answer; the log says more"}
	}
	return check{OK: true}
}

func (b *bridge) checkAuthorization() check {
	status := b.authorizer.Status()
	c := check{OK: status.State == "connected" && status.LastError == "", State: status.State, Reason: status.LastError}
	if !status.LastRefresh.IsZero() {
		c.LastRefresh = &status.LastRefresh
	}
	if status.State == "unknown" && c.Reason == "" {
		c.Reason = "no access token was had yet"
	}
	return c
}

func (b *bridge) checkSalesforce(ctx context.Context) check {
	err := b.directory.Check(ctx)
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
		b.logger.WarnContext(ctx, "Salesforce does not answer", "error", err.Error())
		return check{Reason: "Salesforce does not answer; the log says more"}
	}
}

// serveCallback is where Salesforce sends the browser after the administrator
// has allowed or denied the app.
func (b *bridge) serveCallback(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	answer := func(status int, text string) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text + "\n"))
	}
	query := r.URL.Query()
	err := oauth.CallbackError(query)
	if err == nil {
		err = b.authorizer.Complete(r.Context(), query.Get("state"), query.Get("code"))
	}
	if err == nil {
		answer(http.StatusOK, "The bridge is connected to Salesforce. You can close this page.")
		return
	}
	status := http.StatusBadRequest
	if oauth.IsUnavailable(err) {
		status = http.StatusBadGateway
	}
	// Only our own words: anybody can call this address with any text.
	why := oauth.Explain(err)
	if why.Code == "unknown" || oauth.IsUnavailable(err) {
		b.logger.ErrorContext(r.Context(), "the authorization failed", "error", err.Error())
	}
	answer(status, fmt.Sprintf("The bridge was not connected: %s.\n\nWhy: %s.\nWhat to do: %s.", why.Title, why.Cause, why.Remedy))
}
