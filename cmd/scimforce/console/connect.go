package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"scimforce/oauth"
)

const (
	callbackPath = "/oauth/callback"

	// noteAuthorize is where a begun authorization leads the browser.
	noteAuthorize = "authorize"
	// noteSaved is the connection that was saved last, for a second click.
	noteSaved = "saved"

	maxTyped = 2048 // octets of one field; what is longer is no key
)

// connectForm is what was typed, except the secret.
type connectForm struct {
	LoginHost, MyDomain, Name, UsernameSuffix, ConsumerKey string
}

type connectPage struct {
	CallbackURL string
	OpenHTTP    bool   // Salesforce takes no callback of plain http but for localhost
	First       bool   // no connection is there yet
	Again       string // the connection that is authorized again with another app
	Form        connectForm
	Problems    map[string]string // by field
	HostWarning string            // the login host does not answer as Salesforce does
	// HostToAccept is that host, to go on with all the same.
	HostToAccept string
	WaitingHost  string // an authorization was begun there and has not come back
}

// showConnect is the form, filled with what a connection has when one is named.
func (c *Console) showConnect(v *visit) (answer, error) {
	page := connectPage{Form: connectForm{LoginHost: hostProduction}}
	if name := v.URL.Query().Get("connection"); name != "" {
		connection, found, err := c.config.Store.Connection(v.Context(), name)
		if err != nil {
			return answer{}, err
		}
		if !found {
			return answer{}, notFound("connection")
		}
		page.Again = name
		page.Form = connectForm{Name: name, UsernameSuffix: connection.UsernameSuffix, ConsumerKey: connection.ConsumerKey}
		page.Form.LoginHost, page.Form.MyDomain = choiceOf(connection.LoginURL)
	}
	return c.connectPage(v, http.StatusOK, page)
}

func (c *Console) connectPage(v *visit, status int, page connectPage) (answer, error) {
	connections, err := c.config.Store.Connections(v.Context())
	if err != nil {
		return answer{}, err
	}
	page.First = len(connections) == 0
	if page.Form.Name == "" && status == http.StatusOK {
		page.Form.Name = freeName(connections)
	}
	page.CallbackURL = c.publicURL(v.Request) + callbackPath
	if u, err := url.Parse(page.CallbackURL); err == nil {
		page.OpenHTTP = u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1"
	}
	if u, err := url.Parse(v.note(noteAuthorize)); err == nil {
		page.WaitingHost = u.Host
	}
	return answer{status: status, template: "connect", title: "Connect to Salesforce", page: page}, nil
}

// freeName is a name that no connection has.
func freeName(connections []oauth.Connection) string {
	taken := map[string]bool{}
	for _, c := range connections {
		taken[c.Name] = true
	}
	for _, name := range []string{oauth.DefaultConnection, "sandbox"} {
		if !taken[name] {
			return name
		}
	}
	for i := 2; ; i++ {
		if name := fmt.Sprintf("sandbox-%d", i); !taken[name] {
			return name
		}
	}
}

