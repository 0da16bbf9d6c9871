package console

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestFirstStartPrintsThePasswordThatOpensTheConsole(t *testing.T) {
	var printed record
	first := func(c *Config) { c.AdminPassword, c.Printer = "", &printed }
	k := newKit(t, first)
	k.get("/").leadsTo(t, "/sign-in")
	k.get("/sign-in").is(t, http.StatusOK).says(t, "printed the administrator password in the log")
	found := regexp.MustCompile(`^console password: (\S+) `).FindStringSubmatch(printed.String())
	if found == nil {
		t.Fatalf("printed %q", printed.String())
	}
	k.post("/sign-in", "password", found[1]).leadsTo(t, "/")
	k.get("/account").is(t, http.StatusOK)
	if strings.Contains(k.log.String(), found[1]) {
		t.Error("the password is in the structured log as well")
	}

	again, err := New(t.Context(), k.console.config)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(printed.String(), "console password"); n != 1 {
		t.Errorf("printed %d times", n)
	}
	k.server.Config.Handler = again.Handler()
	k.browser = newBrowser(t)
	if strings.Contains(k.get("/sign-in").body, "printed the administrator password") {
		t.Error("the sign-in page still speaks of the first password after it was used")
	}
}

func TestConfiguredPasswordTakesThePlaceOfAnyOther(t *testing.T) {
	k := newKit(t).signIn()
	changed := k.console.config
	changed.AdminPassword = "another one entirely"
	other, err := New(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	k.server.Config.Handler = other.Handler()
	k.get("/account").leadsTo(t, "/sign-in?session=ended")
	k.post("/sign-in", "password", adminPassword).is(t, http.StatusUnauthorized)
	k.post("/sign-in", "password", "another one entirely").leadsTo(t, "/")
	k.get("/account").says(t, "SCIMFORCE_ADMIN_PASSWORD")
	k.post("/account/password", "current-password", "another one entirely", "new-password", "0123456789abc", "repeat-password", "0123456789abc").
		is(t, http.StatusConflict)
}

func TestTenWrongPasswordsSlowDownTheAddressAndTheRightOneWorksAfter(t *testing.T) {
	k := newKit(t)
	k.clock.stand()
	for range addressTries {
		k.post("/sign-in", "password", "wrong").is(t, http.StatusUnauthorized).says(t, "not the administrator password")
	}
	slowed := k.post("/sign-in", "password", adminPassword).is(t, http.StatusTooManyRequests).says(t, "Too many wrong passwords. Wait 30 seconds")
	if wait, err := strconv.Atoi(slowed.Header.Get("Retry-After")); err != nil || wait != 30 {
		t.Errorf("Retry-After %q", slowed.Header.Get("Retry-After"))
	}
	k.clock.advance(30 * time.Second)
	k.post("/sign-in", "password", adminPassword).leadsTo(t, "/")
	k.get("/account").is(t, http.StatusOK)
}

func TestGuessersFromEverywhereAreSlowedDownTogether(t *testing.T) {
	k := newKit(t)
	k.console.proxies = proxies{mustPrefix(t, "127.0.0.0/8")}
	for i := range 2 * allTries { // some come back meanwhile
		status := k.do(http.MethodPost, "/sign-in", "password=wrong", "Content-Type", "application/x-www-form-urlencoded",
			"X-Forwarded-For", "10.0."+strconv.Itoa(i/200)+"."+strconv.Itoa(i%200+1)).StatusCode
		if status == http.StatusTooManyRequests && i >= allTries {
			return
		}
		if status != http.StatusUnauthorized {
			t.Fatalf("try %d: status %d", i+1, status)
		}
	}
	t.Error("nobody is slowed down")
}

func TestAnotherPasswordEndsTheSessionsOfTheOldOne(t *testing.T) {
	k := newKit(t)
	if err := k.console.passwords.set(t.Context(), adminPassword, false); err != nil {
		t.Fatal(err)
	}
	k.console.config.AdminPassword = ""
	k.signIn()
	mine, other := k.browser, newBrowser(t)
	k.browser = other
	k.signIn()
	k.browser = mine
	change := func(current, chosen, repeated string) seen {
		return k.post("/account/password", "current-password", current, "new-password", chosen, "repeat-password", repeated)
	}
	change(adminPassword, "short", "short").is(t, http.StatusUnprocessableEntity).says(t, "fewer than 12 characters")
	change(adminPassword, "one that is long", "another that is long").is(t, http.StatusUnprocessableEntity).says(t, "not the same both times")
	change("wrong", "one that is long", "one that is long").is(t, http.StatusUnprocessableEntity).says(t, "not the current password")
	k.clock.advance(time.Millisecond)
	change(adminPassword, "one that is long", "one that is long").leadsTo(t, "/account")
	k.get("/account").is(t, http.StatusOK).says(t, "The password is changed")
	k.browser = other
	k.get("/account").leadsTo(t, "/sign-in?session=ended")
	k.post("/sign-in", "password", "one that is long").leadsTo(t, "/")
}

func TestSignOutEndsTheSessionAndNotOnlyTheCookie(t *testing.T) {
	k := newKit(t).signIn()
	cookies := k.browser.Jar.Cookies(k.get("/account").Request.URL)
	if len(cookies) != 1 {
		t.Fatalf("cookies %v", cookies)
	}
	k.post("/sign-out").leadsTo(t, "/sign-in")
	k.browser = newBrowser(t)
	if s := k.do(http.MethodGet, "/account", "", "Cookie", cookies[0].String()); s.StatusCode != http.StatusSeeOther {
		t.Errorf("status %d with the cookie of a session that was signed out", s.StatusCode)
	}
}
