package console

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/oauth"
	"scimforce/oauth/database"
	"scimforce/oauth/idp"
)

const (
	scimPath  = "/scim/v2"
	tokenPath = "/oauth/token"

	// noteNewToken is a token that was made and not shown yet.
	noteNewToken = "new-token"
	// noteForms are the marks of forms that were sent and must not count twice.
	noteForms = "forms"
	formsKept = 16
)

// newToken is a token on its way to the one page that shows it.
type newToken struct{ ID, Name, Secret string }

type tokenForm struct{ Name, Connection, Scope, Expires string }

type tokenRow struct {
	idp.Token
	Path  string
	State state
}

type providerPage struct {
	BaseURL, TokenURL string
	New               *newToken
	Tokens            []tokenRow
	Configured        []idp.Configured // from the environment
	Connections       []oauth.Connection
	Form              tokenForm
	Problems          map[string]string
	Mark              string // of this form; see once
}

func (c *Console) showProvider(v *visit) (answer, error) {
	page := providerPage{Form: tokenForm{Scope: string(idp.ScopeAll)}}
	if kept := v.sessions.PopString(v.Context(), noteNewToken); kept != "" {
		var made newToken
		if json.Unmarshal([]byte(kept), &made) == nil {
			page.New = &made
		}
	}
	return c.providerPage(v, http.StatusOK, page)
}

func (c *Console) providerPage(v *visit, status int, page providerPage) (answer, error) {
	tokens, err := c.config.Tokens.List(v.Context())
	if err != nil {
		return answer{}, err
	}
	for i := range tokens {
		page.Tokens = append(page.Tokens, c.tokenRow(tokens[i]))
	}
	page.Configured = c.config.Tokens.Configured()
	if page.Connections, err = c.config.Store.Connections(v.Context()); err != nil {
		return answer{}, err
	}
	page.BaseURL, page.TokenURL, page.Mark = c.publicURL(v.Request)+scimPath, c.publicURL(v.Request)+tokenPath, rand.Text()
	return answer{status: status, template: "identity-provider", title: "Identity provider", page: page}, nil
}

func (c *Console) tokenRow(t idp.Token) tokenRow {
	row := tokenRow{Token: t, Path: "/identity-provider/tokens/" + t.ID}
	now := c.now()
	switch {
	case !t.RevokedAt.IsZero() && !now.Before(t.RevokedAt):
		row.State = state{"bad", "Revoked"}
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		row.State = state{"bad", "Expired"}
	case !t.RevokedAt.IsZero():
		row.State = state{"warn", "Being replaced"}
	case !t.ExpiresAt.IsZero() && t.ExpiresAt.Sub(now) < 14*24*time.Hour:
		row.State = state{"warn", "Expires soon"}
	default:
		row.State = state{"good", "Good"}
	}
	return row
}

// createToken makes a token. A second click on the same form makes no second.
func (c *Console) createToken(v *visit) (answer, error) {
	form := tokenForm{Name: v.value("token-name"), Connection: v.value("token-connection"), Scope: v.value("token-scope"), Expires: v.value("token-expires")}
	page := providerPage{Form: form, Problems: map[string]string{}}
	if form.Name == "" {
		page.Problems["token-name"] = "Write a name, such as the identity provider's."
	}
	scope, err := idp.ParseScope(form.Scope)
	if err != nil {
		page.Problems["token-scope"] = sentence(err)
	}
	expires, ok := c.expiry(form.Expires)
	if !ok {
		page.Problems["token-expires"] = "Choose one of the times."
	}
	_, found, err := c.config.Store.Connection(v.Context(), form.Connection)
	if err != nil {
		return answer{}, err
	}
	if !found {
		page.Problems["token-connection"] = "Choose one of the connections."
	}
	if len(page.Problems) > 0 {
		return c.providerPage(v, http.StatusUnprocessableEntity, page)
	}
	if !v.once() {
		return redirect("/identity-provider"), nil
	}
	secret, token, err := c.config.Tokens.Create(v.Context(), idp.NewToken{Name: form.Name, Connection: form.Connection, Scope: scope, Expires: expires})
	if err != nil {
		if database.Explain(err) != "" || v.Context().Err() != nil {
			return answer{}, err
		}
		page.Problems["token-name"] = sentence(err) // such as that another has it
		return c.providerPage(v, http.StatusUnprocessableEntity, page)
	}
	c.logger.InfoContext(v.Context(), "an identity provider token was made in the console", "token", token.ID, "name", token.Name,
		"connection", token.Connection, "scope", string(token.Scope), "who", v.who)
	return c.handOver(v, secret, token)
}

