package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"scimforce/cmd/scimforce/console"
)

// parseServe parses a serve command line over an environment, and checks it.
func parseServe(t *testing.T, environ []string, args ...string) (Settings, error) {
	t.Helper()
	grammar := &cli{}
	p := &program{environ: environ, stdout: io.Discard, stderr: io.Discard}
	parser, err := p.parser(grammar)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"serve"}, args...)); err != nil {
		t.Fatal(err)
	}
	return grammar.Serve.settings(readEnvironment(environ))
}

// goodEnvironment is all that serve needs.
func goodEnvironment(t *testing.T) []string {
	t.Helper()
	return []string{
		"SCIMFORCE_CONSUMER_KEY=key", "SCIMFORCE_CONSUMER_SECRET=very-secret-1", "SCIMFORCE_REFRESH_TOKEN=very-secret-2",
		"SCIMFORCE_IDP_TOKEN=very-secret-3", "SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "scimforce.db"),
	}
}

// write makes a file in a directory of its own.
func write(t *testing.T, name, content string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsFillWhatIsNotSaid(t *testing.T) {
	environ := goodEnvironment(t)
	got, err := parseServe(t, environ)
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Listen: ":8080", LoginURL: "https://login.salesforce.com", ConsumerKey: "key", ConsumerSecret: "very-secret-1",
		RefreshToken: "very-secret-2", IDPToken: "very-secret-3", APIVersion: "66.0", LogFormat: "json",
		DatabaseURL: readEnvironment(environ)["SCIMFORCE_DATABASE_URL"],
		File:        fileSettings{Deprovisioning: fileDeprovisioning{RemovePermissionSets: true, RemoveGroups: true, FreezeWhenRefused: true}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestEachVariableIsAFlagAndEachSecretAFile(t *testing.T) {
	_, help, _ := run(t, nil, "serve", "--help")
	for flag, variable := range map[string]string{
		"--listen=HOST:PORT": "LISTEN", "--public-url=URL": "PUBLIC_URL", "--login-url=URL": "LOGIN_URL", "--consumer-key=KEY": "CONSUMER_KEY",
		"--consumer-secret=SECRET": "CONSUMER_SECRET", "--consumer-secret-file=PATH": "CONSUMER_SECRET_FILE",
		"--refresh-token=TOKEN": "REFRESH_TOKEN", "--refresh-token-file=PATH": "REFRESH_TOKEN_FILE",
		"--idp-token=TOKEN": "IDP_TOKEN", "--idp-token-file=PATH": "IDP_TOKEN_FILE",
		"--username-suffix=SUFFIX": "USERNAME_SUFFIX", "--api-version=VERSION": "API_VERSION", "--database-url=URL": "DATABASE_URL", "--config=PATH": "CONFIG",
		"--admin-password=PASSWORD": "ADMIN_PASSWORD", "--admin-password-file=PATH": "ADMIN_PASSWORD_FILE", "--trusted-proxies=CIDR,...": "TRUSTED_PROXIES",
		"--oidc-issuer=URL": "OIDC_ISSUER", "--oidc-client-id=ID": "OIDC_CLIENT_ID", "--oidc-client-secret=SECRET": "OIDC_CLIENT_SECRET",
		"--oidc-client-secret-file=PATH": "OIDC_CLIENT_SECRET_FILE", "--oidc-emails=EMAIL,...": "OIDC_EMAILS", "--oidc-groups=GROUP,...": "OIDC_GROUPS",
		"--oidc-groups-claim=CLAIM": "OIDC_GROUPS_CLAIM", "--oidc-scopes=SCOPE,...": "OIDC_SCOPES", "--oidc-name=NAME": "OIDC_NAME",
		"--log-level=LEVEL": "LOG_LEVEL", "--log-format=FORMAT": "LOG_FORMAT",
	} {
		if !strings.Contains(help, flag+" ") && !strings.Contains(help, flag+"\n") || !strings.Contains(help, "[$SCIMFORCE_"+variable+"]") {
			t.Errorf("%s or its variable is not in the help", flag)
		}
	}
	database := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	got, err := parseServe(t, []string{
		"SCIMFORCE_LISTEN=:1", "SCIMFORCE_PUBLIC_URL=https://a.example", "SCIMFORCE_LOGIN_URL=https://test.salesforce.com", "SCIMFORCE_CONSUMER_KEY=key",
		"SCIMFORCE_CONSUMER_SECRET=1", "SCIMFORCE_REFRESH_TOKEN=2", "SCIMFORCE_IDP_TOKEN=3", "SCIMFORCE_USERNAME_SUFFIX=.uat", "SCIMFORCE_API_VERSION=45.0", "SCIMFORCE_DATABASE_URL=" + database,
		"SCIMFORCE_CONFIG=" + write(t, "c.yaml", "strict: true"), "SCIMFORCE_LOG_LEVEL=warn", "SCIMFORCE_LOG_FORMAT=text",
		"SCIMFORCE_ADMIN_PASSWORD=twelve chars", "SCIMFORCE_TRUSTED_PROXIES=10.1.2.3/8, 192.0.2.7", "SCIMFORCE_OIDC_ISSUER=https://idp.acme.example",
		"SCIMFORCE_OIDC_CLIENT_ID=4", "SCIMFORCE_OIDC_CLIENT_SECRET=5", "SCIMFORCE_OIDC_EMAILS=a@acme.example, b@acme.example",
		"SCIMFORCE_OIDC_GROUPS=g", "SCIMFORCE_OIDC_GROUPS_CLAIM=roles", "SCIMFORCE_OIDC_SCOPES=groups", "SCIMFORCE_OIDC_NAME=Acme",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Listen: ":1", PublicURL: "https://a.example", LoginURL: "https://test.salesforce.com", ConsumerKey: "key",
		ConsumerSecret: "1", RefreshToken: "2", IDPToken: "3", UsernameSuffix: ".uat", APIVersion: "45.0", DatabaseURL: database,
		File: defaultFileSettings(), LogLevel: slog.LevelWarn, LogFormat: "text", AdminPassword: "twelve chars",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")},
		OIDC: &console.OIDCConfig{
			Name: "Acme", Issuer: "https://idp.acme.example", ClientID: "4", ClientSecret: "5", Emails: []string{"a@acme.example", "b@acme.example"},
			Groups: []string{"g"}, GroupsClaim: "roles", Scopes: []string{"groups"},
		},
	}
	want.File.Strict = true
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestFlagsGoBeforeVariablesAndEmptyVariablesCountAsNone(t *testing.T) {
	environ := append(goodEnvironment(t), "SCIMFORCE_LISTEN=:1", "SCIMFORCE_LOG_LEVEL=debug", "SCIMFORCE_LOGIN_URL=", "SCIMFORCE_PUBLIC_URL=https://scim.acme.example/")
	got, err := parseServe(t, environ, "--listen", "127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	if got.Listen != "127.0.0.1:2" || got.LogLevel != slog.LevelDebug || got.LoginURL != "https://login.salesforce.com" || got.PublicURL != "https://scim.acme.example" {
		t.Errorf("settings %+v", got)
	}
}

func TestPublicURLMayHaveAPathOfItsOwn(t *testing.T) {
	got, err := parseServe(t, append(goodEnvironment(t), "SCIMFORCE_PUBLIC_URL=https://apps.acme.example/scimforce/"))
	if err != nil || got.PublicURL != "https://apps.acme.example/scimforce" {
		t.Errorf("%q, %v", got.PublicURL, err)
	}
}

func TestSecretsCanComeFromFiles(t *testing.T) {
	environ := []string{
		"SCIMFORCE_CONSUMER_KEY=key",
		"SCIMFORCE_CONSUMER_SECRET_FILE=" + write(t, "a", "from-file-1\n"),
		"SCIMFORCE_REFRESH_TOKEN_FILE=" + write(t, "b", "  from-file-2"),
		"SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "x.db"),
	}
	got, err := parseServe(t, environ, "--idp-token-file", write(t, "c", "from-file-3\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got.ConsumerSecret != "from-file-1" || got.RefreshToken != "from-file-2" || got.IDPToken != "from-file-3" {
		t.Errorf("settings %+v", got)
	}
}

func TestEachBadSettingIsReportedWithItsFix(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	cases := []struct {
		name    string
		environ []string // after the good ones
		want    string
	}{
		{"listen address without a port", []string{"SCIMFORCE_LISTEN=8080"}, `SCIMFORCE_LISTEN "8080" is no address`},
		{"public URL without a scheme", []string{"SCIMFORCE_PUBLIC_URL=scim.acme.example"}, "is no URL such as https://"},
		{"public URL with the SCIM path", []string{"SCIMFORCE_PUBLIC_URL=https://a.example/scim/v2"}, "must end before /scim/v2"},
		{"public URL with half the SCIM path", []string{"SCIMFORCE_PUBLIC_URL=https://a.example/idp/scim"}, "must end before /scim/v2"},
		{"public URL without a host", []string{"SCIMFORCE_PUBLIC_URL=https://:8080"}, "is no URL such as https://"},
		{"login URL without TLS", []string{"SCIMFORCE_LOGIN_URL=http://login.salesforce.com"}, "must begin with https://"},
		{"login URL with a path", []string{"SCIMFORCE_LOGIN_URL=https://acme.my.salesforce.com/lightning"}, "must end after the host"},
		{"username suffix without a dot", []string{"SCIMFORCE_USERNAME_SUFFIX=uat"}, `SCIMFORCE_USERNAME_SUFFIX "uat": the suffix of usernames must be a dot and small letters`},
		{"empty consumer key", []string{"SCIMFORCE_CONSUMER_KEY=  "}, "SCIMFORCE_CONSUMER_KEY is missing"},
		{"secret twice", []string{"SCIMFORCE_CONSUMER_SECRET_FILE=" + missing}, "SCIMFORCE_CONSUMER_SECRET and SCIMFORCE_CONSUMER_SECRET_FILE are both set: unset one"},
		{"secret of spaces", []string{"SCIMFORCE_CONSUMER_SECRET=  "}, "SCIMFORCE_CONSUMER_SECRET is blank"},
		{"token of spaces", []string{"SCIMFORCE_IDP_TOKEN=  "}, "SCIMFORCE_IDP_TOKEN is blank"},
		{"refresh token of spaces", []string{"SCIMFORCE_REFRESH_TOKEN=  "}, "SCIMFORCE_REFRESH_TOKEN is blank"},
		{"secret file that is not there", []string{"SCIMFORCE_IDP_TOKEN=", "SCIMFORCE_IDP_TOKEN_FILE=" + missing}, "cannot be read: no such file"},
		{"secret file that is empty", []string{"SCIMFORCE_IDP_TOKEN=", "SCIMFORCE_IDP_TOKEN_FILE=" + write(t, "empty", "\n")}, "is empty: put the secret into it"},
		{"secret file that is a directory", []string{"SCIMFORCE_IDP_TOKEN=", "SCIMFORCE_IDP_TOKEN_FILE=" + t.TempDir()}, "no small regular file"},
		{"token with white space", []string{"SCIMFORCE_IDP_TOKEN=very secret 3"}, "holds white space"},
		{"API version in another form", []string{"SCIMFORCE_API_VERSION=v66"}, "write it as 66.0"},
		{"API version that is too old", []string{"SCIMFORCE_API_VERSION=44.0"}, "the lowest is 45.0"},
		{"PostgreSQL without a master key", []string{"SCIMFORCE_DATABASE_URL=postgres://u:very-secret-4@db/x"}, "scimforce keys new"},
		{"master key that is none", []string{"SCIMFORCE_MASTER_KEY=very-secret-4"}, "begins with scimforce-master-"},
		{"PostgreSQL without a database", []string{"SCIMFORCE_DATABASE_URL=postgres://u:very-secret-4@db"}, "names no database"},
		{"PostgreSQL with a password that is not encoded", []string{"SCIMFORCE_DATABASE_URL=postgres://u:very-secret-4%@db/x"}, "percent-encoded"},
		{"database of another kind", []string{"SCIMFORCE_DATABASE_URL=mysql://db"}, "write sqlite:PATH"},
		{"database in memory", []string{"SCIMFORCE_DATABASE_URL=sqlite::memory:"}, "name a file"},
		{"database without a name", []string{"SCIMFORCE_DATABASE_URL=sqlite:"}, "names no file"},
		{"database in a directory that is not there", []string{"SCIMFORCE_DATABASE_URL=sqlite:" + missing + "/x.db"}, "make it"},
		{"database that is a directory", []string{"SCIMFORCE_DATABASE_URL=sqlite:" + t.TempDir()}, "is no file"},
		{"consumer key without a secret", []string{"SCIMFORCE_CONSUMER_SECRET="}, "SCIMFORCE_CONSUMER_SECRET is missing"},
		{"console password that is short", []string{"SCIMFORCE_ADMIN_PASSWORD=eleven char"}, "SCIMFORCE_ADMIN_PASSWORD is shorter than 12 characters"},
		{"console password that is endless", []string{"SCIMFORCE_ADMIN_PASSWORD=" + strings.Repeat("x", 1025)}, "is longer than 1024 octets"},
		{"proxy that is no address", []string{"SCIMFORCE_TRUSTED_PROXIES=10.0.0.0/8, proxy.acme.example"}, `"proxy.acme.example" is no address or network`},
		{"OpenID Connect without an issuer", []string{"SCIMFORCE_OIDC_CLIENT_ID=id"}, "SCIMFORCE_OIDC_ISSUER is missing"},
		{"OpenID Connect for nobody", []string{"SCIMFORCE_OIDC_ISSUER=https://idp.acme.example", "SCIMFORCE_OIDC_CLIENT_ID=id"}, "nobody may sign in"},
		{"OpenID Connect without TLS", []string{"SCIMFORCE_OIDC_ISSUER=http://idp.acme.example", "SCIMFORCE_OIDC_CLIENT_ID=id"}, "must be an https URL"},
		{"configuration file that is not there", []string{"SCIMFORCE_CONFIG=" + missing}, "cannot be read"},
		{"unknown log level", []string{"SCIMFORCE_LOG_LEVEL=verbose"}, "debug, info, warn or error"},
		{"unknown log format", []string{"SCIMFORCE_LOG_FORMAT=xml"}, "json or text"},
		{"variable with a slip", []string{"SCIMFORCE_LOGINURL=x"}, "did you mean SCIMFORCE_LOGIN_URL?"},
		{"variable far from any", []string{"SCIMFORCE_WEATHER_REPORT_TOMORROW=x"}, "is not a setting: unset it"},
		{"port alone", []string{"SCIMFORCE_PORT=8080"}, "set SCIMFORCE_LISTEN"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseServe(t, append(goodEnvironment(t), c.environ...))
			var found *configError
			if !errors.As(err, &found) {
				t.Fatalf("error %v", err)
			}
			if len(found.problems) != 1 || !strings.Contains(found.problems[0], c.want) {
				t.Errorf("problems %q, want one with %q", found.problems, c.want)
			}
			if strings.Contains(err.Error(), "very-secret") || strings.Contains(err.Error(), "very secret") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}

func TestAllProblemsAreReportedTogether(t *testing.T) {
	_, err := parseServe(t, []string{
		"SCIMFORCE_LOG_LEVEL=loud", "SCIMFORCE_API_VERSION=1", "SCIMFORCE_CONSUMER_SECRET=1", "SCIMFORCE_ADMIN_PASSWORD=1", "SCIMFORCE_TRUSTED_PROXIES=1", "SCIMFORCE_OIDC_ISSUER=1", "SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "x.db"),
		"SCIMFORCE_CONFIG=" + write(t, "config.yaml", "default: {}\nstrict: maybe\n"), "SCIMFORCE_UNKNOWN_THING=1",
	})
	var found *configError
	if !errors.As(err, &found) || len(found.problems) != 9 {
		t.Fatalf("error %v, want nine problems", err)
	}
	if !strings.Contains(err.Error(), "9 problems, nothing was started") {
		t.Errorf("error %v", err)
	}
}

func TestKubernetesServiceVariablesAreNoSettings(t *testing.T) {
	environ := append(goodEnvironment(t),
		"SCIMFORCE_SERVICE_HOST=10.0.0.1", "SCIMFORCE_SERVICE_PORT=8080", "SCIMFORCE_SERVICE_PORT_HTTP=8080", "SCIMFORCE_PORT=tcp://10.0.0.1:8080",
		"SCIMFORCE_PORT_8080_TCP=tcp://10.0.0.1:8080", "SCIMFORCE_PORT_8080_TCP_ADDR=10.0.0.1", "SCIMFORCE_METRICS_SERVICE_HOST=10.0.0.2")
	if _, err := parseServe(t, environ); err != nil {
		t.Error(err)
	}
}

func TestEffectiveConfigurationIsLoggedWithoutSecrets(t *testing.T) {
	settings, err := parseServe(t, goodEnvironment(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"json", "text"} {
		var log bytes.Buffer
		newLogger(&log, slog.LevelDebug, format).Info("starts", "settings", settings)
		if strings.Contains(log.String(), "very-secret") || !strings.Contains(log.String(), "https://login.salesforce.com") || !strings.Contains(log.String(), "removeGroups") && format == "json" {
			t.Errorf("log %s", log.String())
		}
	}
}

func TestConfigurationFileIsRead(t *testing.T) {
	path := write(t, "config.yaml", `
defaults: {profile: Standard User, timeZone: Europe/Berlin, locale: de_DE, language: de, emailEncoding: UTF-8}
deprovisioning:
  removePermissionSets: false
mapping:
  - {attribute: externalId, field: FederationIdentifier}
strict: true
`)
	got, err := parseServe(t, append(goodEnvironment(t), "SCIMFORCE_CONFIG="+path))
	if err != nil {
		t.Fatal(err)
	}
	want := fileSettings{
		Defaults:       fileDefaults{Profile: "Standard User", TimeZone: "Europe/Berlin", Locale: "de_DE", Language: "de", EmailEncoding: "UTF-8"},
		Deprovisioning: fileDeprovisioning{RemovePermissionSets: false, RemoveGroups: true, FreezeWhenRefused: true},
		Mapping:        []fileMapping{{Attribute: "externalId", Field: new("FederationIdentifier")}},
		Strict:         true,
	}
	if diff := cmp.Diff(want, got.File); diff != "" {
		t.Error(diff)
	}
	m := got.mappingConfig("")
	if m.Defaults.Profile != "Standard User" || m.Defaults.TimeZone != "Europe/Berlin" || m.Defaults.Locale != "de_DE" || m.Defaults.Language != "de" ||
		m.Defaults.EmailEncoding != "UTF-8" || !m.Strict || len(m.Overrides) != 1 || m.Overrides[0].Field != "FederationIdentifier" {
		t.Errorf("mapping configuration %+v", m)
	}
}

func TestConfigurationFileProblemsNameTheirLine(t *testing.T) {
	cases := []struct {
		name, content string
		want          []string
	}{
		{"nothing", "", nil},
		{"only a comment", "# nothing\n", nil},
		{"unknown key with a slip", "strict: true\ndefaults:\n  timezone: UTC\n", []string{`line 3: "timezone" is not a setting: did you mean timeZone?`}},
		{"unknown key far from any", "deprovisioning:\n  explode: true\n", []string{`line 2: "explode" is not a setting here: known are removePermissionSets, removeGroups, freezeWhenRefused`}},
		{"two problems", "defaults:\n  profil: x\ndeprovisioning:\n  removeGroup: true\n", []string{"line 2", "line 4"}},
		{"unknown key and a bad mapping", "defaults:\n  profil: x\nmapping:\n  - field: Title\n", []string{"line 2", "mapping entry 1 changes nothing"}},
		{"wrong type", "strict: maybe\n", []string{"line 1: cannot unmarshal !!str `maybe` into bool"}},
		{"number for a list", "mapping: 0\n", []string{"line 1: cannot unmarshal !!int `0` as a list"}},
		{"list for a group", "defaults: [a]\n", []string{"line 1: cannot unmarshal !!seq as a group of settings"}},
		{"key twice", "strict: true\nstrict: false\n", []string{`line 2: mapping key "strict" already defined at line 1`}},
		{"no YAML", "a: [", []string{"line 1"}},
		{"a second document", "strict: true\n---\nstrict: false\n", []string{"second document"}},
		{"mapping without an attribute", "mapping:\n  - constant: x\n", []string{"mapping entry 1 names no attribute"}},
		{"mapping that changes nothing", "mapping:\n  - attribute: title\n", []string{"mapping entry 1 changes nothing"}},
		{"mapping that drops and more", "mapping:\n  - {attribute: title, field: '', default: x}\n", []string{"keep one of the two"}},
		{"mapping with a slip", "mapping:\n  - {attribute: title, default: x, onlyOnCrate: true}\n", []string{`did you mean onlyOnCreate?`}},
		{"mapping in no direction", "mapping:\n  - {attribute: title, direction: up}\n", []string{`"up": write toSalesforce or fromSalesforce`}},
		{"mapping with an unknown template", "mapping:\n  - {attribute: title, template: '{name.given}'}\n", []string{`"name.given", which is no attribute of the mapping; the nearest is name.givenName`}},
		{"mapping of the bridge's own", "mapping:\n  - {attribute: userName, constant: x}\n", []string{"userName is the identity provider's"}},
		{"mapping of an attribute twice", "mapping:\n  - {attribute: title, field: Title}\n  - {attribute: Title, field: Department}\n", []string{"mapping names Title twice"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			settings := defaultFileSettings()
			got := parseConfigFile([]byte(c.content), &settings)
			if len(got) != len(c.want) {
				t.Fatalf("problems %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.Contains(got[i], c.want[i]) {
					t.Errorf("problem %q, want %q in it", got[i], c.want[i])
				}
			}
		})
	}
}

func FuzzConfigurationFile(f *testing.F) {
	for _, s := range []string{"", "strict: true", "mapping: [{attribute: title, field: Title}]", "defaults: {profile: x}", "a: &a [*a]", "!0 &00:", "- - -", "\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		settings := defaultFileSettings()
		begun := time.Now()
		for _, problem := range parseConfigFile(content, &settings) {
			if strings.Contains(problem, "main.") {
				t.Errorf("a Go type is shown: %q", problem)
			}
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestNearestNameIsFoundOnlyWhenItIsNear(t *testing.T) {
	known := []string{"SCIMFORCE_LISTEN", "SCIMFORCE_LOGIN_URL"}
	for name, want := range map[string]string{"SCIMFORCE_LISTENS": "SCIMFORCE_LISTEN", "scimforce_listen": "SCIMFORCE_LISTEN", "SCIMFORCE_LOGINURL": "SCIMFORCE_LOGIN_URL", "X": "", "": ""} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}
