package oauth

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Flow is how a connection gets its access tokens.
type Flow string

// The flows.
const (
	// WebServerFlow is a person who logs in and presses Allow; a refresh token
	// stays behind (RFC 6749 section 4.1).
	WebServerFlow Flow = "web_server"
	// JWTBearerFlow is an assertion signed with the private key of the app's
	// certificate (RFC 7523); nothing stays behind.
	JWTBearerFlow Flow = "jwt_bearer"
	// ClientCredentialsFlow is the consumer key and secret alone; the app runs
	// as the user that its administrator chose (RFC 6749 section 4.4).
	ClientCredentialsFlow Flow = "client_credentials"
)

// DefaultConnection is the name of the connection that the environment makes.
const DefaultConnection = "default"

// Connection is one org that is to be spoken to, as one app. It holds no secret.
type Connection struct {
	// Name is what the connection is called: see CheckName.
	Name string
	// LoginURL is the login host, such as https://login.salesforce.com or the
	// org's My Domain; see CheckLoginURL.
	LoginURL string
	// ConsumerKey is the app's OAuth client id.
	ConsumerKey string
	// Flow is how access tokens are had; "" means WebServerFlow.
	Flow Flow
	// Username is the user whom a JWTBearerFlow speaks as, "" with other flows.
	Username string
	// UsernameSuffix is what the org's usernames end in and the identity
	// provider never sees, such as ".uat" in a sandbox. "" for none.
	UsernameSuffix string
	// Configured says that the connection comes from the environment: it can be
	// authorized in the console, and changed and removed only where it is made.
	Configured bool

	// OrgID, InstanceURL and UserID are as the last authorization said; "" when
	// there was none.
	OrgID, InstanceURL, UserID string

	// ConnectedAt is when the connection was last authorized, UpdatedAt when it
	// was last changed in any way. RefreshTokenSince is when the refresh token
	// in use was issued, which is the last rotation where the app rotates them.
	// LastUsedAt is when an access token was last asked for, to some minutes.
	// The zero time is "never".
	ConnectedAt, UpdatedAt, RefreshTokenSince, LastUsedAt time.Time
	// LastError is why no access token could be had, "" when one was since. It
	// holds no secret.
	LastError string
}

// connectionName is what CheckName accepts.
var connectionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// usernameSuffix is what usernames can end in behind their domain.
var usernameSuffix = regexp.MustCompile(`^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// CheckName reports what is wrong with the name of a connection.
func CheckName(name string) error {
	if !connectionName.MatchString(name) {
		return errors.New("must be 1 to 32 small letters, digits and hyphens, and begin with a letter or digit")
	}
	return nil
}

// Bounds of what a person or a file gives.
const (
	maxKey      = 512   // characters of a consumer key or secret; real ones have under 100
	maxPEM      = 16384 // octets of a private key
	maxUsername = 80    // Salesforce's own bound
	maxSuffix   = 40
)

// check reports all that is wrong with the connection in words that say what to
// write instead.
func (c Connection) check() error {
	var problems []error
	complain := func(format string, arguments ...any) {
		problems = append(problems, fmt.Errorf(format, arguments...))
	}
	if err := CheckName(c.Name); err != nil {
		complain("the connection's name %w", err)
	}
	if err := CheckLoginURL(c.LoginURL); err != nil {
		complain("the login URL %w", err)
	}
	if err := checkKey("consumer key", c.ConsumerKey); err != nil {
		problems = append(problems, err)
	}
	switch c.Flow {
	case WebServerFlow, ClientCredentialsFlow:
	case JWTBearerFlow:
		if c.Username == "" || len(c.Username) > maxUsername {
			complain("the JWT bearer flow needs the username (at most %d characters) that the bridge is to speak as", maxUsername)
		}
	default:
		complain("the flow %q is none: write %s, %s or %s", plain(string(c.Flow)), WebServerFlow, JWTBearerFlow, ClientCredentialsFlow)
	}
	if c.UsernameSuffix != "" && (len(c.UsernameSuffix) > maxSuffix || !usernameSuffix.MatchString(c.UsernameSuffix)) {
		complain("the username suffix must be a dot and small letters, digits or hyphens, at most %d characters, such as .uat", maxSuffix)
	}
	return errors.Join(problems...)
}

// trimPasted takes off what pasting brings along: white space and characters
// that nobody sees.
func trimPasted(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\ufeff' || r == '\u2060'
	})
}

// checkKey refuses what cannot be a consumer key or secret. The value is not in
// the error: it may be the secret, pasted into the wrong field.
func checkKey(what, value string) error {
	switch {
	case value == "":
		return fmt.Errorf("the %s is missing: copy it from the app's page in Salesforce Setup", what)
	case len(value) > maxKey:
		return fmt.Errorf("the %s is longer than %d characters: copy it again from the app's page in Salesforce Setup", what, maxKey)
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("the %s holds a blank or a character that is none of a key: copy it again from the app's page in Salesforce Setup", what)
	}
	return nil
}

// Secrets are what a connection must not tell. They print as how many there are
// of them, and in no other way.
type Secrets struct {
	// ConsumerSecret is the app's; "" for an app that asks for none.
	ConsumerSecret string
	// RefreshToken is the grant of a WebServerFlow.
	RefreshToken string
	// PrivateKey is the PEM of a JWTBearerFlow's RSA key; see CheckPrivateKey.
	PrivateKey string
}

// hidden stands for what may not be seen.
const hidden = "[hidden]"

// String hides the secrets from fmt.
func (Secrets) String() string { return hidden }

// GoString hides the secrets from %#v.
func (Secrets) GoString() string { return hidden }

// Format hides the secrets from every verb of fmt.
func (Secrets) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue hides the secrets from log/slog.
func (Secrets) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the secrets from encoders such as JSON's.
func (Secrets) MarshalText() ([]byte, error) { return []byte(hidden), nil }