// handOver keeps a token in the sealed session until the page that shows it.
func (c *Console) handOver(v *visit, secret string, token idp.Token) (answer, error) {
	kept, err := json.Marshal(newToken{token.ID, token.Name, secret})
	if err != nil {
		return answer{}, err
	}
	v.remember(noteNewToken, string(kept))
	return redirect("/identity-provider"), nil
}

// once tells whether the form that was sent is sent for the first time: each has
// a mark of its own, and the session remembers the last of them.
func (v *visit) once() bool {
	mark := v.value("mark")
	if len(mark) > 64 || strings.Contains(mark, " ") {
		mark = ""
	}
	sent := strings.Fields(v.note(noteForms))
	for _, before := range sent {
		if before == mark && mark != "" {
			return false
		}
	}
	if mark != "" {
		sent = append(sent, mark)
		v.remember(noteForms, strings.Join(sent[max(0, len(sent)-formsKept):], " "))
	}
	return true
}

// expiry is when a token ends that was chosen to end in days, "" for never.
func (c *Console) expiry(days string) (time.Time, bool) {
	switch days {
	case "":
		return time.Time{}, true
	case "30", "90", "365":
		n, _ := strconv.Atoi(days)
		return c.now().AddDate(0, 0, n), true
	}
	return time.Time{}, false
}

type tokenPage struct {
	tokenRow
	Open bool // it can still be rotated and revoked
	Mark string
}

// token is the one that the address names.
func (c *Console) token(v *visit) (idp.Token, error) {
	tokens, err := c.config.Tokens.List(v.Context())
	if err != nil {
		return idp.Token{}, err
	}
	id := chi.URLParam(v.Request, "id")
	for i := range tokens {
		if tokens[i].ID == id {
			return tokens[i], nil
		}
	}
	return idp.Token{}, notFound("token")
}

func (c *Console) showToken(v *visit) (answer, error) {
	t, err := c.token(v)
	if err != nil {
		return answer{}, err
	}
	return answer{template: "token", title: t.Name, page: tokenPage{tokenRow: c.tokenRow(t), Open: t.Good(c.now()), Mark: rand.Text()}}, nil
}

// rotateToken makes a successor; the token itself works on for the overlap.
func (c *Console) rotateToken(v *visit) (answer, error) {
	t, err := c.token(v)
	if err != nil {
		return answer{}, err
	}
	overlaps := map[string]time.Duration{"0": 0, "1": time.Hour, "24": 24 * time.Hour, "168": 7 * 24 * time.Hour}
	overlap, ok := overlaps[v.value("overlap")]
	if !ok {
		return answer{}, &failure{
			Status: http.StatusUnprocessableEntity, Title: "That is no overlap",
			Cause: "The form named a time that is none of the choices.", Remedy: "Go back and choose one.",
			Next: &link{"/identity-provider/tokens/" + t.ID, "Back to the token"},
		}
	}
	if !v.once() {
		return redirect("/identity-provider"), nil
	}
	secret, successor, err := c.config.Tokens.Rotate(v.Context(), t.ID, overlap)
	if errors.Is(err, idp.ErrNoToken) {
		return answer{}, notFound("token")
	}
	if err != nil {
		return answer{}, err
	}
	c.logger.InfoContext(v.Context(), "an identity provider token was rotated in the console", "token", t.ID, "successor", successor.ID, "overlap", overlap.String(), "who", v.who)
	return c.handOver(v, secret, successor)
}

func (c *Console) revokeToken(v *visit) (answer, error) {
	t, err := c.token(v)
	if err != nil {
		return answer{}, err
	}
	if err := c.config.Tokens.Revoke(v.Context(), t.ID); err != nil && !errors.Is(err, idp.ErrNoToken) {
		return answer{}, err
	}
	c.logger.InfoContext(v.Context(), "an identity provider token was revoked in the console", "token", t.ID, "name", t.Name, "who", v.who)
	v.tell("good", "“"+t.Name+"” is revoked. Whoever still uses it is refused.")
	return redirect("/identity-provider"), nil
}
