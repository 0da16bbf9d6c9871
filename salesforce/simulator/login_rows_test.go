package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// rows asks for rows and gives the body without what numbers and names them.
func (f *fixture) rows(soql string) string {
	f.t.Helper()
	r := f.call("GET", "/services/data/v66.0/query?q="+queryEscape(soql), "")
	if r.status != http.StatusOK {
		f.t.Fatalf("%s: %s", soql, r.body)
	}
	_, records, _ := strings.Cut(r.body, `"records":`)
	return regexp.MustCompile(`"attributes":\{[^}]*\},?`).ReplaceAllString(records, "")
}

func TestEachLoginAttemptIsARowOfItsHistory(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.App.Name = "Bridge" })
	b := f.browser()
	page := b.submit(b.open(authorizePath(nil), nil), login("wrong"))
	if got := f.rows("SELECT LastLoginDate FROM User WHERE Username = '" + testAdmin + "'"); got != `[{"LastLoginDate":null}]}` {
		t.Errorf("after a wrong password: %s", got)
	}
	page = b.submit(page, login(testPassword))
	page = b.submit(page, url.Values{"decision": {"allow"}})
	refresh := tokenOf(t, f.tokenRequest(redeem(page.location.Query().Get("code")))).RefreshToken
	f.tokenRequest(refreshWith(refresh))
	got := f.rows("SELECT Status, LoginType, Application, SourceIp FROM LoginHistory ORDER BY Id")
	want := `[{"Status":"Invalid Password","LoginType":"Application","Application":"Browser","SourceIp":"127.0.0.1"},` +
		`{"Status":"Success","LoginType":"Application","Application":"Browser","SourceIp":"127.0.0.1"},` +
		`{"Status":"Success","LoginType":"Remote Access 2.0","Application":"Bridge","SourceIp":"127.0.0.1"},` +
		`{"Status":"Success","LoginType":"Remote Access 2.0","Application":"Bridge","SourceIp":"127.0.0.1"}]}`
	if got != want {
		t.Errorf("history\n%s\nwant\n%s", got, want)
	}
	if got := f.rows("SELECT LastLoginDate FROM User WHERE Username = '" + testAdmin + "'"); got != `[{"LastLoginDate":"2026-11-23T09:30:15.000+0000"}]}` {
		t.Errorf("after the login: %s", got)
	}
}

func TestARefreshThatMeetsAnotherIsInTheHistory(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	f := start(t, func(c *Config, _ *org.Config) { c.OnToken = heldToken(inside, leave) })
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	done := make(chan reply)
	go func() {
		r, _ := f.try("POST", "/services/oauth2/token", refreshWith("seed").Encode(), "Content-Type: application/x-www-form-urlencoded")
		done <- r
	}()
	<-inside
	f.tokenRequest(refreshWith("seed"))
	close(leave)
	<-done
	if got, want := f.rows("SELECT Status FROM LoginHistory ORDER BY Id"), `[{"Status":"Failed: Token request is already being processed"},{"Status":"Success"}]}`; got != want {
		t.Errorf("history %s, want %s", got, want)
	}
}

func TestDeletingASessionsRowEndsTheSession(t *testing.T) {
	for name, endsGrant := range map[string]bool{"and the grant lives on": false, "and its grant, where the app is so configured": true} {
		t.Run(name, func(t *testing.T) {
			f := start(t, func(c *Config, _ *org.Config) { c.App.RemovedSessionEndsGrant = endsGrant })
			if err := f.GrantToken(testAdmin, "seed"); err != nil {
				t.Fatal(err)
			}
			access := tokenOf(t, f.tokenRequest(refreshWith("seed"))).AccessToken
			const one = "SELECT Id, SessionType, LoginType, SourceIp, NumSecondsValid FROM AuthSession ORDER BY Id DESC LIMIT 1"
			row := f.rows(one)
			if !strings.HasSuffix(row, `"SessionType":"Oauth2","LoginType":"Remote Access 2.0","SourceIp":"127.0.0.1","NumSecondsValid":7200}]}`) {
				t.Errorf("session %s", row)
			}
			id := regexp.MustCompile(`0Ak\w{15}`).FindString(row)
			if r := f.call("DELETE", "/services/data/v66.0/sobjects/AuthSession/"+id, ""); r.status != http.StatusNoContent {
				t.Fatalf("%d %s", r.status, r.body)
			}
			if !endsGrant {
				if r := f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+access); r.status != http.StatusUnauthorized {
					t.Errorf("the session lives: %d", r.status)
				}
			}
			r := f.tokenRequest(refreshWith("seed"))
			if ended := strings.Contains(r.body, "expired access/refresh token"); ended != endsGrant {
				t.Errorf("grant ended: %t: %s", ended, r.body)
			}
		})
	}
}

