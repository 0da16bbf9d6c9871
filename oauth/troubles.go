package oauth

// troubles is what is not refused by Salesforce: the other rows of the table in
// which lookup looks.
func troubles() []refusal {
	return []refusal{
		{
			code:  StateUnknown,
			title: "This authorization is not known", cause: "the address of the callback is incomplete, was changed, or is of an authorization that another bridge or an older database began (state mismatch)",
			remedy: "begin it again in the console",
		},
		{
			code:  StateExpired,
			title: "The authorization took more than ten minutes", cause: "what was begun can be completed for ten minutes",
			remedy: "begin it again in the console",
		},
		{
			code:  StateUsed,
			title: "The callback was opened twice", cause: "the page was reloaded, or opened from the browser's history; the first opening counts",
			remedy: "go back to the console: what the first opening brought is shown there; begin again if nothing is",
		},
		{
			code:  StateOfAnotherSession,
			title: "The authorization was begun in another browser session", cause: "only the browser session that began an authorization can complete it (state mismatch)",
			remedy: "complete it in the browser where it was begun, or begin it again in this one",
		},
		{
			code:  NothingPending,
			title: "Nothing waits to be saved", cause: "the authorization was saved or discarded already, perhaps in another tab, or waited for too long",
			remedy: "look at the list of connections; begin the authorization again if it is not there",
		},
		{
			code:  NoCode,
			title: "The callback is incomplete", cause: "its address has neither a code nor an error",
			remedy: "begin it again in the console",
		},
		{
			code:  LoginHostOfPages,
			title: "This address shows pages and has no login for apps", cause: "Salesforce serves its pages and its login at different addresses",
			remedy: "use the org's My Domain address (https://NAME.my.salesforce.com) as the login URL",
		},
		{
			code:  NotSalesforce,
			title: "The login host does not answer as Salesforce does", cause: "it is the address of something else, or something between the bridge and Salesforce, such as a proxy, answers in its place",
			remedy: "check the login URL: https://login.salesforce.com for production, https://test.salesforce.com for a sandbox, or the org's My Domain address",
		},
		{
			code:  Unreachable,
			title: "The login host cannot be reached", cause: "there was no answer: the address is wrong, or a firewall, a proxy or the name service is in the way",
			remedy: "check the login URL, and that the bridge may open https connections to it",
		},
		{
			code:  BadCertificate,
			title: "The login host's certificate is not good", cause: "it is for another name, is expired, or is of an authority that the bridge does not know: the login URL is wrong, or a proxy reads along",
			remedy: "check the login URL, and give the bridge the certificate of the company's proxy (SSL_CERT_FILE) where there is one",
		},
		{
			code:  ServerError,
			title: "Salesforce is out of order", cause: "the login host answered with a server error",
			remedy: "wait, the bridge tries again by itself; https://status.salesforce.com tells of outages",
		},
		{
			code:  BusyLogin,
			title: "Salesforce did not end another request for the same token", cause: "the login host says that it is busy",
			remedy: "wait, the bridge tries again by itself",
		},
		{
			code:  ShortSessions,
			title: "Salesforce refuses every new access token", cause: "access tokens are refused as soon as they are given",
			remedy: "look at the integration user's session settings",
		},
		{
			code:  StoreFailed,
			title: "The bridge's own database failed", cause: "it did not give or take what was to be stored",
			remedy: "look at the log of the bridge and mend the database; nothing that was stored before is lost",
		},
		{
			code:  ShuttingDown,
			title: "The bridge is being stopped", cause: "it takes no requests any more",
			remedy: "try again when it runs",
		},
		{
			code:  "given_up",
			title: "The request was given up", cause: "whoever asked did not wait for the answer, or it took too long",
			remedy: "try again",
		},
		{
			code:  "bad_input",
			title: "This cannot be used", cause: "a setting is wrong",
			remedy: "correct it and try again",
		},
		{
			code:  "configured",
			title: "This connection comes from the environment", cause: "its settings are given by environment variables of the bridge",
			remedy: "change them there and start the bridge again",
		},
	}
}
