package oauth

import "strings"

// refusal is one row of what the login host is known to answer: how the bridge
// goes on, and what a person is told.
type refusal struct {
	code     string // the "error" key
	callback string // how the callback spells the code where it does so its own way
	phrase   string // a part of error_description, lower case; "" matches any
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
			title: "The app is not approved for the user", cause: "nobody allowed the app for the integration user yet, or the org has no user of that name",
			remedy: "approve the app for the integration user: choose \"Admin approved users are pre-authorized\" in the app's policies and give the user's profile or a permission set access to it; check the username",
		},
		{
			code: "invalid_grant", phrase: "audience", recoverable: true,
			title: "The assertion is for another login host", cause: "production and sandboxes have different ones, and the login URL is of the other kind",
			remedy: "correct the login URL: https://login.salesforce.com for production, https://test.salesforce.com for a sandbox, or the org's My Domain address",
		},
		{
			code: "invalid_grant", phrase: "invalid assertion", recoverable: true,
			title: "Salesforce does not accept the signature", cause: "the private key is not that of the certificate in the app, the app has no certificate, or the bridge's clock is wrong",
			remedy: "upload the certificate of this private key to the app (\"Use digital signatures\"), and check the bridge's clock",
		},
		{
			code: "invalid_grant", phrase: "client credentials flow not enabled", recoverable: true,
			title: "The client credentials flow is off", cause: "the app does not allow it", remedy: "switch \"Enable Client Credentials Flow\" on in the app's settings and in its policies",
		},
		{
			code: "invalid_grant", phrase: "no client credentials user", recoverable: true,
			title: "The app has no user to run as", cause: "the client credentials flow runs as the user whom the app's policies name, and they name none",
			remedy: "choose the integration user as \"Run As\" in the app's policies",
		},
		{
			// unverified: description, and that it comes as invalid_grant
			code: "invalid_grant", phrase: "code verifier", recoverable: true,
			title: "The PKCE verifier was not accepted", cause: "something between the bridge and Salesforce changes requests", remedy: "begin the authorization again, and let no proxy change the requests to the login host",
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
			code: "invalid_app_access", callback: "oauth_app_access_denied", recoverable: true,
			title: "The app wants an administrator's approval", cause: "its policy is \"Admin approved users are pre-authorized\", and whoever logs in with it is not among them",
			remedy: "the app is limited to admin-approved users: give the integration user's profile or a permission set access to the app",
		},
		{
			code: "app_not_found", callback: "oauth_ec_app_not_found", recoverable: true,
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
			// unverified: description
			code: "unsupported_response_type", recoverable: true,
			title: "The app does not allow this flow", cause: "the flow is switched off in the app", remedy: "switch the web server flow (authorization code) on in the app",
		},
		{
			// The authorize page's word for an app that a user may not approve.
			// unverified: no recording
			code: "oauth_approval_error_generic", recoverable: true,
			title: "Salesforce does not let this user approve the app", cause: "the app is blocked, or not installed in the org and the user may not approve such apps",
			remedy: "install the app in the org, and unblock it in Setup, Connected Apps OAuth Usage",
		},
		{
			code: "unsupported_grant_type", recoverable: true,
			title: "The app does not allow this flow", cause: "the flow is switched off in the app", remedy: "switch the refresh token and web server flows on in the app",
		},
		{
			// Of the first REST call. unverified: which editions have no API
			code: "api_disabled_for_org", recoverable: true,
			title: "The org's edition has no API", cause: "the API comes with Enterprise, Unlimited, Performance and Developer Edition, and can be bought for Professional Edition",
			remedy: "ask Salesforce to enable the API for the org, or connect an org of another edition",
		},
		{
			code: "api_currently_disabled", recoverable: true,
			title: "The user may not use the API", cause: "the integration user lacks the permission \"API Enabled\"",
			remedy: "give the integration user the permission \"API Enabled\" by its profile or a permission set",
		},
		{
			code: "no_refresh_token", recoverable: true,
			title: "Salesforce gave no refresh token", cause: "the app lacks the scope \"refresh_token, offline_access\", or its refresh token policy is \"immediately expire\"",
			remedy: "allow the scope in the app, set the policy to \"valid until revoked\", wait up to ten minutes and begin the authorization again",
		},
		{
			code: revokedByBridge, title: "The bridge gave its authorization back", cause: "the connection was revoked by the bridge itself", remedy: "the bridge gave its authorization back: " + reconnect,
		},
		{
			code: "no_grant", title: "There is no authorization yet", cause: "nobody has connected the bridge to Salesforce", remedy: "the bridge was never authorized: authorize it, or configure a refresh token",
		},
	}
}

// lookup finds the row for an OAuth error, with the code as it was spelt; an
// unknown one is recoverable, so that a code nobody has seen does not end a grant.
func lookup(code, description string) refusal {
	code, description = strings.ToLower(code), strings.ToLower(description)
	for _, r := range append(refusals(), troubles()...) {
		if (r.code == code || r.callback == code && code != "") && strings.Contains(description, r.phrase) {
			r.code = code
			return r
		}
	}
	return refusal{
		code: "unknown", recoverable: true, title: "Salesforce refused the authorization", cause: "it gave a reason that the bridge does not know",
		remedy: "look the error up in the login history of the integration user",
	}
}
