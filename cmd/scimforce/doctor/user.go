package doctor

import (
	"errors"
	"fmt"
	"strings"

	"scimforce/oauth"
	"scimforce/salesforce"
)

// administrator is the name of the standard profile that may do everything.
const administrator = "System Administrator"

// access judges whether the org can be spoken to at all.
func (f findings) access() []Check {
	token := Check{ID: "token", Title: "Authorization", State: OK, Detail: "Salesforce gives access tokens."}
	if f.tokenErr != nil {
		token.State, token.Detail = Failed, "Salesforce gives no access token: "+plain(f.tokenErr)+"."
		token.Remedy = "Authorize the connection again."
		if lost, ok := errors.AsType[*oauth.GrantLostError](f.tokenErr); ok {
			token.Remedy = sentence(lost.Remedy())
		}
	}
	api := Check{ID: "api", Title: "API access", State: OK, Detail: "The REST API answers."}
	switch {
	case f.tokenErr != nil:
		api.State, api.Detail = Unknown, notAsked(f.tokenErr)
	case salesforce.HasCode(f.orgErr, "API_DISABLED_FOR_ORG"):
		api.State, api.Detail = Failed, "The REST API is not enabled for this org."
		api.Remedy = "Ask Salesforce for an edition or add-on with API access: Enterprise, Unlimited, Performance and Developer have it."
	case salesforce.HasCode(f.orgErr, "API_CURRENTLY_DISABLED"):
		api.State, api.Detail = Failed, "The connection's user may not use the API."
		api.Remedy = "Enable API Enabled in the user's profile, or assign the permission set SCIMForce_Bridge (deploy/salesforce)."
	case salesforce.IsLimitExceeded(f.orgErr):
		api.State, api.Detail = Failed, "The org's API calls of the last 24 hours are used up."
		api.Remedy = "Find what uses them in Setup, API Usage; they come back over 24 hours."
	case f.orgErr != nil:
		api.State, api.Detail = Failed, "The REST API does not answer: "+plain(f.orgErr)+"."
		api.Remedy = "Try again in some minutes; status.salesforce.com tells of disturbances."
	}
	return []Check{token, f.lifetime(), api, f.edition()}
}

// lifetime says how long the refresh token is good for. No endpoint tells the
// app's policy, so that it is never green where there is one.
func (f findings) lifetime() Check {
	c := Check{ID: "refresh-token-policy", Title: "Refresh token policy"}
	const look = "In Setup look at the app's policies: Refresh Token Policy must be \"Refresh token is valid until revoked\"."
	switch flow := f.config.Connection.Flow; {
	case flow == oauth.JWTBearerFlow || flow == oauth.ClientCredentialsFlow:
		c.State, c.Detail = OK, "This connection works without a refresh token."
	case f.tokenErr != nil:
		c.State, c.Detail = Unknown, notAsked(f.tokenErr)
	case f.config.Connection.RefreshTokenSince.After(f.config.Connection.ConnectedAt):
		c.State, c.Detail = Warning, "Salesforce replaces the refresh token at each use: losing one answer can lose the authorization."
		c.Remedy = "Switch refresh token rotation off in the app's settings unless your policy asks for it. " + look
	default:
		c.State, c.Detail, c.Remedy = Unknown, "Salesforce does not tell when a refresh token expires.", look
	}
	return c
}

func (f findings) edition() Check {
	c := Check{ID: "edition", Title: "Edition"}
	org, err := f.first(askOrganization)
	switch {
	case f.reached() != nil:
		c.State, c.Detail = Unknown, notAsked(f.reached())
	case err != nil:
		c.State, c.Detail = Unknown, "The org's edition cannot be read: "+plain(err)+"."
	default:
		c.State, c.Detail = OK, fmt.Sprintf("%s has an edition with API access: %s.", org.String("Name"), org.String("OrganizationType"))
	}
	return c
}

// user judges the user whom the bridge works as.
func (f findings) user() []Check {
	active := Check{ID: "user-active", Title: "Connection's user"}
	record := f.answers[askMe].Record()
	login, loginErr := f.records(askLogin)
	switch {
	case f.reached() != nil:
		active.State, active.Detail = Unknown, notAsked(f.reached())
	case record == nil:
		active.State, active.Detail = Unknown, "The user's own record cannot be read."
	case !record.Bool("IsActive"):
		active.State, active.Detail = Failed, record.String("Username")+" is not active."
		active.Remedy = "Activate the user, or authorize the connection as another."
	case loginErr == nil && len(login) > 0 && login[0].Bool("IsFrozen"):
		active.State, active.Detail = Failed, record.String("Username")+" is frozen."
		active.Remedy = "Unfreeze the user in Setup, Users."
	case loginErr != nil:
		active.State, active.Detail = Unknown, record.String("Username")+" is active; whether the user is frozen cannot be read."
		active.Remedy = "Give the user Manage Users, then ask again."
	default:
		active.State, active.Detail = OK, record.String("Username")+" is active and not frozen."
	}

	privilege := Check{ID: "least-privilege", Title: "Least privilege"}
	profile, err := f.first(askMyProfile)
	switch {
	case f.reached() != nil:
		privilege.State, privilege.Detail = Unknown, notAsked(f.reached())
	case err != nil:
		privilege.State, privilege.Detail = Unknown, "The user's profile cannot be read: "+plain(err)+"."
		privilege.Remedy = "Give the user View Setup and Configuration, then ask again."
	case strings.EqualFold(profile.String("Profile.Name"), administrator):
		privilege.State, privilege.Detail = Warning, "The connection works as a "+administrator+", who may do far more than it needs, and may be somebody's own account."
		privilege.Remedy = "Make an integration user of its own: docs/integration-user.md."
	default:
		privilege.State, privilege.Detail = OK, "The user's profile is "+profile.String("Profile.Name")+"."
	}
	return []Check{active, privilege}
}
