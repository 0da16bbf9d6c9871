package console

import (
	"fmt"
	"net/http"
	"unicode/utf8"
)

type accountPage struct {
	Who                        string
	Configured                 bool // the environment says the password
	CurrentProblem, NewProblem string
}

func (c *Console) showAccount(v *visit) (answer, error) {
	return c.accountPage(v, http.StatusOK, accountPage{}), nil
}

func (c *Console) accountPage(v *visit, status int, page accountPage) answer {
	page.Who, page.Configured = v.who, c.config.AdminPassword != ""
	return answer{status: status, template: "account", title: "Account", page: page}
}

func (c *Console) changePassword(v *visit) (answer, error) {
	if c.config.AdminPassword != "" {
		return c.accountPage(v, http.StatusConflict, accountPage{}), nil
	}
	current, chosen := v.PostForm.Get("current-password"), v.PostForm.Get("new-password")
	refuse := func(page accountPage) (answer, error) {
		return c.accountPage(v, http.StatusUnprocessableEntity, page), nil
	}
	switch {
	case utf8.RuneCountInString(chosen) < MinPassword:
		return refuse(accountPage{NewProblem: fmt.Sprintf("The new password has fewer than %d characters.", MinPassword)})
	case len(chosen) > MaxPassword:
		return refuse(accountPage{NewProblem: fmt.Sprintf("The new password is longer than %d octets.", MaxPassword)})
	case chosen != v.PostForm.Get("repeat-password"):
		return refuse(accountPage{NewProblem: "The new password was not the same both times."})
	}
	address := c.proxies.client(v.Request)
	if wait := c.throttle.try(address, c.now()); wait > 0 {
		a, err := refuse(accountPage{CurrentProblem: fmt.Sprintf("Too many wrong passwords. Wait %s, then try again.", inWords(wait))})
		a.status, a.retryAfter = http.StatusTooManyRequests, wait
		return a, err
	}
	_, right, err := c.passwords.check(v.Context(), current)
	if err != nil {
		return answer{}, err
	}
	if !right {
		return refuse(accountPage{CurrentProblem: "That is not the current password."})
	}
	c.throttle.right(address)
	if err := c.passwords.set(v.Context(), chosen, true); err != nil {
		return answer{}, err
	}
	changed, err := c.passwords.read(v.Context())
	if err != nil {
		return answer{}, err
	}
	if err := v.sessions.RenewToken(v.Context()); err != nil {
		return answer{}, err
	}
	if v.note(notePassword) != "" {
		v.remember(notePassword, changed.id())
	}
	c.logger.InfoContext(v.Context(), "the console password was changed", "who", v.who)
	v.tell("good", "The password is changed. Sessions that the old one opened have ended.")
	return redirect("/account"), nil
}
