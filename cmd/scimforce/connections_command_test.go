//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator/simulatortest"
	"scimforce/scim/directory"
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
	wantRun(t, environ, []string{"connections", "remove", "--yes", "default"}, exitFailed, "would come back with it")
	wantReady(t, bridge)
}

func TestAConnectionIsRemovedWithAllThatBelongsToIt(t *testing.T) {
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			p := newPlaceOn(t, engine)
			p.mustSave("--name", "uat")
			code, _, told := run(t, p.environ, "token", "create", "--name", "okta", "--connection", "uat")
			if code != exitOK {
				t.Fatal(told)
			}
			wantRun(t, p.environ, []string{"token", "create", "--name", "entra", "--connection", "production"}, exitOK, "entra")
			db := databasetest.Open(t, strings.TrimPrefix(p.environ[0], "SCIMFORCE_DATABASE_URL="))
			if err := directory.Forget(t.Context(), db, "none"); err != nil { // makes the tables
				t.Fatal(err)
			}
			for _, connection := range []string{"uat", "production"} { // as if users had been deleted there
				if _, err := db.ExecContext(t.Context(), `INSERT INTO directory_tombstones (connection, user_id, username, deleted_at) VALUES ($1, '005', 'ada', 1)`, connection); err != nil {
					t.Fatal(err)
				}
			}

			s := sit(t, nil, p.environ, "connections", "remove", "uat")
			if told := s.until("Remove it? [y/N]"); !strings.Contains(told, "okta (id ") || !strings.Contains(told, "503") || !strings.Contains(told, p.Org.ID()) || strings.Contains(told, "entra") {
				t.Errorf("before it is removed: %s", told)
			}
			s.types("n")
			if code, said := s.wait(); code != exitFailed || !strings.Contains(said, "nothing was removed") || len(p.listed()) != 1 || len(p.givenBack()) != 0 {
				t.Errorf("exit code %d: %s", code, said)
			}

			code, stdout, stderr := run(t, p.environ, "connections", "remove", "uat", "--yes")
			if code != exitOK || !strings.Contains(stdout, "Salesforce has ended its refresh token") {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
			p.wantNoSecrets(stdout + stderr)
			if back := p.givenBack(); len(back) != 1 || back[0] != p.given()[0] {
				t.Errorf("given back %d", len(back))
			}
			if len(p.listed()) != 0 {
				t.Error("it is still there")
			}
			var remembered string
			if err := db.QueryRowContext(t.Context(), `SELECT connection FROM directory_tombstones`).Scan(&remembered); err != nil || remembered != "production" {
				t.Errorf("what is remembered is of %s, %v", remembered, err)
			}
			wantRun(t, p.environ, []string{"token", "list"}, exitOK, "okta")
			wantRun(t, p.environ, []string{"connections", "remove", "uat", "--yes"}, exitFailed, "there is no connection")
		})
	}
}

func TestAConnectionIsRemovedAlsoWhereSalesforceIsNoHelp(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*testing.T, *place)
		code   int
		want   string
	}{
		"whose grant is lost": {func(t *testing.T, p *place) {
			p.RevokeAll()
			run(t, p.environ, "doctor") // finds out
		}, exitOK, "no authorization left to end"},
		"where the login host is down": {func(_ *testing.T, p *place) { p.goDown(true) }, exitFailed, "end it there"},
		"where nobody listens":         {func(_ *testing.T, p *place) { p.Close() }, exitFailed, "end it there"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.mustSave()
			test.before(t, p)
			code, stdout, stderr := run(t, p.environ, "connections", "remove", "default", "--yes")
			if code != test.code || !strings.Contains(stdout+stderr, test.want) || !strings.Contains(stdout, "is removed") {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
			p.wantNoSecrets(stdout+stderr, simulatortest.ConsumerSecret)
			if len(p.listed()) != 0 {
				t.Error("it is still there")
			}
		})
	}
}
