package oauth

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// Where a process is killed, in the order of a refresh.
const (
	beforeRequest  = "before the request is sent"
	beforeExchange = "when the login host has the request, before it exchanges the token"
	beforeAnswer   = "when the token is exchanged, before the answer arrives"
	beforeCommit   = "when the answer has arrived, before anything is written"
	duringCommit   = "in the commit, which the database keeps waiting"
	beforeUse      = "after the commit, before the token is used"
)

// victim is what a process is told that is to be killed, or that comes after it.
type victim struct {
	Database, LoginURL string
	Stop               string // where it stands still, "" for nowhere
}

// victimVariable tells a process of this test that it is one.
const victimVariable = "SCIMFORCE_TEST_VICTIM"

// What a process says.
const (
	saysStopped = "stands still"
	saysAnswer  = "has the answer"
	saysToken   = "token "
	saysError   = "error "
)

// A refresh token that Salesforce has rotated is good once, and its successor is
// in its answer alone: between that answer and the commit a killed process takes
// it along, and an administrator must authorize anew. Everywhere else, and
// everywhere where the app does not rotate, the next process goes on.
func TestProcessKilledAtEachStepOfARefresh(t *testing.T) {
	if told := os.Getenv(victimVariable); told != "" {
		var v victim
		if err := json.Unmarshal([]byte(told), &v); err != nil {
			t.Fatal(err)
		}
		v.run(t)
		return
	}
	cases := []struct {
		at     string
		rotate bool
		lost   map[database.Engine]bool
	}{
		{beforeRequest, true, nil},
		{beforeExchange, true, nil},
		{beforeAnswer, true, map[database.Engine]bool{database.SQLite: true, database.PostgreSQL: true}},
		{beforeAnswer, false, nil},
		{beforeCommit, true, map[database.Engine]bool{database.SQLite: true, database.PostgreSQL: true}},
		{beforeCommit, false, nil},
		// PostgreSQL has the statement and ends it also for the dead.
		{duringCommit, true, map[database.Engine]bool{database.SQLite: true}},
		{beforeUse, true, nil},
	}
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			for _, c := range cases {
				name := c.at
				if !c.rotate {
					name += ", without rotation"
				}
				t.Run(name, func(t *testing.T) { killAt(t, databasetest.URL(t, engine), c.at, c.rotate, c.lost[engine]) })
			}
		})
	}
}

func killAt(t *testing.T, databaseURL, at string, rotate, lost bool) {
	host := newLoginHost(t, "seed")
	host.sets(t, func(app *simulator.App) { app.RotateRefreshTokens = rotate })
	db := databasetest.Open(t, databaseURL)
	openStore(t, db, nil) // the tables

	first := startVictim(t, victim{databaseURL, host.URL, at})
	locked := make(chan func(), 1)
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch at {
		case beforeExchange:
			first.kill()
			return true
		case beforeAnswer:
			host.pass(httptest.NewRecorder(), r)
			first.kill()
			return true
		case duringCommit:
			locked <- lockGrants(t, db)
		}
		return false
	})
	switch at {
	case beforeRequest, beforeCommit:
		first.waitFor(t, saysStopped)
	case beforeExchange, beforeAnswer:
		first.waitForEnd()
	case duringCommit:
		first.waitFor(t, saysAnswer)
		waitForBlocked(t, db)
		first.kill()
		(<-locked)()
	case beforeUse:
		first.waitFor(t, saysToken)
	}
	first.kill()
	host.intercept(nil)
	asked := host.refreshes()

	said := startVictim(t, victim{databaseURL, host.URL, ""}).waitFor(t, "")
	if !lost {
		if !strings.HasPrefix(said, saysToken) {
			t.Fatalf("the next process has no token: %s", said)
		}
		if n := host.refreshes() - asked; n != 1 {
			t.Errorf("%d requests of the next process, want 1", n)
		}
		return
	}
	// The old token is sent once, its refusal is kept, and nothing was ever done
	// with the access token that is gone.
	for range 2 {
		if !strings.HasPrefix(said, saysError+"invalid_grant ") || !strings.Contains(said, "authorize the bridge again") {
			t.Errorf("the next process says %q, want a lost grant and what to do", said)
		}
		if n := host.refreshes() - asked; n != 1 {
			t.Errorf("%d requests with a spent token, want 1", n)
		}
		said = startVictim(t, victim{databaseURL, host.URL, ""}).waitFor(t, "")
	}
	c := newConsole(t, host, db)
	r := c.request()
	r.Connection = DefaultConnection
	c.mustConnect(t, r) // as it was told to
	if said := startVictim(t, victim{databaseURL, host.URL, ""}).waitFor(t, ""); !strings.HasPrefix(said, saysToken) {
		t.Errorf("after a new authorization: %s", said)
	}
}

