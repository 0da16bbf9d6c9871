package idp

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// unavailableFor is when to come again where a credential could not be checked.
const unavailableFor = 15 * time.Second

// TokenEndpoint answers POST /oauth/token: the client credentials grant of RFC
// 6749 section 4.4. A client's id is the id of a token of this bridge and its
// secret the token (client_secret_basic or client_secret_post); for a token of
// the configuration the id is its name. Or a client proves itself by an
// assertion of a configured issuer (RFC 7523: private_key_jwt, or a federated
// identity). What comes back is an access token,
// opaque, for an hour, with the client's scope or a narrower one. Errors are
// those of section 5.2; wrong secrets are slowed and counted as Authenticate
// does.
func (a *Authenticator) TokenEndpoint() http.Handler { return http.HandlerFunc(a.serveToken) }

func (a *Authenticator) serveToken(w http.ResponseWriter, r *http.Request) {
	granted, err := a.grant(w, r)
	log := func(outcome string) {
		a.config.Logger.InfoContext(r.Context(), "token endpoint", slog.String("outcome", outcome),
			slog.String("credential", granted.credential), slog.String("address", a.locate(r).String()))
	}
	if err != nil {
		f := a.failure(r, err)
		log(f.code + ": " + f.description)
		f.write(w)
		return
	}
	log("access token")
	writeJSON(w, http.StatusOK, granted)
}

// granted is the answer to a good request (RFC 6749 section 5.1).
type granted struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       Scope  `json:"scope"`

	credential string
}

// grant does what the request asks for. The error is a *failure, a
// *RefusedError or an *UnavailableError.
func (a *Authenticator) grant(w http.ResponseWriter, r *http.Request) (granted, error) {
	if r.Method != http.MethodPost {
		return granted{}, &failure{status: http.StatusMethodNotAllowed, code: "invalid_request", description: "The token endpoint takes POST only."}
	}
	p, err := readParameters(w, r)
	if err != nil {
		return granted{}, err
	}
	switch p["grant_type"] {
	case "client_credentials":
	case "":
		return granted{}, invalidRequest("The parameter grant_type is missing: send grant_type=client_credentials.")
	default:
		return granted{}, &failure{status: http.StatusBadRequest, code: "unsupported_grant_type", description: "The only grant_type here is client_credentials."}
	}
	client, err := a.client(r, p)
	if err != nil {
		return granted{}, err
	}
	scope, err := narrow(client.caller.Scope, p["scope"])
	if err != nil {
		return granted{credential: client.caller.Credential}, err
	}
	secret, t, err := a.issue(r.Context(), client, scope)
	if err != nil {
		return granted{credential: client.caller.Credential}, err
	}
	a.note(r, client)
	return granted{
		AccessToken: secret, TokenType: "Bearer", ExpiresIn: int(t.ExpiresAt.Sub(t.CreatedAt) / time.Second), Scope: t.Scope,
		credential: client.caller.Credential,
	}, nil
}

// narrow is the scope of an access token for a client that asks for the scopes
// in asked, with blanks between; nothing asks for all that the client has. Each
// scope includes reading.
func narrow(has Scope, asked string) (Scope, error) {
	var wanted Scope
	for word := range strings.FieldsSeq(asked) {
		// unverified: whether Entra sends a scope of another form than what the administrator typed for the app.
		// "/.default" at the end is Microsoft's word for what the client has.
		if strings.HasSuffix(word, "/.default") {
			continue
		}
		s, err := ParseScope(word)
		switch {
		case err != nil || string(s) != word:
			return "", &failure{status: http.StatusBadRequest, code: "invalid_scope", description: "There is no such scope: ask for read, users, groups or all, or for none to get what the client has."}
		case wanted == "" || wanted == ScopeRead || s == ScopeAll:
			wanted = s
		case s != ScopeRead && s != wanted && wanted != ScopeAll:
			return "", &failure{status: http.StatusBadRequest, code: "invalid_scope", description: "An access token has one scope: ask for all instead of users and groups."}
		}
	}
	switch {
	case wanted == "":
		return has, nil
	case has.meet(wanted) != wanted:
		return "", &failure{status: http.StatusBadRequest, code: "invalid_scope", description: "The client has the scope " + string(has) + " and cannot get a wider one."}
	}
	return wanted, nil
}

// failure is an answer that grants nothing (RFC 6749 section 5.2).
type failure struct {
	status int
	code   string
	// description is a sentence for whoever set the client up. It quotes nothing
	// of what was sent.
	description string
	retryAfter  time.Duration
}

// Error implements error.
func (f *failure) Error() string { return "idp: " + f.code + ": " + f.description }

func invalidRequest(description string) *failure {
	return &failure{status: http.StatusBadRequest, code: "invalid_request", description: description}
}

// failure is the answer to an error, which it counts if it is a refusal.
func (a *Authenticator) failure(r *http.Request, err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var refused *RefusedError
	if errors.As(err, &refused) {
		a.failed(r, refused)
		f := &failure{status: http.StatusUnauthorized, code: "invalid_client", description: refused.Detail}
		if refused.RetryAfter > 0 {
			f.status, f.retryAfter = http.StatusTooManyRequests, refused.RetryAfter
			f.description = "Too many requests with a wrong credential came from this address. The last one: " + refused.Detail
		}
		return f
	}
	a.config.Logger.WarnContext(r.Context(), "a client could not be checked", slog.String("error", err.Error()))
	return &failure{
		status: http.StatusServiceUnavailable, code: "temporarily_unavailable", retryAfter: unavailableFor,
		description: "The client could not be checked just now. Repeat the request; nothing needs to be changed in the client.",
	}
}

func (f *failure) write(w http.ResponseWriter) {
	switch f.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="scim", charset="UTF-8"`)
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	}
	if f.retryAfter > 0 {
		seconds := int64((f.retryAfter + time.Second - 1) / time.Second)
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	// The description may hold neither quote nor backslash.
	writeJSON(w, f.status, map[string]string{"error": f.code, "error_description": strings.ReplaceAll(f.description, `"`, `'`)})
}

// writeJSON answers so that nobody keeps it (RFC 6749 section 5.1).
func writeJSON(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone if this fails
}
