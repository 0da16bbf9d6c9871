package main

import (
	"net/netip"
	"strings"

	"scimforce/cmd/scimforce/console"
)

// consoleFlags are how the console is entered, and whom it believes where a
// request comes from.
type consoleFlags struct {
	AdminPassword     string `placeholder:"PASSWORD" variable:"SCIMFORCE_ADMIN_PASSWORD" help:"Password of the console, at least 12 characters. Default: the first start makes one and prints it."`
	AdminPasswordFile string `placeholder:"PATH" variable:"SCIMFORCE_ADMIN_PASSWORD_FILE" help:"File that holds the console's password."`
	TrustedProxies    string `placeholder:"CIDR,..." variable:"SCIMFORCE_TRUSTED_PROXIES" help:"Addresses or networks of the proxies in front, which are believed what they say in X-Forwarded-For and X-Forwarded-Proto. Default: none."`

	OIDCIssuer           string `name:"oidc-issuer" placeholder:"URL" variable:"SCIMFORCE_OIDC_ISSUER" help:"OpenID Connect issuer by which administrators sign in to the console, besides the password."`
	OIDCClientID         string `name:"oidc-client-id" placeholder:"ID" variable:"SCIMFORCE_OIDC_CLIENT_ID" help:"The console's client id at that issuer."`
	OIDCClientSecret     string `name:"oidc-client-secret" placeholder:"SECRET" variable:"SCIMFORCE_OIDC_CLIENT_SECRET" help:"Its client secret."`
	OIDCClientSecretFile string `name:"oidc-client-secret-file" placeholder:"PATH" variable:"SCIMFORCE_OIDC_CLIENT_SECRET_FILE" help:"File that holds the client secret."`
	OIDCEmails           string `name:"oidc-emails" placeholder:"EMAIL,..." variable:"SCIMFORCE_OIDC_EMAILS" help:"Verified e-mail addresses that may sign in."`
	OIDCGroups           string `name:"oidc-groups" placeholder:"GROUP,..." variable:"SCIMFORCE_OIDC_GROUPS" help:"Groups whose members may sign in."`
	OIDCGroupsClaim      string `name:"oidc-groups-claim" placeholder:"CLAIM" variable:"SCIMFORCE_OIDC_GROUPS_CLAIM" help:"Claim that lists groups. Default groups."`
	OIDCScopes           string `name:"oidc-scopes" placeholder:"SCOPE,..." variable:"SCIMFORCE_OIDC_SCOPES" help:"Scopes to ask for besides openid and email."`
	OIDCName             string `name:"oidc-name" placeholder:"NAME" variable:"SCIMFORCE_OIDC_NAME" help:"What the sign-in button calls the issuer. Default: its host."`
}

// check takes the flags into s.
func (f consoleFlags) check(found *problems, s *Settings) {
	s.AdminPassword = secret(found, "SCIMFORCE_ADMIN_PASSWORD", f.AdminPassword, f.AdminPasswordFile)
	switch n := len([]rune(s.AdminPassword)); {
	case n > 0 && n < console.MinPassword:
		found.addf("SCIMFORCE_ADMIN_PASSWORD is shorter than %d characters: choose a longer one, such as what openssl rand -hex 16 prints", console.MinPassword)
	case len(s.AdminPassword) > console.MaxPassword:
		found.addf("SCIMFORCE_ADMIN_PASSWORD is longer than %d octets: choose a shorter one", console.MaxPassword)
	}
	for _, text := range commaList(f.TrustedProxies) {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil {
				found.addf("SCIMFORCE_TRUSTED_PROXIES: %q is no address or network: write such as 10.0.0.0/8 or 192.0.2.7, with commas between", text)
				continue
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		s.TrustedProxies = append(s.TrustedProxies, prefix.Masked())
	}
	f.checkOIDC(found, s)
}

func (f consoleFlags) checkOIDC(found *problems, s *Settings) {
	config := console.OIDCConfig{
		Name: f.OIDCName, Issuer: f.OIDCIssuer, ClientID: f.OIDCClientID, Emails: commaList(f.OIDCEmails), Groups: commaList(f.OIDCGroups),
		GroupsClaim: f.OIDCGroupsClaim, Scopes: commaList(f.OIDCScopes),
		ClientSecret: secret(found, "SCIMFORCE_OIDC_CLIENT_SECRET", f.OIDCClientSecret, f.OIDCClientSecretFile),
	}
	others := f.OIDCName + f.OIDCClientID + f.OIDCClientSecret + f.OIDCClientSecretFile + f.OIDCEmails + f.OIDCGroups + f.OIDCGroupsClaim + f.OIDCScopes
	switch {
	case f.OIDCIssuer == "" && others == "":
		return
	case f.OIDCIssuer == "":
		found.addf("SCIMFORCE_OIDC_ISSUER is missing: set it to the issuer URL of the OpenID Connect provider, or unset the other SCIMFORCE_OIDC_ settings")
	default:
		if err := config.Check(); err != nil {
			found.addf("SCIMFORCE_OIDC_ISSUER and its like: %v", err)
		}
	}
	s.OIDC = &config
}

// oidcIssuer is for the log.
func (s Settings) oidcIssuer() string {
	if s.OIDC == nil {
		return "not set"
	}
	return redactURL(s.OIDC.Issuer)
}

// commaList splits what is written with commas between.
func commaList(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
