package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestConnectionsOfADatabaseWithoutAny(t *testing.T) {
	environ := []string{"SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "scimforce.db")}
	code, list, _ := run(t, environ, "connections", "list", "--json")
	if code != exitOK || strings.TrimSpace(list) != "[]" {
		t.Errorf("%d %s", code, list)
	}
	wantRun(t, environ, []string{"connections", "list"}, exitOK, "NAME")
	wantRun(t, environ, []string{"connections", "remove", "--yes", "uat"}, exitFailed, `there is no connection "uat"`)
	wantRun(t, environ, []string{"connections", "remove", "uat"}, exitUsage, "--yes is missing")
}

func TestTheEnvironmentsConnectionIsListedAndNotRemoved(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--rotate-refresh-tokens")
	environ := against(simulator, filepath.Join(t.TempDir(), "scimforce.db"))
	bridge := start(t, environ, "serve")
	wantReady(t, bridge)
	wantRun(t, environ, []string{"connections", "list"}, exitOK, "environment")
	wantRun(t, environ, []string{"connections", "remove", "--yes", "default"}, exitFailed, "comes from the environment")
	wantReady(t, bridge)
}
