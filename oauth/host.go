package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// isSharedLogin says whether an address is a login host that all orgs share.
func isSharedLogin(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(u.Host)
	return host == "login.salesforce.com" || host == "test.salesforce.com"
}

// isMyDomain says whether an address is an org's own, such as that of
// acme.my.salesforce.com or acme--uat.sandbox.my.salesforce.com.
func isMyDomain(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	name, ok := strings.CutSuffix(strings.ToLower(u.Host), ".my.salesforce.com")
	return ok && name != ""
}

// checkPages refuses an address of Salesforce where people work and apps cannot
// log in.
func checkPages(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return nil //nolint:nilerr // CheckLoginURL says so
	}
	if instead, pages := pagesOf(u.Hostname()); pages {
		return &LoginHostError{Code: LoginHostOfPages, Host: plain(u.Hostname()), Instead: instead}
	}
	return nil
}

// pagesOf is the login URL that belongs to an address of Salesforce where people
// work and apps cannot log in; "" for other addresses.
func pagesOf(host string) (login string, pages bool) {
	host = strings.ToLower(host)
	for _, suffix := range []string{".lightning.force.com", ".my.salesforce-setup.com", ".my.site.com", ".vf.force.com", ".visualforce.com"} {
		name, ok := strings.CutSuffix(host, suffix)
		switch {
		case !ok || name == "":
			continue
		case suffix == ".lightning.force.com", suffix == ".my.salesforce-setup.com":
			return "https://" + name + ".my.salesforce.com", true
		}
		return "", true
	}
	return "", false
}

// NormalizeLoginURL is what people type or paste as the org's address, as a
// login URL: without white space, with https:// in front and no slash at the
// end. It judges nothing; see CheckLoginURL and CheckLoginHost.
func NormalizeLoginURL(typed string) string {
	address := strings.TrimRight(trimPasted(typed), "/")
	if address == "" {
		return ""
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return u.String()
}

// CheckLoginHost says whether a login URL is one of Salesforce. Its own hosts
// are known by name; an address of its pages, such as
// acme.lightning.force.com, is corrected; another host is asked for the list of
// API versions, which needs no token. The error is an *InputError for what is no
// login URL, a *LoginHostError for a host that is not to be trusted with a
// consumer secret before somebody has looked, an *UnavailableError for one that
// does not answer. client nil is one with a timeout of 20 s.
func CheckLoginHost(ctx context.Context, client *http.Client, loginURL string) error {
	if err := checkPages(loginURL); err != nil {
		return err
	}
	if err := CheckLoginURL(loginURL); err != nil {
		return &InputError{Problem: fmt.Errorf("the login URL %w", err)}
	}
	if isSharedLogin(loginURL) || isMyDomain(loginURL) {
		return nil
	}
	return askVersions(ctx, newApp(loginURL, "", "", client))
}

// askVersions asks a host for what only Salesforce has.
// unverified: that the list of versions is given without a token.
func askVersions(ctx context.Context, a *app) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.login+"/services/data", nil)
	if err != nil {
		return &InputError{Problem: errors.New("the login URL is no URL")}
	}
	answer, err := a.client.Do(request)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	var versions []struct {
		Version string `json:"version"`
		URL     string `json:"url"`
	}
	switch {
	case err != nil:
		return &UnavailableError{Code: Unreachable, Status: answer.StatusCode, Reason: "half an answer", Cause: err}
	case answer.StatusCode >= 500:
		return &UnavailableError{Code: ServerError, Status: answer.StatusCode, Reason: fmt.Sprintf("status %d", answer.StatusCode)}
	case answer.StatusCode == http.StatusOK && json.Unmarshal(body, &versions) == nil && len(versions) > 0 &&
		strings.HasPrefix(versions[0].URL, "/services/data/v"):
		return nil
	}
	return &LoginHostError{Code: NotSalesforce, Host: plain(request.URL.Host)}
}
