package main

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"scimforce/cmd/scimforce/console"
	"scimforce/oauth"
	"scimforce/oauth/database"
	"scimforce/oauth/idp"
	"scimforce/oauth/vault"
	"scimforce/scim/mapping"
)

const (
	defaultAPIVersion = "66.0"
	lowestAPIVersion  = 45
	maxSecretFile     = 64 << 10 // bytes
)

// serveCommand is the bridge's configuration as it is given: each field is a
// flag and a variable.
type serveCommand struct {
	databaseFlag
	masterKeyFlags
	consoleFlags
	Listen             string `default:":8080" placeholder:"HOST:PORT" variable:"SCIMFORCE_LISTEN" help:"Where to listen; port 0 takes a free one. Default :8080."`
	PublicURL          string `placeholder:"URL" variable:"SCIMFORCE_PUBLIC_URL" help:"How the identity provider reaches the bridge, without /scim/v2; also the start of the OAuth callback URL. Default: taken from each request."`
	LoginURL           string `default:"https://login.salesforce.com" placeholder:"URL" variable:"SCIMFORCE_LOGIN_URL" help:"Salesforce's login host: https://login.salesforce.com (default), https://test.salesforce.com for a sandbox, or the org's My Domain."`
	ConsumerKey        string `placeholder:"KEY" variable:"SCIMFORCE_CONSUMER_KEY" help:"Consumer key of the app in Salesforce, for a connection that is not made in the console."`
	ConsumerSecret     string `placeholder:"SECRET" variable:"SCIMFORCE_CONSUMER_SECRET" help:"Consumer secret of the app. Required with a consumer key, here or in a file."`
	ConsumerSecretFile string `placeholder:"PATH" variable:"SCIMFORCE_CONSUMER_SECRET_FILE" help:"File that holds the consumer secret."`
	RefreshToken       string `placeholder:"TOKEN" variable:"SCIMFORCE_REFRESH_TOKEN" help:"Refresh token of the integration user; only the seed: its successors are kept in the database. Without one, authenticate in the console."`
	RefreshTokenFile   string `placeholder:"PATH" variable:"SCIMFORCE_REFRESH_TOKEN_FILE" help:"File that holds the refresh token."`
	IDPToken           string `name:"idp-token" placeholder:"TOKEN" variable:"SCIMFORCE_IDP_TOKEN" help:"Bearer token that the identity provider presents, besides those that are made in the console or by scimforce token."`
	IDPTokenFile       string `name:"idp-token-file" placeholder:"PATH" variable:"SCIMFORCE_IDP_TOKEN_FILE" help:"File that holds the identity provider's token."`
	UsernameSuffix     string `placeholder:"SUFFIX" variable:"SCIMFORCE_USERNAME_SUFFIX" help:"What usernames end in at a sandbox and the identity provider does not see, such as .uat. Default: nothing."`
	APIVersion         string `default:"66.0" placeholder:"VERSION" variable:"SCIMFORCE_API_VERSION" help:"Salesforce API version, 45.0 or later. Default 66.0."`
	Config             string `placeholder:"PATH" variable:"SCIMFORCE_CONFIG" help:"YAML file: defaults for new users, deprovisioning, attribute mapping."`
	LogLevel           string `default:"info" placeholder:"LEVEL" variable:"SCIMFORCE_LOG_LEVEL" help:"debug, info, warn or error. Default info."`
	LogFormat          string `default:"json" placeholder:"FORMAT" variable:"SCIMFORCE_LOG_FORMAT" help:"json or text. Default json."`
}

// Settings is a configuration that was checked.
type Settings struct {
	Listen         string // host:port
	PublicURL      string // no slash at the end; "": from each request
	LoginURL       string // no slash at the end
	ConsumerKey    string // "": connections are those of the database
	ConsumerSecret string
	RefreshToken   string          // seed; "": the database holds a grant, or will
	IDPToken       string          // "": tokens are those of the database
	UsernameSuffix string          // ".uat", or ""
	APIVersion     string          // "66.0"
	DatabaseURL    string          // see database.Open
	MasterKey      vault.MasterKey // none: the file beside the SQLite database
	AdminPassword  string          // of the console; "": the stored one
	TrustedProxies []netip.Prefix
	OIDC           *console.OIDCConfig // nil: the console knows the password only
	File           fileSettings
	LogLevel       slog.Level
	LogFormat      string // "json" or "text"
}

