package console

import (
	"errors"

	"scimforce/oauth"
)

// The three choices of the Connect page.
const (
	hostProduction = "production"
	hostSandbox    = "sandbox"
	hostMyDomain   = "mydomain"

	productionURL = "https://login.salesforce.com"
	sandboxURL    = "https://test.salesforce.com"
)

// loginURL is the login host that was chosen; typed is the My Domain field. The
// error is a sentence for beside that field.
func loginURL(choice, typed string) (string, error) {
	switch choice {
	case hostProduction:
		return productionURL, nil
	case hostSandbox:
		return sandboxURL, nil
	case hostMyDomain:
		if typed == "" {
			return "", errors.New("write the org's My Domain, such as acme.my.salesforce.com")
		}
		return oauth.NormalizeLoginURL(typed), nil
	}
	return "", errors.New("choose where the org is")
}

// choiceOf is loginURL the other way round.
func choiceOf(address string) (choice, typed string) {
	switch address {
	case "", productionURL:
		return hostProduction, ""
	case sandboxURL:
		return hostSandbox, ""
	}
	return hostMyDomain, address
}
