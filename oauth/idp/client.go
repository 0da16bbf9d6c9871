package idp

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// client finds out who asks for an access token (RFC 6749 section 2.3).
func (a *Authenticator) client(r *http.Request, p parameters) (credential, error) {
	headers := r.Header.Values("Authorization")
	switch {
	case len(headers) > 1:
		return credential{}, invalidRequest("The request has more than one Authorization header. Send one.")
	case p["client_secret"] != "" && p["client_assertion"] != "":
		return credential{}, invalidRequest("The client authenticates twice, by a secret and by an assertion. Use one of them.")
	case len(headers) == 1 && (p["client_secret"] != "" || p["client_assertion"] != ""):
		return credential{}, invalidRequest("The client authenticates twice, by the Authorization header and in the body. Use one of them.")
	case len(headers) == 1:
		return a.basicClient(r, p["client_id"])
	case p["client_assertion"] != "" && p["client_assertion_type"] != assertionType:
		return credential{}, invalidRequest("The client_assertion_type must be " + assertionType + ".")
	case p["client_assertion"] != "":
		return a.assertedClient(r.Context(), p["client_id"], p["client_assertion"])
	case p["client_secret"] != "" && p["client_id"] == "":
		return credential{}, refusal(reasonMalformed, "The client_id is missing: it is the token's id, as the list of tokens shows it.")
	case p["client_secret"] != "":
		return a.secretClient(r.Context(), p["client_id"], p["client_secret"])
	}
	return credential{}, refusal(reasonMissing, "The client does not authenticate: send client_id, which is the id of a token, and client_secret, which is the token, or a client_assertion.")
}

// basicClient is a client that authenticates by HTTP Basic. named is the
// client_id in the body, which may repeat it.
func (a *Authenticator) basicClient(r *http.Request, named string) (credential, error) {
	id, secret, ok := r.BasicAuth()
	switch {
	case !ok:
		return credential{}, refusal(reasonMalformed, "The Authorization header cannot be read: it must be Basic with the base64 of the client id, a colon and the client secret.")
	case secret == "":
		return credential{}, refusal(reasonMissing, "The Basic credentials have no password: it is the client secret, which is the token.")
	case named != "" && named != id:
		return credential{}, invalidRequest("The client_id in the body is another than that of the Authorization header.")
	}
	// Both are form-urlencoded before they become base64 (RFC 6749 section
	// 2.3.1), and some clients leave that out. It makes no difference but to
	// configured tokens, which may be any text.
	client, err := a.secretClient(r.Context(), formDecoded(id), formDecoded(secret))
	var refused *RefusedError
	if errors.As(err, &refused) && strings.ContainsAny(id+secret, "%+") {
		return a.secretClient(r.Context(), id, secret)
	}
	return client, err
}

// formDecoded is text, or as it is when it is not form-urlencoded.
func formDecoded(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// secretClient is the client whose secret is a token of this bridge.
func (a *Authenticator) secretClient(ctx context.Context, id, secret string) (credential, error) {
	if formOf(secret) == wellMadeAT {
		return credential{}, refusal(reasonUnknown, "The client secret is an access token. Use the token that the client was made with.")
	}
	found, err := a.find(ctx, secret)
	var refused *RefusedError
	if errors.As(err, &refused) && formOf(secret) == foreign {
		return credential{}, refusal(reasonUnknown, "The client secret is not one of this bridge's tokens.")
	}
	if err != nil {
		return credential{}, err
	}
	if found.issuer != nil {
		return credential{}, refusal(reasonUnknown, "The client secret is a JWT. Send it as client_assertion, or use a token of this bridge as the secret.")
	}
	if subtle.ConstantTimeCompare([]byte(found.client), []byte(id)) != 1 {
		return credential{}, refusal(reasonUnknown, "The client_id is not that of the client secret: it is the token's id, as the list of tokens shows it, and changes when the token is rotated.")
	}
	return found, nil
}