// settings checks the configuration and reports all that is wrong with it in
// one *configError. It reads the files that are named and writes nothing.
func (c *serveCommand) settings(environment map[string]string) (Settings, error) {
	var found problems
	reportUnknownVariables(&found, environment, knownVariables(*c))
	s := Settings{
		Listen: c.Listen, ConsumerKey: strings.TrimSpace(c.ConsumerKey), APIVersion: c.APIVersion, DatabaseURL: c.DatabaseURL,
		UsernameSuffix: c.UsernameSuffix,
		PublicURL:      strings.TrimRight(c.PublicURL, "/"), LoginURL: strings.TrimRight(c.LoginURL, "/"), LogFormat: c.LogFormat,
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		found.addf("SCIMFORCE_LISTEN %q is no address to listen on: write host:port or :port, such as :8080", c.Listen)
	}
	checkPublicURL(&found, s.PublicURL)
	if err := oauth.CheckLoginURL(c.LoginURL); err != nil {
		found.addf("SCIMFORCE_LOGIN_URL %q %v: set it to https://login.salesforce.com, https://test.salesforce.com or the org's My Domain", redactURL(c.LoginURL), err)
	}
	c.checkApp(&found, &s)
	s.IDPToken = secret(&found, "SCIMFORCE_IDP_TOKEN", c.IDPToken, c.IDPTokenFile)
	if s.IDPToken != "" {
		if _, err := idp.NewConfigured(idpName, defaultConnection, idp.ScopeAll, s.IDPToken); err != nil {
			found.addf("SCIMFORCE_IDP_TOKEN cannot be used: it %v; make one with openssl rand -hex 32", err)
		}
	}
	if err := mapping.CheckUsernameSuffix(c.UsernameSuffix); err != nil {
		found.addf("SCIMFORCE_USERNAME_SUFFIX %q: %v", c.UsernameSuffix, err)
	}
	checkAPIVersion(&found, c.APIVersion)
	checkDatabase(&found, c.DatabaseURL)
	s.MasterKey = c.given(&found, c.DatabaseURL)
	c.consoleFlags.check(&found, &s)
	s.File = readConfigFile(&found, c.Config)
	s.LogLevel = logLevel(&found, c.LogLevel)
	if c.LogFormat != "json" && c.LogFormat != "text" {
		found.addf("SCIMFORCE_LOG_FORMAT %q is unknown: set it to json or text", c.LogFormat)
	}
	return s, found.err()
}

// checkApp takes the connection that the environment makes: all of it, or none.
func (c *serveCommand) checkApp(found *problems, s *Settings) {
	s.ConsumerSecret = secret(found, "SCIMFORCE_CONSUMER_SECRET", c.ConsumerSecret, c.ConsumerSecretFile)
	s.RefreshToken = secret(found, "SCIMFORCE_REFRESH_TOKEN", c.RefreshToken, c.RefreshTokenFile)
	secretGiven := c.ConsumerSecret+c.ConsumerSecretFile != ""
	switch {
	case s.ConsumerKey != "" && !secretGiven:
		found.addf("SCIMFORCE_CONSUMER_SECRET is missing: set it, or SCIMFORCE_CONSUMER_SECRET_FILE, to the consumer secret of the app; or unset SCIMFORCE_CONSUMER_KEY and connect in the console")
	case s.ConsumerKey == "" && (secretGiven || c.RefreshToken+c.RefreshTokenFile != ""):
		found.addf("SCIMFORCE_CONSUMER_KEY is missing: set it to the consumer key of the app in Salesforce (Setup, External Client App Manager), or unset the consumer secret and the refresh token and connect in the console")
	case s.ConsumerKey == "" && s.UsernameSuffix != "":
		found.addf("SCIMFORCE_USERNAME_SUFFIX is of the connection that SCIMFORCE_CONSUMER_KEY makes: without that, give the suffix where you connect, in the console")
	}
}

// secret reads a secret given by value or by file; both is a contradiction.
// "" when there is none or it could not be read, which is reported.
func secret(found *problems, name, value, path string) string {
	switch {
	case value != "" && path != "":
		found.addf("%s and %s_FILE are both set: unset one of them", name, name)
		return ""
	case path == "":
		trimmed := strings.TrimSpace(value)
		if trimmed == "" && value != "" {
			found.addf("%s is blank: put the secret into it, or unset it", name)
		}
		return trimmed
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		found.addf("%s_FILE %q cannot be read: %v", name, path, cause(err))
		return ""
	case !info.Mode().IsRegular() || info.Size() > maxSecretFile:
		found.addf("%s_FILE %q is no small regular file: name the file that holds the secret and nothing else", name, path)
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		found.addf("%s_FILE %q cannot be read: %v", name, path, cause(err))
		return ""
	}
	trimmed := strings.TrimSpace(string(content))
	if trimmed == "" {
		found.addf("%s_FILE %q is empty: put the secret into it", name, path)
	}
	return trimmed
}

