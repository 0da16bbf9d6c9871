package console

import (
	"errors"
	"net/url"
	"strings"

	"scimforce/oauth"
)

// The three choices of the Connect page.
const (
	hostProduction = "production"
	hostSandbox    = "sandbox"
	hostMyDomain   = "mydomain"
)

// loginURL is the login host that was chosen; typed is the My Domain field. The
// error is a sentence for beside that field.
func loginURL(choice, typed string) (string, error) {
	switch choice {
	case hostProduction:
		return "https://login.salesforce.com", nil
	case hostSandbox:
		return "https://test.salesforce.com", nil
	case hostMyDomain:
		return myDomain(typed)
	}
	return "", errors.New("choose where the org is")
}

// choiceOf is loginURL the other way round.
func choiceOf(address string) (choice, typed string) {
	switch address {
	case "", "https://login.salesforce.com":
		return hostProduction, ""
	case "https://test.salesforce.com":
		return hostSandbox, ""
	}
	return hostMyDomain, address
}

// myDomain takes what an administrator has at hand of a My Domain: its name, its
// host, or the address of any page of the org, whose host is another one
// (acme.lightning.force.com, acme.my.salesforce-setup.com).
func myDomain(typed string) (string, error) {
	if typed == "" {
		return "", errors.New("write the org's My Domain, such as acme.my.salesforce.com")
	}
	scheme, rest, found := strings.Cut(typed, "://")
	if !found {
		scheme, rest = "https", typed
	}
	u, err := url.Parse(strings.ToLower(scheme) + "://" + rest)
	if err != nil || u.Host == "" || u.User != nil {
		return "", errors.New("that is no address: write the org's My Domain, such as acme.my.salesforce.com")
	}
	host := strings.ToLower(u.Host)
	if !strings.ContainsAny(host, ".:") && host != "localhost" {
		host += ".my.salesforce.com"
	}
	for _, page := range []string{".lightning.force.com", ".my.salesforce-setup.com", ".my.salesforce-sites.com"} {
		if name, found := strings.CutSuffix(host, page); found {
			host = name + ".my.salesforce.com"
		}
	}
	address := u.Scheme + "://" + host
	if err := oauth.CheckLoginURL(address); err != nil {
		return "", err
	}
	return address, nil
}
