package idp

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxParameters bounds the body of a request for an access token, in bytes.
const maxParameters = 64 << 10

// parameters are those of a request for an access token that mean something
// here, each given once; an empty one is as good as none (RFC 6749 section 3.2).
type parameters map[string]string

// known parameters, and whether each is a secret.
func knownParameters() map[string]bool {
	return map[string]bool{
		"grant_type": false, "scope": false, "client_id": false, "client_secret": true,
		"client_assertion_type": false, "client_assertion": true,
	}
}

// readParameters reads the form in the body. The error is a *failure.
func readParameters(w http.ResponseWriter, r *http.Request) (parameters, error) {
	query := r.URL.Query()
	for name, secret := range knownParameters() {
		if secret && query.Has(name) {
			return nil, invalidRequest("A secret in the URL is refused, because URLs are written into logs. Send it in the body, and make a new one: this one is not secret any more.")
		}
	}
	if hasToken(r) {
		return nil, invalidRequest("A token in the URL is refused, because URLs are written into logs. Make a new one: this one is not secret any more.")
	}
	for name := range knownParameters() {
		if query.Has(name) {
			return nil, invalidRequest("The parameters belong into the body of the request, not into the URL.")
		}
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("The body must be of the type application/x-www-form-urlencoded, and the header Content-Type must say so.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxParameters))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &failure{status: http.StatusRequestEntityTooLarge, code: "invalid_request", description: "The body is larger than the 64 KiB that are read."}
	case err != nil:
		return nil, invalidRequest("The body broke off.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalidRequest("The body cannot be read: it is no application/x-www-form-urlencoded text.")
	}
	found := parameters{}
	for name := range knownParameters() {
		switch values := form[name]; len(values) {
		case 0:
		case 1:
			found[name] = values[0]
		default:
			return nil, invalidRequest("The parameter " + name + " is given more than once.")
		}
	}
	return found, nil
}