func checkPublicURL(found *problems, address string) {
	if address == "" {
		return
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		found.addf("SCIMFORCE_PUBLIC_URL %q is no URL such as https://scim.acme.example", redactURL(address))
	case strings.Contains(u.Path+"/", "/scim/"):
		found.addf("SCIMFORCE_PUBLIC_URL %q must end before /scim/v2: the bridge adds that itself", address)
	}
}

func checkAPIVersion(found *problems, version string) {
	match := regexp.MustCompile(`^([1-9][0-9]{1,2})\.0$`).FindStringSubmatch(version)
	if match == nil {
		found.addf("SCIMFORCE_API_VERSION %q is no API version: write it as %s", version, defaultAPIVersion)
		return
	}
	if n, _ := strconv.Atoi(match[1]); n < lowestAPIVersion {
		found.addf("SCIMFORCE_API_VERSION %s is too old: the lowest is %d.0, the default %s", version, lowestAPIVersion, defaultAPIVersion)
	}
}

func logLevel(found *problems, name string) slog.Level {
	switch name {
	case "debug":
		return slog.LevelDebug
	case "info":
		return slog.LevelInfo
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	found.addf("SCIMFORCE_LOG_LEVEL %q is unknown: set it to debug, info, warn or error", name)
	return slog.LevelInfo
}

// redactURL hides the password that somebody may have put into a URL.
func redactURL(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "(not shown)"
}

// LogValue shows the settings as they are in effect, and of secrets only
// whether they are set.
func (s Settings) LogValue() slog.Value {
	isSet := func(secret string) string {
		if secret == "" {
			return "not set"
		}
		return "set"
	}
	publicURL := s.PublicURL
	if publicURL == "" {
		publicURL = "from each request"
	}
	return slog.GroupValue(
		slog.String("listen", s.Listen), slog.String("public_url", publicURL), slog.String("login_url", s.LoginURL),
		slog.String("consumer_key", isSet(s.ConsumerKey)), slog.String("consumer_secret", isSet(s.ConsumerSecret)),
		slog.String("refresh_token", isSet(s.RefreshToken)), slog.String("idp_token", isSet(s.IDPToken)),
		slog.String("username_suffix", s.UsernameSuffix), slog.String("api_version", s.APIVersion), slog.String("database_url", database.Redact(s.DatabaseURL)),
		slog.String("master_key", masterKeySource(s)), slog.String("admin_password", isSet(s.AdminPassword)),
		slog.Any("trusted_proxies", s.TrustedProxies), slog.String("oidc_issuer", s.oidcIssuer()),
		slog.Any("defaults", s.File.Defaults), slog.Any("deprovisioning", s.File.Deprovisioning),
		slog.Any("identity_providers", s.File.IdentityProviders), slog.Any("mapping", s.File.Mapping), slog.Bool("strict", s.File.Strict),
		slog.String("log_level", s.LogLevel.String()), slog.String("log_format", s.LogFormat),
	)
}

// masterKeySource says where the master key comes from.
func masterKeySource(s Settings) string {
	if s.MasterKey.IsZero() {
		return masterKeyFile(s.DatabaseURL)
	}
	return "set"
}

// mappingConfig is what package mapping takes for a connection with this username
// suffix.
func (s Settings) mappingConfig(usernameSuffix string) mapping.Config {
	c := mapping.Config{UsernameSuffix: usernameSuffix, Strict: s.File.Strict, Defaults: mapping.Defaults{
		Profile: s.File.Defaults.Profile, TimeZone: s.File.Defaults.TimeZone, Locale: s.File.Defaults.Locale,
		Language: s.File.Defaults.Language, EmailEncoding: s.File.Defaults.EmailEncoding,
	}}
	for _, m := range s.File.Mapping {
		c.Overrides = append(c.Overrides, m.override())
	}
	return c
}

// cause drops the operation and the path of a file error, which the problem
// names already.
func cause(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil {
			return err
		}
		err = inner.Unwrap()
	}
}