func TestDeletingATokensRowEndsTheGrant(t *testing.T) {
	f := start(t)
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	access := tokenOf(t, f.tokenRequest(refreshWith("seed"))).AccessToken
	tokenOf(t, f.tokenRequest(refreshWith("seed")))
	row := f.rows("SELECT Id, AppName, UseCount, DeleteToken FROM OauthToken WHERE UseCount = 2")
	if !strings.Contains(row, `"AppName":"`+testKey+`","UseCount":2,`) {
		t.Errorf("token %s", row)
	}
	id := regexp.MustCompile(`0CQ\w{15}`).FindString(row)
	if r := f.call("DELETE", "/services/data/v66.0/sobjects/OauthToken/"+id, ""); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+access); r.status != http.StatusUnauthorized {
		t.Errorf("the session lives: %d", r.status)
	}
	if r := f.tokenRequest(refreshWith("seed")); !strings.Contains(r.body, "expired access/refresh token") {
		t.Errorf("the grant lives: %s", r.body)
	}
}

func TestTheDeleteTokenOfARowRevokesIt(t *testing.T) {
	f := start(t)
	ways := map[string]func(id, deleteToken string) bool{
		"by the Connect API, with the row's id": func(id, _ string) bool { return f.Authority().RevokeUsage(f.org, id) },
		"by the Connect API, with DeleteToken":  func(_, token string) bool { return f.Authority().RevokeUsage(f.org, token) },
		"at the revocation endpoint (unverified)": func(_, token string) bool {
			return f.call("POST", "/services/oauth2/revoke", url.Values{"token": {token}}.Encode(), "Content-Type: application/x-www-form-urlencoded").status == http.StatusOK
		},
	}
	for name, revoke := range ways {
		t.Run(name, func(t *testing.T) {
			if err := f.GrantToken(testAdmin, "seed"); err != nil {
				t.Fatal(err)
			}
			row := f.rows("SELECT Id, DeleteToken FROM OauthToken ORDER BY Id DESC LIMIT 1")
			m := regexp.MustCompile(`"Id":"(\w+)","DeleteToken":"([\w.]+)"`).FindStringSubmatch(row)
			if m == nil {
				t.Fatal(row)
			}
			if !revoke(m[1], m[2]) || revoke(m[1], m[2]) {
				t.Error("not revoked, or twice")
			}
			if r := f.tokenRequest(refreshWith("seed")); r.status != http.StatusBadRequest {
				t.Errorf("the grant lives: %s", r.body)
			}
			if again := f.rows("SELECT Id FROM OauthToken WHERE Id = '" + m[1] + "'"); again != "[]}" {
				t.Errorf("the row stays: %s", again)
			}
		})
	}
}

func TestABrowsersLoginIsASessionToo(t *testing.T) {
	f := start(t)
	b := f.browser()
	b.submit(b.open(authorizePath(nil), nil), login(testPassword))
	row := f.rows("SELECT Id, LoginType FROM AuthSession WHERE SessionType = 'UI'")
	if !strings.Contains(row, `"LoginType":"Application"`) {
		t.Fatalf("session %s", row)
	}
	if page := b.open(authorizePath(nil), nil); !strings.Contains(page.body, "Allow Access?") {
		t.Fatalf("shows %s", page.body)
	}
	id := regexp.MustCompile(`0Ak\w{15}`).FindString(row)
	if r := f.call("DELETE", "/services/data/v66.0/sobjects/AuthSession/"+id, ""); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if page := b.open(authorizePath(nil), nil); !strings.Contains(page.body, `type="password"`) {
		t.Errorf("after the row was deleted: %s", page.body)
	}
}
