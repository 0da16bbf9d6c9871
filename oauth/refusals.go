package oauth

import "strings"

// refusal is one row of what the login host is known to answer: how the bridge
// goes on, and what a person is told.
type refusal struct {
	code   string // the "error" key
	phrase string // a part of error_description, lower case; "" matches any
	// busy: nothing is wrong, the same request succeeds in a moment.
	busy bool
	// limited: too many requests; counts as unavailable.
	limited bool
	// recoverable: the refresh token survives; see GrantLostError.
	recoverable bool
	// title names what happened, cause says how that comes about (both
	// sentences without a full stop), remedy what to do.
	title, cause, remedy string
}

// refusals is searched in order; the first row that fits counts. Salesforce's
// descriptions of OAuth errors are not translated, unlike those of its REST API.
//
// https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
func refusals() []refusal {
	const (
		reconnect = "authorize the bridge again and give it the new refresh token"
		scopes    = "allow the scopes \"api\" and \"refresh_token\" in the app"
	)
	return []refusal{
		{
			// Two refreshes met (so described since Winter '25).
			code: "invalid_grant", phrase: "already being processed", busy: true,
			title: "Salesforce is busy with another token request", cause: "two token requests for the same authorization met", remedy: "wait",
		},
		{
			// Every refresh counts as a login; the token outlives the hour of waiting.
			// unverified: description
			code: "invalid_grant", phrase: "rate exceeded", limited: true,
			title: "Too many logins", cause: "Salesforce counts each token request as a login of the integration user, and its hour is full", remedy: "too many logins: wait",
		},
		{
			code: "invalid_grant", phrase: "ip restricted", recoverable: true,
			title: "Salesforce refuses the bridge's IP address", cause: "the profile of the integration user or the app has IP ranges that the bridge is outside of",
			remedy: "Salesforce refuses the bridge's IP address: add it to the login IP ranges of the integration user's profile, or relax the IP restrictions of the app's OAuth policy",
		},
		{
			// unverified: description
			code: "invalid_grant", phrase: "user is unavailable", recoverable: true,
			title: "The integration user cannot be used just now", cause: "Salesforce does not let that user in",
			remedy: "the integration user cannot be used just now: look at its record in Salesforce Setup",
		},
		{
			code: "invalid_grant", phrase: "not supported on this domain", recoverable: true,
			title: "This login host does not serve the request", cause: "the org or the flow wants the org's own address",
			remedy: "use the org's own My Domain address (https://NAME.my.salesforce.com) as the login URL",
		},
		{
			code: "invalid_grant", phrase: "hasn't approved this consumer", recoverable: true,
			title: "The app is not approved for the user", cause: "nobody allowed the app for the integration user yet", remedy: "approve the app for the integration user",
		},
		{
			code: "invalid_grant", phrase: "expired authorization code",
			title: "The authorization code is expired or was used", cause: "a code is good once, for fifteen minutes, and this one was sent too late or a second time",
			remedy: "the authorization took too long or was used twice: begin it again",
		},
		{
			code: "invalid_grant", phrase: "invalid authorization code",
			title: "Salesforce does not know the authorization code", cause: "the callback's address was changed or cut on its way, or the code is another app's", remedy: "begin the authorization again",
		},
		{
			// unverified: description
			code: "invalid_grant", phrase: "no valid scopes", recoverable: true,
			title: "The app lacks scopes", cause: "what the app allows has nothing in common with what the bridge asks for", remedy: scopes,
		},
		{
			// An org that the token is not of says the same.
			code: "invalid_grant", title: "The refresh token is not good any more",
			cause:  "it is expired by the app's refresh token policy, was revoked, was replaced by another, or is of another org",
			remedy: "the refresh token is expired, revoked, was replaced, or is of another org than the login URL (a sandbox's is https://test.salesforce.com): correct the login URL, or " + reconnect,
		},
		{
			// unverified: no recording
			code: "inactive_user", recoverable: true,
			title: "The integration user is inactive or frozen", cause: "somebody deactivated or froze the user whom the bridge works as",
			remedy: "the integration user is inactive or frozen: activate or unfreeze it in Salesforce Setup",
		},
		{
			// unverified: no recording
			code: "inactive_org", recoverable: true,
			title: "The Salesforce org is closed", cause: "the org is locked, closed or suspended", remedy: "the Salesforce org is locked, closed or suspended: ask Salesforce",
		},
		{
			// unverified: no recording
			code: "rate_limit_exceeded", limited: true,
			title: "Too many logins", cause: "the number of login attempts of an hour is used up", remedy: "too many logins: wait",
		},
		{
			// Also for apps that are not installed.
			code: "invalid_client_id", recoverable: true,
			title: "Salesforce does not know the consumer key", cause: "it is mistyped, of an app of another org, or of an app younger than ten minutes",
			remedy: "Salesforce does not know the consumer key: check it, install the app in the org; a new app takes up to ten minutes",
		},
		{
			// 400, not 401
			code: "invalid_client", recoverable: true,
			title: "The consumer secret is wrong", cause: "the secret was mistyped, or the app was given a new one", remedy: "the consumer secret does not fit the consumer key: check both",
		},
		{
			code: "invalid_app_access", recoverable: true,
			title: "The app wants an administrator's approval", cause: "its policy is \"Admin approved users are pre-authorized\", and the integration user is not among them",
			remedy: "the app is limited to admin-approved users: give the integration user's profile or a permission set access to the app",
		},
		{
			// How the callback spells invalid_app_access.
			code: "oauth_app_access_denied", recoverable: true,
			title: "The app wants an administrator's approval", cause: "its policy is \"Admin approved users are pre-authorized\", and whoever logged in is not among them",
			remedy: "the app is limited to admin-approved users: give the integration user's profile or a permission set access to the app",
		},
		{
			code: "app_not_found", recoverable: true,
			title: "The app is not installed in this org", cause: "the consumer key is of an External Client App that this org has not installed", remedy: "the External Client App is not installed in this org: install it",
		},
		{
			code: "oauth_ec_app_not_found", recoverable: true,
			title: "The app is not installed in this org", cause: "the consumer key is of an External Client App that this org has not installed", remedy: "the External Client App is not installed in this org: install it",
		},
		{
			code: "invalid_scope", recoverable: true,
			title: "The app lacks scopes", cause: "the bridge asks for a scope that the app does not allow", remedy: scopes,
		},
		{
			code: "redirect_uri_mismatch", recoverable: true,
			title: "The callback URL is not the app's", cause: "the address that the browser is to be sent back to must be in the app letter for letter: scheme, port and path count",
			remedy: "enter the bridge's callback URL in the app exactly as it is",
		},
		{
			code: "access_denied", recoverable: true,
			title: "Access was denied", cause: "somebody pressed Deny", remedy: "somebody pressed Deny: begin the authorization again and allow it",
		},
		{
			code: "invalid_request", phrase: "code challenge", recoverable: true,
			title: "The app requires PKCE", cause: "the authorize request came without the code challenge that the bridge always sends: its address was changed on the way", remedy: "begin the authorization again, and open the address whole",
		},
		{
			code: "invalid_request", phrase: "code verifier", recoverable: true,
			title: "The code is of another authorization", cause: "the code that came back does not belong to the authorization that was begun", remedy: "begin the authorization again, and only once at a time",
		},
		{
			code: "unsupported_grant_type", recoverable: true,
			title: "The app does not allow this flow", cause: "the flow is switched off in the app", remedy: "switch the refresh token and web server flows on in the app",
		},
		{
			code: "revoked", title: "The bridge gave its authorization back", cause: "the connection was revoked by the bridge itself", remedy: "the bridge gave its authorization back: " + reconnect,
		},
		{
			code: "no_grant", title: "There is no authorization yet", cause: "nobody has connected the bridge to Salesforce", remedy: "the bridge was never authorized: authorize it, or configure a refresh token",
		},
	}
}

// lookup finds the row for an OAuth error; an unknown one is recoverable, so
// that a code nobody has seen does not end a grant.
func lookup(code, description string) refusal {
	code, description = strings.ToLower(code), strings.ToLower(description)
	for _, r := range refusals() {
		if r.code == code && strings.Contains(description, r.phrase) {
			return r
		}
	}
	return refusal{
		code: "unknown", recoverable: true, title: "Salesforce refused the authorization", cause: "it gave a reason that the bridge does not know",
		remedy: "look the error up in the login history of the integration user",
	}
}