// connect begins an authorization with what the form says.
func (c *Console) connect(v *visit) (answer, error) {
	form := connectForm{
		LoginHost: v.value("login-host"), MyDomain: v.value("my-domain"), Name: strings.ToLower(v.value("name")),
		UsernameSuffix: v.value("username-suffix"), ConsumerKey: v.value("consumer-key"),
	}
	page := connectPage{Form: form, Problems: map[string]string{}, Again: v.value("again")}
	secret := v.value("consumer-secret")
	for field, typed := range map[string]string{
		"my-domain": form.MyDomain, "name": form.Name, "username-suffix": form.UsernameSuffix, "consumer-key": form.ConsumerKey, "consumer-secret": secret,
	} {
		if len(typed) > maxTyped {
			page.Problems[field] = fmt.Sprintf("This is longer than %d characters: look at what was pasted.", maxTyped)
		}
	}
	login, err := loginURL(form.LoginHost, form.MyDomain)
	if err != nil {
		page.Problems["my-domain"] = sentence(err)
	}
	if err := oauth.CheckName(form.Name); err != nil {
		page.Problems["name"] = "The name " + err.Error() + "."
	}
	if form.ConsumerKey == "" {
		page.Problems["consumer-key"] = "Copy the consumer key from the app's page in Salesforce Setup."
	}
	if secret == "" && page.Again == "" {
		page.Problems["consumer-secret"] = "Copy the consumer secret from the same page."
	}
	if len(page.Problems) > 0 {
		return c.connectPage(v, http.StatusUnprocessableEntity, page)
	}
	if !c.checkHost(v, login, &page) {
		return c.connectPage(v, http.StatusUnprocessableEntity, page)
	}
	return c.begin(v, oauth.Request{
		Connection: form.Name, LoginURL: login, ConsumerKey: form.ConsumerKey, ConsumerSecret: secret, UsernameSuffix: form.UsernameSuffix,
	}, &page)
}

// checkHost asks the login host whether it is Salesforce's. One that answers in
// another way is gone on with only after the administrator has said so. An address
// of Salesforce's pages is corrected in the form.
func (c *Console) checkHost(v *visit, login string, page *connectPage) bool {
	err := oauth.CheckLoginHost(v.Context(), c.config.HTTPClient, login)
	if err == nil {
		return true
	}
	said := oauth.Explain(err)
	var host *oauth.LoginHostError
	switch {
	case errors.As(err, &host) && host.Code == oauth.NotSalesforce:
		page.HostWarning, page.HostToAccept = joined(said.Cause, said.Remedy), login
		return v.value("accept-host") == login
	case errors.As(err, &host) && host.Instead != "":
		page.Form.LoginHost, page.Form.MyDomain = choiceOf(host.Instead)
		page.Problems["my-domain"] = joined(said.Title, "It is corrected here: press Authenticate again")
	default:
		page.Problems["my-domain"] = joined(said.Title, said.Cause, said.Remedy)
	}
	return false
}

// begin sends the browser on to Salesforce. page is shown again, with what is
// wrong, when the request is refused.
func (c *Console) begin(v *visit, request oauth.Request, page *connectPage) (answer, error) {
	request.Session = v.note(noteBrowser)
	request.RedirectURL = c.publicURL(v.Request) + callbackPath
	address, err := c.config.WebServer.Begin(v.Context(), request)
	if err != nil {
		if page == nil {
			return answer{}, c.explained(v, err)
		}
		said := c.said(v, err)
		page.Problems["form"] = joined(said.Title, said.Cause, said.Remedy)
		return c.connectPage(v, http.StatusUnprocessableEntity, *page)
	}
	v.remember(noteAuthorize, address)
	v.forget(noteSaved)
	return redirect("/connect/continue"), nil
}

// continuePage leads to another host.
type continuePage struct{ Address, Host, Text, Back string }

// serveContinue leads the browser on to Salesforce. The form is not answered with
// a redirect there: Chromium holds the whole chain of redirects after a form
// against form-action of the Content-Security-Policy, which would have to allow
// every host of Salesforce's, and any My Domain. A page that refreshes to another
// is a navigation of its own; at once, so that going back passes over it.
func (c *Console) serveContinue(v *visit) (answer, error) {
	address := v.note(noteAuthorize)
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return redirect("/connect"), nil
	}
	return answer{template: "continue", title: "To Salesforce", page: continuePage{
		Address: address, Host: u.Host, Back: "/connect",
		Text: "Log in there as the user whom the bridge shall act as, and press Allow.",
	}, refresh: address}, nil
}

// joined makes sentences of parts.
func joined(parts ...string) string {
	var out []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if !strings.HasSuffix(part, ".") {
			part += "."
		}
		out = append(out, strings.ToUpper(part[:1])+part[1:])
	}
	return strings.Join(out, " ")
}

func sentence(err error) string { return joined(err.Error()) }
