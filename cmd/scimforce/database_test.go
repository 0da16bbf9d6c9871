package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

func TestServeSaysWhatIsWrongWithTheDatabase(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0")
	garbage := filepath.Join(t.TempDir(), "x.db")
	writeFile(t, garbage, strings.Repeat("no database ", 1000))
	wantRun(t, against(simulator, garbage), []string{"serve"}, exitFailed, "The file is no SQLite database")
	key := "SCIMFORCE_MASTER_KEY=" + newKey(t)
	environ := with(against(simulator, ""), key, "SCIMFORCE_DATABASE_URL=postgres://u:very-secret@127.0.0.1:1/d")
	code, _, stderr := run(t, environ, "serve")
	if code != exitFailed || !strings.Contains(stderr, "The database cannot be reached") || strings.Contains(stderr, "very-secret") {
		t.Errorf("%d: %s", code, stderr)
	}
}

func TestReadOnlyDatabaseIsExplained(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0")
	databaseURL := databasetest.URL(t, database.PostgreSQL)
	environ := with(against(simulator, ""), "SCIMFORCE_MASTER_KEY="+newKey(t), "SCIMFORCE_DATABASE_URL="+databaseURL)
	readOnly := with(environ, "SCIMFORCE_DATABASE_URL="+databaseURL+"&default_transaction_read_only=on")
	wantRun(t, readOnly, []string{"serve"}, exitFailed, "The database is read-only") // and empty
	start(t, environ, "serve").stop()
	wantRun(t, with(readOnly, "SCIMFORCE_CONSUMER_SECRET=another"), []string{"serve"}, exitFailed, "The database is read-only")
	wantRun(t, readOnly, []string{"keys", "rotate"}, exitFailed, "The database is read-only")
	wantReady(t, start(t, environ, "serve")) // nothing is lost
}

func TestDatabaseThatIsGoneInTheMiddleIsAnsweredClearly(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "3", "--rotate-refresh-tokens")
	server := databasetest.NewServer(t)
	key := newKey(t)
	bridge := start(t, with(against(simulator, ""), "SCIMFORCE_MASTER_KEY="+key, "SCIMFORCE_DATABASE_URL="+server.URL(t)), "serve")
	wantReady(t, bridge)
	list := bridge.address + "/scim/v2/Users?count=1"
	if status, _, body := get(t, list, "token-of-the-idp"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	server.Stop(t)
	status, header, body := get(t, list, "token-of-the-idp")
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, "The bridge's database does not answer") {
		t.Errorf("a list: %d %s", status, body)
	}
	readyStatus, _, ready := get(t, bridge.address+"/readyz", "")
	if readyStatus != http.StatusServiceUnavailable || !strings.Contains(ready, "the database does not answer") {
		t.Errorf("readyz: %d %s", readyStatus, ready)
	}
	if status, _, body := get(t, bridge.address+"/healthz", ""); status != http.StatusOK {
		t.Errorf("healthz: %d %s", status, body) // a restart would not help
	}
	if code := bridge.stop(); code != exitOK {
		t.Errorf("it ends with code %d", code)
	}
	for _, secret := range []string{"demo-consumer-secret", "demo-refresh-token", "token-of-the-idp", "5Aep861", key} {
		if strings.Contains(body+ready+bridge.stderr.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
}
