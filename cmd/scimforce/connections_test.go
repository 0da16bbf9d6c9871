package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"scimforce/oauth"
)

func TestACallerWhoseConnectionIsGoneIsToldToComeBack(t *testing.T) {
	tb := newTestBridge(t, nil)
	lent, done, ok := tb.connections.use(defaultConnection)
	if !ok {
		t.Fatal("there is no default connection")
	}
	done()
	tb.connections.drop(defaultConnection)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/scim/v2/Users?count=1", nil)
	r.Header.Set("Authorization", "Bearer idp-token")
	w := httptest.NewRecorder()
	tb.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "Nothing needs to be changed in the identity provider") {
		t.Errorf("without the connection: %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	if status, _, body := tb.ask(t, "/scim/v2/Schemas"); status != http.StatusOK {
		t.Errorf("schemas without a connection: %d %s", status, body)
	}
	if _, _, body := tb.ask(t, "/metrics"); strings.Contains(body, "scimforce_salesforce_api_limit{") {
		t.Error("the metrics still show the connection that is gone")
	}
	again, err := tb.opener.open(t.Context(), lent.stored)
	if err != nil {
		t.Fatal(err)
	}
	tb.connections.put(again)
	if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusOK {
		t.Errorf("with the connection again: %d %s", status, body)
	}
	if _, _, body := tb.ask(t, "/metrics"); !strings.Contains(body, `scimforce_salesforce_api_limit{connection="default"} 15000`) {
		t.Error("the metrics do not show the connection that came back")
	}
}

func TestConnectionsAreReplacedWhileRequestsRun(t *testing.T) {
	tb := newTestBridge(t, nil)
	if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	stop := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusOK {
					t.Errorf("while connections are replaced: %d %s", status, body)
					return
				}
			}
		})
	}
	for range 10 {
		next, err := tb.opener.open(t.Context(), oauth.Connection{Name: defaultConnection})
		if err != nil {
			t.Error(err)
			break
		}
		tb.connections.put(next)
	}
	close(stop)
	asking.Wait()
}

func TestAConnectionInUseIsClosedAfterItsLastRequest(t *testing.T) {
	tb := newTestBridge(t, nil)
	all := newConnections()
	uat := oauth.Connection{Name: "uat", LoginURL: tb.orgServer.URL, ConsumerKey: "key"}
	if err := tb.opener.store.Configure(t.Context(), uat, oauth.Secrets{}); err != nil {
		t.Fatal(err)
	}
	one, err := tb.opener.open(t.Context(), uat)
	if err != nil {
		t.Fatal(err)
	}
	all.put(one)
	_, done, _ := all.use("uat")
	all.drop("uat")
	if _, _, ok := all.use("uat"); ok || len(all.all()) != 0 {
		t.Error("a connection that was dropped is still lent")
	}
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("no patience"))
	if err := all.close(ended); err == nil || !strings.Contains(err.Error(), "no patience") {
		t.Errorf("close while the connection is in use: %v", err)
	}
	done()
	done() // counts once
	if err := all.close(t.Context()); err != nil {
		t.Errorf("close after the last request: %v", err)
	}
}
