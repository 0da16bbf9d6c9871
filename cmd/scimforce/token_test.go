package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTokenOfTheCommandLineOpensTheRunningBridgeUntilItIsRevoked(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--consumer-key", "key", "--consumer-secret", "secret", "--refresh-token", "seed")
	database := "SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "scimforce.db")
	bridge := start(t, []string{
		database, "SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_LOGIN_URL=" + simulator.address, "SCIMFORCE_CONSUMER_KEY=key",
		"SCIMFORCE_CONSUMER_SECRET=secret", "SCIMFORCE_REFRESH_TOKEN=seed", "SCIMFORCE_IDP_TOKEN=a-token-of-the-environment",
	}, "serve")
	environ := []string{database}
	code, secret, told := run(t, environ, "token", "create", "--name", "okta", "--scope", "read")
	secret = strings.TrimSuffix(secret, "\n")
	if code != exitOK || !strings.HasPrefix(secret, "scimforce_") || strings.ContainsAny(secret, " \n") || strings.Contains(told, secret) {
		t.Fatalf("create: %d, %q, %s", code, secret, told)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(method string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, bridge.address+"/scim/v2/Users", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if got := ask(http.MethodGet); got != http.StatusOK {
		t.Errorf("a read: %d", got)
	}
	if got := ask(http.MethodPost); got != http.StatusForbidden {
		t.Errorf("a write with the scope read: %d", got)
	}
	_, list, _ := run(t, environ, "token", "list")
	_, listing, _ := run(t, environ, "token", "list", "--json")
	var listed []listedToken
	if err := json.Unmarshal([]byte(listing), &listed); err != nil || len(listed) != 1 || !listed[0].Good || listed[0].LastUsedAt == nil {
		t.Fatalf("%v: %s", err, listing)
	}
	if strings.Contains(list+listing, secret) || !strings.Contains(list, "okta") {
		t.Errorf("the list is\n%s", list)
	}
	if code, _, told := run(t, environ, "token", "revoke", "nobody"); code != exitFailed || !strings.Contains(told, "token list") {
		t.Errorf("revoke of none: %d %s", code, told)
	}
	if code, _, told := run(t, environ, "token", "revoke", listed[0].ID); code != exitOK {
		t.Fatalf("revoke: %d %s", code, told)
	}
	// A running bridge may remember a good token for some seconds; one that
	// starts now does not.
	_, listing, _ = run(t, environ, "token", "list", "--json")
	if err := json.Unmarshal([]byte(listing), &listed); err != nil || listed[0].Good || listed[0].RevokedAt == nil {
		t.Errorf("%v: %s", err, listing)
	}
	bridge.stop()
	bridge = start(t, []string{
		database, "SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_LOGIN_URL=" + simulator.address, "SCIMFORCE_CONSUMER_KEY=key",
		"SCIMFORCE_CONSUMER_SECRET=secret", "SCIMFORCE_IDP_TOKEN=a-token-of-the-environment",
	}, "serve")
	if got := ask(http.MethodGet); got != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got)
	}
}

func TestATokenIsRotatedWithAnOverlap(t *testing.T) {
	environ := []string{"SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "scimforce.db")}
	wantRun(t, environ, []string{"token", "create", "--name", "okta", "--connection", "No Name"}, exitFailed, "no name of a connection")
	code, first, told := run(t, environ, "token", "create", "--name", "okta", "--connection", "uat", "--scope", "users")
	if code != exitOK || !strings.Contains(told, "connection uat") {
		t.Fatalf("%d %s", code, told)
	}
	tokens := func() (listed []listedToken) {
		t.Helper()
		_, listing, _ := run(t, environ, "token", "list", "--json")
		if err := json.Unmarshal([]byte(listing), &listed); err != nil {
			t.Fatal(err)
		}
		return listed
	}
	old := tokens()[0]
	code, second, told := run(t, environ, "token", "rotate", old.ID, "--overlap", "1h")
	if code != exitOK || second == first || !strings.HasPrefix(second, "scimforce_") || !strings.Contains(told, "good for 1h0m0s more") {
		t.Fatalf("%d %s %s", code, second, told)
	}
	listed := tokens()
	i := slices.IndexFunc(listed, func(t listedToken) bool { return t.ID == old.ID })
	if len(listed) != 2 || !listed[i].Good || listed[i].RevokedAt == nil || listed[i].ReplacedBy != listed[1-i].ID ||
		!listed[1-i].Good || listed[1-i].Connection != "uat" || listed[1-i].Scope != "users" {
		t.Errorf("%+v", listed)
	}
	ends := listed[i].RevokedAt.Format("2006-01-02 15:04")
	if _, list, _ := run(t, environ, "token", "list"); strings.Count(list, "uat") != 2 || strings.Count(list, ends) != 1 {
		t.Errorf("the list is\n%s", list)
	}
	wantRun(t, environ, []string{"token", "rotate", old.ID}, exitFailed, "rotate its successor")
	wantRun(t, environ, []string{"token", "rotate", listed[1-i].ID, "--overlap=-1h"}, exitFailed, "overlap must be")
	wantRun(t, environ, []string{"token", "rotate", "nobody"}, exitFailed, "token list")
}

func TestTokenCommandSaysWhatIsWrongWithItsDatabase(t *testing.T) {
	code, _, told := run(t, []string{"SCIMFORCE_DATABASE_URL=mysql://x"}, "token", "list")
	if code != exitUsage || !strings.Contains(told, "SCIMFORCE_DATABASE_URL") {
		t.Errorf("%d %s", code, told)
	}
}
