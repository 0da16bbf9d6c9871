package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// tokenAnswer is a successful token answer, keys in the recorded order. There
// is no expires_in: only introspection tells the end of a session.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Signature    string `json:"signature"`
	Scope        string `json:"scope"`
	InstanceURL  string `json:"instance_url"`
	ID           string `json:"id"`
	TokenType    string `json:"token_type"`
	IssuedAt     string `json:"issued_at"` // milliseconds since 1970
	APIInstance  string `json:"api_instance_url,omitempty"`
}

// oauthError is a refused OAuth request: almost always HTTP 400.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func expiredToken() *oauthError { return &oauthError{"invalid_grant", "expired access/refresh token"} }

// stillProcessing is transient: the token is in use by another request.
func stillProcessing() *oauthError {
	return &oauthError{"invalid_grant", "token request is already being processed"}
}

// serveToken answers /services/oauth2/token.
func (s *Simulator) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if r.Method != http.MethodPost {
		refuseToken(w, &oauthError{"invalid_request", "must use HTTP POST"}) // unverified
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		refuseToken(w, &oauthError{"invalid_request", "malformed request body"}) // unverified
		return
	}
	grantType := r.PostForm.Get("grant_type")
	var g *grant
	var refresh string
	var bad *oauthError
	switch grantType {
	case "authorization_code":
		if bad = s.checkApp(r, s.cfg.App.RequireSecretForWebServer); bad == nil {
			g, refresh, bad = s.redeemCode(r)
		}
	case "refresh_token":
		if r.PostForm.Has("scope") {
			bad = &oauthError{"invalid_request", "scope parameter not supported"}
		} else if bad = s.checkApp(r, s.cfg.App.RequireSecretForRefresh); bad == nil {
			g, refresh, bad = s.refresh(r)
		}
	default:
		bad = &oauthError{"unsupported_grant_type", "grant type not supported"}
	}
	s.cfg.Logger.DebugContext(r.Context(), "token request", "grant_type", grantType, "refused", bad != nil)
	if bad != nil {
		refuseToken(w, bad)
		return
	}
	writePlainJSON(w, http.StatusOK, s.tokenAnswer(r, g, refresh))
}

// tokenAnswer starts a session for the grant and words the answer.
func (s *Simulator) tokenAnswer(r *http.Request, g *grant, refresh string) tokenAnswer {
	session := s.auth.startSession(g)
	t := tokenAnswer{
		AccessToken:  session.token,
		RefreshToken: refresh,
		Scope:        strings.Join(g.scopes, " "),
		InstanceURL:  s.sites[0].baseURL(r),
		ID:           s.sites[0].identityURL(s.sites[0].baseURL(r), g.userID),
		TokenType:    "Bearer",
		IssuedAt:     strconv.FormatInt(session.issued.UnixMilli(), 10),
	}
	mac := hmac.New(sha256.New, []byte(s.cfg.App.ConsumerSecret))
	mac.Write([]byte(t.ID + t.IssuedAt))
	t.Signature = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if slices.Contains(g.scopes, "sfap_api") || slices.Contains(g.scopes, "full") {
		t.APIInstance = "https://api.salesforce.com"
	}
	return t
}

// checkApp identifies the app by body or Basic header and checks its secret,
// where one is required or sent.
func (s *Simulator) checkApp(r *http.Request, needSecret bool) *oauthError {
	key, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		key, secret = user, password
	}
	if key != s.cfg.App.ConsumerKey {
		return &oauthError{"invalid_client_id", "client identifier invalid"}
	}
	if secret == "" && !needSecret {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(s.cfg.App.ConsumerSecret)) != 1 {
		return &oauthError{"invalid_client", "invalid client credentials"}
	}
	return nil
}

// work is the time a token request takes, while its token is held.
func (s *Simulator) work(r *http.Request, grantType string) {
	if s.cfg.OnToken != nil {
		s.cfg.OnToken(r.Context(), grantType)
	}
	_ = wait(r.Context(), s.cfg.TokenDelay) // one who leaves early changes nothing
}

// redeemCode exchanges an authorization code, once and within 15 minutes.
func (s *Simulator) redeemCode(r *http.Request) (*grant, string, *oauthError) {
	c, bad := s.auth.takeCode(r.PostForm.Get("code"))
	if bad != nil {
		return nil, "", bad
	}
	s.work(r, "authorization_code")
	if r.PostForm.Get("redirect_uri") != c.request.redirectURI {
		return nil, "", &oauthError{"redirect_uri_mismatch", "redirect_uri must match configuration"}
	}
	if bad := checkVerifier(c.request.challenge, r.PostForm.Get("code_verifier")); bad != nil {
		return nil, "", bad
	}
	if !s.mayLogIn(c.userID) {
		return nil, "", &oauthError{"inactive_user", "user is inactive"} // unverified
	}
	if !slices.Contains(c.request.scopes, "refresh_token") && !slices.Contains(c.request.scopes, "offline_access") {
		// Without the scope there is an access token only; the grant's refresh
		// token is one that nobody learns.
		return s.auth.grant(c.userID, c.request.scopes, newRefreshToken()), "", nil
	}
	g := s.auth.grant(c.userID, c.request.scopes, newRefreshToken())
	return g, g.refresh, nil
}

// checkVerifier compares the PKCE verifier with the challenge (RFC 7636).
func checkVerifier(challenge, verifier string) *oauthError {
	if challenge == "" {
		return nil
	}
	if verifier == "" {
		return &oauthError{"invalid_grant", "missing required code verifier"} // unverified: the description
	}
	sum := sha256.Sum256([]byte(verifier))
	want := strings.TrimRight(challenge, "=")
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(want)) != 1 {
		// The documentation says invalid_request for this one.
		return &oauthError{"invalid_request", "invalid code verifier"} // unverified: the description
	}
	return nil
}

// refresh exchanges a refresh token. While one request holds the token, others
// with it are refused; a token that a rotation has retired revokes its
// successor and all access tokens of the grant.
func (s *Simulator) refresh(r *http.Request) (*grant, string, *oauthError) {
	token := r.PostForm.Get("refresh_token")
	g, bad := s.auth.hold(token)
	if bad != nil {
		return nil, "", bad
	}
	s.work(r, "refresh_token")
	if !s.mayLogIn(g.userID) {
		s.auth.release(g, "")
		return nil, "", &oauthError{"inactive_user", "user is inactive"} // unverified
	}
	successor := ""
	if s.cfg.App.RotateRefreshTokens {
		successor = newRefreshToken()
	}
	if !s.auth.release(g, successor) {
		return nil, "", expiredToken() // revoked meanwhile
	}
	return g, successor, nil
}

func refuseToken(w http.ResponseWriter, e *oauthError) {
	w.Header().Set("Content-Type", "application/json")
	writePlainJSON(w, http.StatusBadRequest, e)
}
