package main

import "time"

// simulateCommand is a simulated Salesforce org, or several, for trials and tests.
type simulateCommand struct {
	orgFlags     `embed:"" group:"The org:"`
	serveFlags   `embed:"" group:"Where it answers:"`
	appFlags     `embed:"" group:"The app that clients log in by:"`
	weatherFlags `embed:"" group:"Speed, limits and weather:"`

	Unverified bool `help:"Print what the simulator answers from memory alone, and end."`
	Verbose    bool `help:"Log each request."`
}

// orgFlags say what there is.
type orgFlags struct {
	Org      []string `name:"org" sep:"none" placeholder:"FILE" help:"An org, described by a YAML file; can be repeated for several orgs behind one login. Default an org made up."`
	Users    *int     `placeholder:"N" help:"People made up for the org that no file describes. Default 25."`
	Seed     int64    `placeholder:"N" help:"What ids, names and chance follow from where a file says nothing; the same seed gives the same org. Default 0."`
	Username string   `placeholder:"NAME" help:"The administrator of the org that no file describes. Default admin@acme.example."`
	Password string   `default:"demo" placeholder:"PASSWORD" help:"The password of administrators who have none by a file. Default demo."`
}

// serveFlags say where clients find it.
type serveFlags struct {
	Listen        string   `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default 127.0.0.1:8081."`
	ControlListen string   `placeholder:"HOST:PORT" help:"Where the control API (/_simulator/) listens alone, by HTTP. Default: with everything else."`
	BaseURL       []string `name:"base-url" placeholder:"URL" help:"The org's address in its answers; can be repeated, once for each --org. Default: the one that each request was sent to."`
	LoginURL      string   `name:"login-url" placeholder:"URL" help:"A login host that is not the org's address, as login.salesforce.com is. Default: every address is one."`
	APIVersion    []string `name:"api-version" placeholder:"VERSION" help:"An API version that is served, such as 66.0; can be repeated. Default 31.0 to 68.0."`

	TLS      bool     `name:"tls" help:"Serve HTTPS, by a certificate authority made at the start. Default HTTP."`
	TLSCAOut string   `name:"tls-ca-out" placeholder:"FILE" help:"Where to write the authority's certificate, for clients to trust. Default nowhere."`
	TLSHost  []string `name:"tls-host" placeholder:"HOST" help:"A name or address of the server besides localhost, 127.0.0.1, ::1 and that of --listen; can be repeated."`
}

// appFlags are the settings of the app in Salesforce.
type appFlags struct {
	ConsumerKey         string        `default:"demo-consumer-key" placeholder:"KEY" help:"Consumer key. Default demo-consumer-key."`
	ConsumerSecret      string        `default:"demo-consumer-secret" placeholder:"SECRET" help:"Consumer secret. Default demo-consumer-secret."`
	OptionalSecret      bool          `help:"Do not require the secret in the web server and refresh token flows."`
	CallbackURL         []string      `name:"callback-url" placeholder:"URL" help:"A callback URL besides those of a bridge on port 8080 and of scimforce connect; can be repeated. Default none."`
	Scope               []string      `default:"api,id,refresh_token" placeholder:"SCOPE" help:"OAuth scope; can be repeated. Default api, id, refresh_token."`
	RequirePKCE         bool          `name:"require-pkce" help:"Refuse an authorization without PKCE."`
	RefreshToken        string        `default:"demo-refresh-token" placeholder:"TOKEN" help:"A refresh token granted to the administrator beforehand (of the second org: with -2 behind it); \"\" for none. Default demo-refresh-token."`
	RotateRefreshTokens bool          `help:"Replace the refresh token at each use; presenting a replaced one again revokes everything."`
	RefreshTokenPolicy  string        `default:"until-revoked" placeholder:"POLICY" help:"Refresh tokens are good until-revoked, or not at all (immediately), or for --refresh-token-life after their last use (unused) or the approval (after). Default until-revoked."`
	RefreshTokenLife    time.Duration `placeholder:"D" help:"See --refresh-token-policy; such as 720h."`
	SessionTimeout      time.Duration `default:"2h" placeholder:"D" help:"How long an unused access token lives. Default 2h."`
	ClientCredentialsAs string        `placeholder:"NAME" help:"Allow the client credentials flow, in which the app runs as this user. Default: not allowed."`
	JWTCertificate      string        `name:"jwt-certificate" placeholder:"FILE" help:"Certificate or public key (PEM, RSA) of the app for the JWT bearer flow. Default none."`
	PreAuthorize        []string      `placeholder:"NAME" help:"A profile or permission set whose people may use the app without being asked, and nobody else; can be repeated. Default: whoever presses Allow."`
	PasswordFlow        bool          `help:"Allow the username-password flow, in the org and for the app."`
	UserAgentFlow       bool          `help:"Allow the user-agent flow (response_type=token)."`
	JWTAccessTokens     bool          `name:"jwt-access-tokens" help:"Make access tokens look like JWTs."`
}

// weatherFlags say how good a day the org has.
type weatherFlags struct {
	Latency          time.Duration `default:"0s" placeholder:"D" help:"Delay of each API call, such as 120ms. Default 0."`
	LatencyPerRecord time.Duration `default:"0s" placeholder:"D" help:"Delay of each record that is written, while it is locked, such as 30ms. Default 0."`
	LockPatience     time.Duration `default:"10s" placeholder:"D" help:"How long a write waits for locked records before it fails. Default 10s."`
	APILimit         int           `name:"api-limit" placeholder:"N" help:"API calls that 24 hours allow each org. Default what its edition and licences give."`
	APIHardCap       int           `name:"api-hard-cap" placeholder:"N" help:"API calls in 24 hours after which more are refused; -1 for never. Default ten times --api-limit."`
	LongCalls        int           `default:"5" placeholder:"N" help:"Calls of 20 seconds and more at a time before others are refused; -1 for any number. Default 5."`
	Weather          []string      `placeholder:"KIND=RATE" help:"What goes wrong, and in which share of calls, such as row-lock=0.05; can be repeated. The kinds: ${weather}."`
}
