package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// answer is what a client got.
type answer struct {
	status int
	body   string
	err    error
}

// serveHeld serves a bridge whose org answers no API call before letGo, with
// one request in flight. served has what Serve returns after shutDown.
func serveHeld(t *testing.T, drain time.Duration) (tb *testBridge, shutDown, letGo func(), served chan error, answered chan answer) {
	t.Helper()
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	letGo = sync.OnceFunc(func() { close(release) })
	tb = newTestBridge(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/services/data/") {
				select {
				case arrived <- struct{}{}:
				default:
				}
				<-release
			}
			next.ServeHTTP(w, r)
		})
	})
	t.Cleanup(letGo) // before the org is closed, also when the test fails
	tb.drain = drain
	ctx, shutDown := context.WithCancel(t.Context())
	t.Cleanup(shutDown)
	served, answered = make(chan error, 1), make(chan answer, 1)
	go func() { served <- tb.Serve(ctx, tb.listener) }()
	go func() {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+tb.listener.Addr().String()+"/scim/v2/Users?count=2", nil)
		request.Header.Set("Authorization", "Bearer idp-token")
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			answered <- answer{err: err}
			return
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		answered <- answer{response.StatusCode, string(body), err}
	}()
	<-arrived
	return tb, shutDown, letGo, served, answered
}

func TestShutdownFinishesWhatIsInFlight(t *testing.T) {
	tb, shutDown, letGo, served, answered := serveHeld(t, drainTimeout)
	shutDown()
	// The listener closes; the request is still being worked on.
	for {
		connection, err := net.Dial("tcp", tb.listener.Addr().String())
		if err != nil {
			break
		}
		_ = connection.Close()
	}
	select {
	case err := <-served:
		t.Fatalf("Serve did not wait: %v", err)
	case a := <-answered:
		t.Fatalf("answered too early: %+v", a)
	default:
	}
	letGo()
	a := <-answered
	if a.err != nil || a.status != http.StatusOK || len(decode(t, a.body)["Resources"].([]any)) != 2 {
		t.Errorf("the request in flight: %+v", a)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestShutdownCutsOffWhatTakesTooLong(t *testing.T) {
	_, shutDown, _, served, answered := serveHeld(t, 30*time.Millisecond)
	shutDown()
	err := <-served // and the org still holds its answer
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "cut off after 30ms") {
		t.Errorf("Serve: %v", err)
	}
	if a := <-answered; a.err == nil {
		t.Errorf("the request in flight was answered: %+v", a)
	}
}

func TestShutdownLeavesTimeBeforeAnOrchestratorKills(t *testing.T) {
	if most := drainTimeout + closeTimeout; most >= 30*time.Second {
		t.Errorf("the end may take %v, and Docker and Kubernetes kill after 30s", most)
	}
}
