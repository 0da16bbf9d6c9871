package console

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"time"
)

// administrator is who signs in with the password.
const administrator = "administrator"

type signInPage struct {
	First    bool // nobody has signed in with the generated password
	Notice   string
	Problem  string
	Provider string // whose OIDC sign-in is offered, "" for none
}

func (c *Console) showSignIn(v *visit) (answer, error) {
	if v.who != "" {
		return redirect("/"), nil
	}
	page := signInPage{}
	if v.URL.Query().Get("session") == "ended" {
		page.Notice = "You are signed out: a session ends after 30 minutes without use, after 12 hours, and when the password changes. What you last sent was not done."
	}
	return c.signInPage(v, http.StatusOK, page)
}

func (c *Console) signInPage(v *visit, status int, page signInPage) (answer, error) {
	current, err := c.passwords.read(v.Context())
	if err != nil {
		return answer{}, err
	}
	page.First = !current.used && c.config.AdminPassword == ""
	if c.provider != nil {
		page.Provider = c.provider.config.Name
	}
	return answer{status: status, template: "sign-in", title: "Sign in", page: page}, nil
}

func (c *Console) signIn(v *visit) (answer, error) {
	address, now := c.proxies.client(v.Request), c.now()
	if wait := c.throttle.try(address, now); wait > 0 {
		a, err := c.signInPage(v, http.StatusTooManyRequests, signInPage{
			Problem: fmt.Sprintf("Too many wrong passwords. Wait %s, then try again; the right password works then.", inWords(wait)),
		})
		a.retryAfter = wait
		return a, err
	}
	// As it was typed: a password may begin with a space.
	current, right, err := c.passwords.check(v.Context(), v.PostForm.Get("password"))
	if err != nil {
		return answer{}, err
	}
	if !right {
		c.logger.WarnContext(v.Context(), "a wrong console password", "address", address.String())
		return c.signInPage(v, http.StatusUnauthorized, signInPage{Problem: "That is not the administrator password."})
	}
	c.throttle.right(address)
	if err := c.open(v, administrator); err != nil {
		return answer{}, err
	}
	v.remember(notePassword, current.id())
	c.logger.InfoContext(v.Context(), "signed in to the console", "who", administrator, "address", address.String())
	return redirect("/"), nil
}

// open begins a session for who, under a name that nobody knew before.
func (c *Console) open(v *visit, who string) error {
	if err := v.sessions.Clear(v.Context()); err != nil {
		return err
	}
	if err := v.sessions.RenewToken(v.Context()); err != nil {
		return err
	}
	v.remember(noteWho, who)
	v.remember(noteBrowser, rand.Text())
	return nil
}

func (c *Console) signOut(v *visit) (answer, error) {
	if err := v.sessions.Destroy(v.Context()); err != nil {
		return answer{}, err
	}
	v.who = ""
	return redirect("/sign-in"), nil
}

// inWords is a wait, rounded up.
func inWords(d time.Duration) string {
	seconds := int((d + time.Second - 1) / time.Second)
	if seconds <= 90 {
		return plural(seconds, "second")
	}
	return plural((seconds+59)/60, "minute")
}