// lockGrants keeps everybody from changing a grant until release is called.
func lockGrants(t *testing.T, db *sql.DB) (release func()) {
	t.Helper()
	tx, err := db.BeginTx(context.WithoutCancel(t.Context()), nil) // SQLite's shuts out all others
	if err == nil && database.EngineOf(db) == database.PostgreSQL {
		_, err = tx.ExecContext(t.Context(), `SELECT 1 FROM oauth_grants FOR UPDATE`)
	}
	if err != nil {
		t.Error(err)
	}
	return func() { _ = tx.Rollback() }
}

// waitForBlocked waits until somebody waits for lockGrants. SQLite does not tell
// who does, and whoever has the answer cannot get past it.
func waitForBlocked(t *testing.T, db *sql.DB) {
	t.Helper()
	for blocked := 0; blocked == 0 && database.EngineOf(db) == database.PostgreSQL; {
		if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE oauth_grants%'`).Scan(&blocked); err != nil {
			t.Fatal(err)
		}
	}
}

// run is what the process does: it asks for a token, and says how that went.
func (v victim) run(t *testing.T) {
	client := &http.Client{Transport: &stopping{at: v.Stop, next: &http.Transport{DisableKeepAlives: true}}}
	elsewhere := &loginHost{Server: &simulatortest.Server{URL: v.LoginURL}}
	a := newAuthorizer(t, elsewhere, databasetest.Open(t, v.Database), func(c *settings) { c.HTTPClient, c.Now = client, fastClock() })
	token, err := a.Token(t.Context())
	if err != nil {
		say(saysError, Explain(err).Code, " ", err)
		return
	}
	say(saysToken, token.AccessToken)
	if v.Stop == beforeUse {
		select {}
	}
}

// stopping stands still at a step of a request, or says that it is past it.
type stopping struct {
	at   string
	next http.RoundTripper
}

func (s *stopping) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.at == beforeRequest {
		say(saysStopped)
		select {}
	}
	answer, err := s.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	switch s.at {
	case beforeCommit:
		say(saysStopped)
		select {}
	case duringCommit:
		say(saysAnswer)
	}
	return answer, err
}

// saying stands in front of each line for the parent.
const saying = "victim: "

func say(words ...any) { fmt.Println(saying + strings.ReplaceAll(fmt.Sprint(words...), "\n", " ")) }

// process is one that runs.
type process struct {
	said *bufio.Scanner
	kill func() // and wait for its end
}

func startVictim(t *testing.T, v victim) *process {
	t.Helper()
	told, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	root, _, _ := strings.Cut(t.Name(), "/")
	command := exec.Command(os.Args[0], "-test.run=^"+root+"$")
	command.Env = append(os.Environ(), victimVariable+"="+string(told))
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	t.Cleanup(end)
	return &process{bufio.NewScanner(output), end}
}

// waitFor is the first thing that the process says and that begins so.
func (p *process) waitFor(t *testing.T, prefix string) string {
	t.Helper()
	var all []string
	for p.said.Scan() {
		line, ok := strings.CutPrefix(p.said.Text(), saying)
		if ok && strings.HasPrefix(line, prefix) {
			return line
		}
		all = append(all, p.said.Text())
	}
	t.Fatalf("the process never said %q:\n%s", prefix, strings.Join(all, "\n"))
	return ""
}

// waitForEnd waits until somebody has killed the process.
func (p *process) waitForEnd() {
	for p.said.Scan() {
	}
}
