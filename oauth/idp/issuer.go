package idp

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Issuer is whose JWTs are trusted: an authorization server whose access tokens
// are taken as bearer tokens and as assertions of clients, or a client that
// signs its own assertions (private_key_jwt).
type Issuer struct {
	// Issuer is the claim iss of its JWTs; a slash at the end does not matter. It
	// is an https URL, which tells where the keys are by OpenID Connect
	// Discovery. With JWKSURL it may also be the bare id of a client. Required.
	Issuer string
	// Audience is what the claim aud must hold. Required. An assertion may be
	// for the token endpoint's URL instead.
	Audience string
	// JWKSURL is where the keys are. Default: where the issuer's discovery
	// document says.
	JWKSURL string
	// Clients are those that are let in, as one of the claims sub, azp, appid,
	// client_id or cid has them. Default: every client to which the issuer gives
	// a token for the audience.
	Clients []string
	// Connection is the authorized org that the clients work with. Required.
	Connection string
	// Scope is what they may do there. Required.
	Scope Scope
	// Person is the claim of a token of a person that holds his userName, such as
	// preferred_username: with it a token stands for the person (Caller.Person) and
	// not for the client, and is no client's assertion. The scope must be read.
	// Default: tokens stand for clients.
	Person string
}

// maxClients bounds the clients of an issuer that are listed.
const maxClients = 1000

// Check says what is wrong, all at once.
func (i Issuer) Check() error {
	var wrong []error
	if i.Issuer == "" {
		wrong = append(wrong, errors.New("the issuer is missing: write the iss of its tokens, such as https://login.microsoftonline.com/TENANT/v2.0"))
	} else if i.JWKSURL == "" || strings.ContainsAny(i.Issuer, "/:") {
		if problem := checkHTTPS(i.Issuer); problem != "" {
			wrong = append(wrong, fmt.Errorf("the issuer %s", problem))
		}
	}
	if i.Audience == "" {
		wrong = append(wrong, errors.New("the audience is missing: write the aud of the tokens that are meant for the bridge"))
	}
	if i.JWKSURL != "" {
		if problem := checkHTTPS(i.JWKSURL); problem != "" {
			wrong = append(wrong, fmt.Errorf("the URL of the keys %s", problem))
		}
	}
	if len(i.Clients) > maxClients {
		wrong = append(wrong, fmt.Errorf("there are more than %d clients", maxClients))
	}
	for _, text := range append([]string{i.Issuer, i.Audience, i.Person}, i.Clients...) {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
			wrong = append(wrong, fmt.Errorf("%q holds white space or a control character", text))
		}
	}
	if i.Person != "" && i.Scope != ScopeRead {
		wrong = append(wrong, fmt.Errorf("the tokens of persons (person: %s) have the scope %s: a person may only read, write read", i.Person, i.Scope))
	}
	if slices.Contains(i.Clients, "") {
		wrong = append(wrong, errors.New("one of the clients is empty: remove it"))
	}
	if !isConnectionName(i.Connection) {
		wrong = append(wrong, fmt.Errorf("%q is no name of a connection: those are small letters, digits and hyphens, at most 32", i.Connection))
	}
	if s, err := ParseScope(string(i.Scope)); err != nil || s != i.Scope {
		wrong = append(wrong, fmt.Errorf("%q is no scope: write read, users, groups or all", i.Scope))
	}
	return errors.Join(wrong...)
}

// checkHTTPS is what is wrong with a URL, in words that follow its name; "" when
// nothing is. Keys that come over plain http could be anybody's, unless they
// come from this machine.
func checkHTTPS(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return fmt.Sprintf("%q is no https URL", text)
	case u.User != nil:
		return fmt.Sprintf("%q holds a user or a password: leave them out", u.Redacted())
	case u.Fragment != "":
		return fmt.Sprintf("%q has a part after #: leave it out", text)
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return ""
	}
	return fmt.Sprintf("%q must begin with https://", text)
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// CheckIssuers says what is wrong with one of several, or between them, all at
// once.
func CheckIssuers(issuers []Issuer) error {
	var wrong []error
	for n, i := range issuers {
		if err := i.Check(); err != nil {
			for problem := range strings.Lines(err.Error()) {
				wrong = append(wrong, fmt.Errorf("entry %d: %s", n+1, strings.TrimSpace(problem)))
			}
			continue
		}
		for m, other := range issuers[:n] {
			if problem := i.beside(other); problem != "" {
				wrong = append(wrong, fmt.Errorf("entry %d: %s", n+1, fmt.Sprintf(problem, m+1)))
			}
		}
	}
	return errors.Join(wrong...)
}

// beside is what is wrong with an issuer beside another, as a format for the
// number of the other; "" when they can be told apart.
func (i Issuer) beside(other Issuer) string {
	both := func(client string) bool { return slices.Contains(other.Clients, client) }
	switch {
	case i.name() != other.name():
		return ""
	case i.JWKSURL != other.JWKSURL:
		return "the issuer is that of entry %d, but the URL of its keys is another: write the same"
	case i.Audience != other.Audience:
		return ""
	case len(i.Clients) == 0 || len(other.Clients) == 0:
		return "issuer and audience are those of entry %d: list the clients of each"
	case slices.ContainsFunc(i.Clients, both):
		return "issuer, audience and one of the clients are those of entry %d: leave the client in one of them"
	}
	return ""
}

// name is the issuer without the slash that some write at its end and others
// do not.
func (i Issuer) name() string { return issuerName(i.Issuer) }

func issuerName(iss string) string { return strings.TrimSuffix(iss, "/") }

// admits is the client that is let in among the names that one has, "" when
// none is.
func (i Issuer) admits(names []string) string {
	if len(i.Clients) == 0 && len(names) > 0 {
		return names[0]
	}
	for _, name := range names {
		if slices.Contains(i.Clients, name) {
			return name
		}
	}
	return ""
}

// maxUserName bounds the userName of a person, in characters: more than
// Salesforce has for one.
const maxUserName = 255

// credential is a client of the issuer that was let in.
func (i Issuer) credential(client string) credential {
	name := client
	if u, err := url.Parse(i.Issuer); err == nil && u.Host != "" {
		name += "@" + u.Host
	}
	return credential{caller: Caller{Credential: name, Connection: i.Connection, Scope: i.Scope}, client: client, issuer: &i}
}

// presenting is the credential of a client with its token: where tokens are those
// of persons, it stands for the person.
func (i Issuer) presenting(client string, c claims) (credential, error) {
	found := i.credential(client)
	if i.Person == "" {
		return found, nil
	}
	found.caller.Person, _ = c.all[i.Person].(string)
	if found.caller.Person == "" || utf8.RuneCountInString(found.caller.Person) > maxUserName {
		return credential{}, refusal(reasonClient, "The JWT names no person: its issuer puts the userName into another claim than the one that is configured.")
	}
	return found, nil
}

// trusted is one issuer: its keys, and the entries of the configuration that
// name it.
type trusted struct {
	keys    *keySet
	entries []Issuer
}

// trust makes the issuers of a configuration that was checked. It asks nobody.
func trust(c Config) map[string]*trusted {
	found := map[string]*trusted{}
	for _, i := range c.Issuers {
		if found[i.name()] == nil {
			found[i.name()] = &trusted{keys: newKeySet(c, i)}
		}
		found[i.name()].entries = append(found[i.name()].entries, i)
	}
	return found
}
