package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// Identity is who has authorized the bridge, as Salesforce says.
type Identity struct {
	// Username, DisplayName and Email are "" where Salesforce did not tell.
	Username, DisplayName, Email string
	OrgID, UserID, InstanceURL   string
	Scopes                       []string
}

// probeVersion is the API version of the first REST call: old enough for every
// org, and far from its end.
const probeVersion = "v60.0"

// identify reads who a new access token speaks as. The token goes only to a
// host that the login host's answer vouches for: its instance, the login host
// itself, or a host of Salesforce that all orgs share. Where the identity cannot
// be read a warning says so, and the ids are those of the identity's address.
func (a *app) identify(ctx context.Context, token *oauth2.Token) (who Identity, warnings []string) {
	instance, _ := token.Extra("instance_url").(string)
	who = Identity{InstanceURL: instance}
	scope, _ := token.Extra("scope").(string)
	who.Scopes = strings.Fields(plain(scope))
	const untold = "Salesforce did not tell the name of the user: "
	address, _ := token.Extra("id").(string)
	if address == "" {
		// unverified: that JWT-based access tokens come without the identity's address, as in an abridged recording.
		address = a.login + "/services/oauth2/userinfo"
	}
	u, err := url.Parse(address)
	if err != nil {
		return who, append(warnings, untold+"its identity URL cannot be read")
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) == 3 && parts[0] == "id" && isRecordID(parts[1], "00D") && isRecordID(parts[2], "005") {
		who.OrgID, who.UserID = parts[1], parts[2]
	}
	if !a.vouchedFor(u, instance) {
		return who, append(warnings, untold+"its identity URL is at "+plain(u.Host)+", which is neither the org nor the login host")
	}
	status, body, err := a.get(ctx, u.String(), token)
	if err != nil || status != http.StatusOK {
		return who, append(warnings, untold+describe(status, err))
	}
	var said struct {
		Username    string `json:"username"`
		Preferred   string `json:"preferred_username"` // of userinfo
		DisplayName string `json:"display_name"`
		Name        string `json:"name"` // of userinfo
		Email       string `json:"email"`
		OrgID       string `json:"organization_id"`
		UserID      string `json:"user_id"`
	}
	if json.Unmarshal(body, &said) != nil || !isRecordID(said.OrgID, "00D") || !isRecordID(said.UserID, "005") {
		return who, append(warnings, untold+"the identity is not as Salesforce writes it")
	}
	who.Username, who.DisplayName, who.Email = plain(said.Username+said.Preferred), plain(said.DisplayName+said.Name), plain(said.Email)
	who.OrgID, who.UserID = said.OrgID, said.UserID
	return who, warnings
}

// vouchedFor says whether the access token may be sent to the address.
func (a *app) vouchedFor(u *url.URL, instance string) bool {
	origin := u.Scheme + "://" + u.Host
	if checkHost(origin) != nil || u.User != nil {
		return false
	}
	return strings.EqualFold(origin, instance) || strings.EqualFold(origin, a.login) || isSharedLogin(origin)
}

// isRecordID says whether a text is a record id of 15 or 18 characters with that
// prefix.
func isRecordID(text, prefix string) bool {
	if len(text) != 15 && len(text) != 18 || !strings.HasPrefix(text, prefix) {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// probe makes one harmless REST call with a new access token, because an org or
// a user without API is refused only there. The error is a *GrantLostError for
// those two; what else goes wrong is a warning.
func (a *app) probe(ctx context.Context, token *oauth2.Token) (warnings []string, err error) {
	instance, _ := token.Extra("instance_url").(string)
	status, body, err := a.get(ctx, instance+"/services/data/"+probeVersion+"/limits", token)
	if err != nil || status >= 500 {
		return []string{"The org did not answer a first call: " + describe(status, err)}, nil
	}
	if status == http.StatusOK {
		return nil, nil
	}
	var refusals []struct {
		Code    string `json:"errorCode"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &refusals) != nil || len(refusals) == 0 {
		return []string{"The org refused a first call: " + describe(status, nil)}, nil
	}
	code, message := plain(refusals[0].Code), plain(refusals[0].Message)
	switch code {
	case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
		return nil, refused(code, message)
	}
	return []string{fmt.Sprintf("The org refused a first call: %s (%s)", code, message)}, nil
}

// get asks for JSON with the access token. Redirects are not followed: they
// would carry the token on.
func (a *app) get(ctx context.Context, address string, token *oauth2.Token) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("oauth: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	answer, err := a.client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("oauth: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return answer.StatusCode, nil, fmt.Errorf("oauth: %w", err)
	}
	return answer.StatusCode, body, nil
}

func describe(status int, err error) string {
	if err != nil {
		return "there was no whole answer"
	}
	return fmt.Sprintf("status %d", status)
}
