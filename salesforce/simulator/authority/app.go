package authority

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"time"
)

// App is a connected app or External Client App as an administrator configures
// it. The zero value of each setting is the one that refuses least.
type App struct {
	Name           string   // on the page that asks for access; default the consumer key
	ConsumerKey    string   // required; the OAuth client id
	ConsumerSecret string   // required; also the key of the token answers' signature
	CallbackURLs   []string // redirect_uri must be one of these, to the letter
	Scopes         []string // default: api, id, refresh_token

	RotateRefreshTokens       bool // each refresh answers a new refresh token and ends the old one
	RequirePKCE               bool // an authorize request without code_challenge is refused
	RequireSecretForWebServer bool // client_secret must come with an authorization code
	RequireSecretForRefresh   bool // client_secret must come with a refresh token

	// RefreshPolicy says how long refresh tokens live, with RefreshLife as its
	// time. The policy of the moment counts, not that of the approval.
	RefreshPolicy RefreshPolicy
	RefreshLife   time.Duration

	// SessionTTL is the timeout of the app's sessions; 0 leaves it to the
	// user's profile, and that to the Authority.
	SessionTTL time.Duration
	// SameAccessToken makes a refresh answer the access token of the live
	// session of the grant, where there is one, instead of a new one.
	// unverified: when a real org answers a refresh with the access token that is still alive.
	SameAccessToken bool
	// JWTAccessTokens makes access tokens look like JWTs. They are as opaque
	// as the others: only introspection reads them.
	JWTAccessTokens bool
	// RemovedSessionEndsGrant makes the removal of a session (its AuthSession
	// row) end the refresh token it came from too, as users saw happen in
	// sandboxes (jsforce/jsforce#1656).
	RemovedSessionEndsGrant bool
	// IntrospectAll lets the app introspect tokens of other apps.
	IntrospectAll bool

	// RelaxIP lets users in from outside the login IP ranges of LoginPolicy.
	RelaxIP bool
	// ApprovedFor, when set, is "Admin approved users are pre-authorized" with
	// the profiles and permission sets so named: they are not asked, nobody
	// else gets in. nil is "All users may self-authorize".
	ApprovedFor []string

	// UserAgentFlow allows response_type=token.
	UserAgentFlow bool
	// ClientCredentials enables the client credentials flow, in which the app
	// runs as RunAs, a username.
	ClientCredentials bool
	RunAs             string
	// PasswordFlow lets the app use the username-password flow where
	// LoginPolicy of the org allows it too.
	PasswordFlow bool
	// SigningKey is the public key of the certificate that was uploaded for
	// the JWT bearer flow; nil when none was.
	SigningKey *rsa.PublicKey

	// NotInstalled makes the app one that other orgs know and this one has not
	// installed.
	NotInstalled bool
	// KnownFrom is when the app has reached all servers, up to ten minutes
	// after its creation. Before it the consumer key is unknown.
	KnownFrom time.Time
}

// RefreshPolicy is the refresh token policy of an app.
type RefreshPolicy int

// The refresh token policies.
const (
	UntilRevoked      RefreshPolicy = iota // valid until revoked
	ExpireImmediately                      // no refresh token is answered, none works (unverified: that the policy "immediately expire" answers no refresh token)
	ExpireUnused                           // dead when not used for RefreshLife
	ExpireAfter                            // dead RefreshLife after the approval
)

// check reports all that is wrong with the app in one error.
func (app *App) check() error {
	var problems []error
	if app.ConsumerKey == "" || app.ConsumerSecret == "" {
		problems = append(problems, errors.New("the app needs a consumer key and a consumer secret"))
	}
	if app.RefreshPolicy < UntilRevoked || app.RefreshPolicy > ExpireAfter {
		problems = append(problems, fmt.Errorf("refresh token policy %d is none", app.RefreshPolicy))
	}
	if (app.RefreshPolicy == ExpireUnused || app.RefreshPolicy == ExpireAfter) && app.RefreshLife <= 0 {
		problems = append(problems, errors.New("the refresh token policy needs a refresh life"))
	}
	return errors.Join(problems...)
}

// withDefaults is a copy with what was left out filled in.
func (app App) withDefaults() *App {
	app.CallbackURLs, app.Scopes = slices.Clone(app.CallbackURLs), slices.Clone(app.Scopes)
	app.ApprovedFor = slices.Clone(app.ApprovedFor)
	if len(app.Scopes) == 0 {
		app.Scopes = []string{"api", "id", "refresh_token"}
	}
	if app.Name == "" {
		app.Name = app.ConsumerKey
	}
	return &app
}

// refreshes says whether an approval of the scopes gives a refresh token.
func (app *App) refreshes(scopes []string) bool {
	return app.RefreshPolicy != ExpireImmediately &&
		(slices.Contains(scopes, "refresh_token") || slices.Contains(scopes, "offline_access"))
}

// expired says whether the policy has ended a grant's refresh token.
func (app *App) expired(approved, used, now time.Time) bool {
	switch app.RefreshPolicy {
	case ExpireImmediately:
		return true
	case ExpireUnused:
		return now.Sub(used) > app.RefreshLife
	case ExpireAfter:
		return now.Sub(approved) > app.RefreshLife
	case UntilRevoked:
	}
	return false
}
