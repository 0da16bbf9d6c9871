package idp

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// presented is the secret in a request's Authorization header. Accepted are
// "Bearer x" (RFC 6750 section 2.1, the scheme in any case), "Bearer Bearer x"
// (an administrator pasted the scheme into a field that adds it), the bare "x"
// (Okta's header authentication sends the field as it was typed), and "Basic"
// with the secret as the password (RFC 7617), whatever the user name.
func presented(r *http.Request) (secret string, _ *RefusedError) {
	values := r.Header.Values("Authorization")
	switch {
	case len(values) == 0 && hasToken(r):
		return "", refusal(reasonMalformed, "A token in the URL is refused, because URLs are written into logs. Send it as \"Authorization: Bearer TOKEN\", and make a new one: this one is not secret any more.")
	case len(values) == 0:
		return "", refusal(reasonMissing, "The token is missing. Send it as \"Authorization: Bearer TOKEN\".")
	case len(values) > 1:
		return "", refusal(reasonMalformed, "The request has more than one Authorization header. Send one.")
	}
	text := strings.TrimSpace(values[0])
	if scheme, rest, found := strings.Cut(text, " "); found && strings.EqualFold(scheme, "basic") {
		return password(strings.TrimSpace(rest))
	}
	for range 2 {
		scheme, rest, found := strings.Cut(text, " ")
		if !found || !strings.EqualFold(scheme, "bearer") {
			break
		}
		text = strings.TrimSpace(rest)
	}
	if text == "" || strings.EqualFold(text, "bearer") || strings.EqualFold(text, "basic") {
		return "", refusal(reasonMissing, "The Authorization header holds no token. Send it as \"Authorization: Bearer TOKEN\".")
	}
	return text, nil
}

// password is that of Basic credentials.
func password(encoded string) (string, *RefusedError) {
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	_, secret, found := strings.Cut(string(decoded), ":")
	if err != nil || !found {
		return "", refusal(reasonMalformed, "The Basic credentials cannot be read: they are the base64 of a user name, a colon and the token.")
	}
	if secret == "" {
		return "", refusal(reasonMissing, "The Basic credentials have no password. Use the token as the password; the user name may be anything.")
	}
	return secret, nil
}

// hasToken reports whether somebody put a token into the query (RFC 6750
// section 2.3, which advises against it).
func hasToken(r *http.Request) bool { return r.URL.Query().Has("access_token") }

// challenges are the values of WWW-Authenticate for a refusal. An error is
// named only when there was a credential (RFC 6750 section 3.1).
func challenges(why reason) []string {
	bearer := `Bearer realm="scim"`
	if why != reasonMissing {
		bearer += `, error="invalid_token"`
	}
	return []string{bearer, `Basic realm="scim", charset="UTF-8"`}
}
