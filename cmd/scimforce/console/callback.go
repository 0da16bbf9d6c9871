package console

import (
	"net/http"

	"scimforce/oauth"
	"scimforce/oauth/database"
)

// serveCallback is where Salesforce sends the browser after the administrator
// has allowed or denied the app. It leads to a page without the code in its
// address.
func (c *Console) serveCallback(v *visit) (answer, error) {
	browser := v.note(noteBrowser)
	if v.who == "" || browser == "" {
		return answer{}, &failure{
			Status: http.StatusUnauthorized, Title: "This browser is not signed in to the console",
			Cause:  "Salesforce sent the browser back, and the session that had begun the authorization is over or belongs to another browser. Nothing was stored.",
			Remedy: "Sign in and begin again. It has to begin and end in the same browser, at the same address.",
			Next:   &link{"/sign-in", "Sign in"},
		}
	}
	_, err := c.config.WebServer.Complete(v.Context(), browser, v.URL.Query())
	if err == nil {
		v.forget(noteAuthorize)
		return redirect("/connect/review"), nil
	}
	f := c.explained(v, err)
	if _, waiting, pendingErr := c.config.WebServer.Pending(v.Context(), browser); pendingErr == nil && waiting {
		f.Next = &link{"/connect/review", "Look at the authorization that waits"}
	}
	return answer{}, f
}

// explained makes a page of an error of package oauth. What the page says is
// oauth's to know; the log has the error itself.
func (c *Console) explained(v *visit, err error) *failure {
	said := c.said(v, err)
	if said.Code == "unknown" || said.Code == oauth.StoreFailed || database.Explain(err) != "" {
		return c.explain(v, err)
	}
	c.logger.WarnContext(v.Context(), "an authorization failed", "code", said.Code, "error", err.Error())
	f := &failure{
		Status: http.StatusBadRequest, Title: said.Title, Cause: joined(said.Cause), Remedy: joined(said.Remedy), Code: said.Code,
		Next: &link{"/connect", "Begin again"},
	}
	if oauth.IsUnavailable(err) {
		f.Status = http.StatusBadGateway
	}
	if said.Code == "redirect_uri_mismatch" {
		f.Copies = []copyable{{"callback-url", "Callback URL for the app", c.publicURL(v.Request) + callbackPath}}
	}
	return f
}

// said is what oauth says of an error. Of a callback that is not the app's it says
// which one the bridge sends, and which one somebody may have entered who went by
// the address of his browser.
func (c *Console) said(v *visit, err error) oauth.Explanation {
	said := oauth.Explain(err)
	if said.Code == "redirect_uri_mismatch" {
		return oauth.ExplainRedirect(c.publicURL(v.Request)+callbackPath, c.openAt(v.Request)+callbackPath)
	}
	return said
}

type reviewPage struct {
	oauth.Authorization
	Replaces bool // a connection of that name is in use
}

// showReview is who was authorized for what, before anything is stored.
func (c *Console) showReview(v *visit) (answer, error) {
	waiting, found, err := c.config.WebServer.Pending(v.Context(), v.note(noteBrowser))
	if err != nil {
		return answer{}, err
	}
	if !found {
		return answer{}, nothingWaits()
	}
	before, replaces, err := c.config.Store.Connection(v.Context(), waiting.Connection.Name)
	if err != nil {
		return answer{}, err
	}
	return answer{template: "review", title: "Save the connection", page: reviewPage{waiting, replaces && !before.ConnectedAt.IsZero()}}, nil
}

func (c *Console) save(v *visit) (answer, error) {
	if name := v.note(noteSaved); name != "" {
		return redirect(connectionPath(name)), nil // a second click
	}
	connection, err := c.config.WebServer.Save(v.Context(), v.note(noteBrowser))
	if err != nil {
		return answer{}, c.explained(v, err)
	}
	v.remember(noteSaved, connection.Name)
	c.logger.InfoContext(v.Context(), "a connection was saved in the console", "connection", connection.Name, "who", v.who)
	if err := c.config.Bridge.Reload(v.Context()); err != nil {
		c.logger.ErrorContext(v.Context(), "the bridge could not take up the saved connection", "connection", connection.Name, "error", err.Error())
		v.tell("warn", "The connection is saved, and the bridge could not take it up yet. It tries again within seconds; the log says why.")
	} else {
		v.tell("good", "The connection is saved and in use. What is left: give your identity provider a token.")
	}
	return redirect(connectionPath(connection.Name)), nil
}

func (c *Console) discard(v *visit) (answer, error) {
	if err := c.config.WebServer.Discard(v.Context(), v.note(noteBrowser)); err != nil {
		return answer{}, c.explained(v, err)
	}
	v.tell("good", "Discarded. Nothing was stored, and what Salesforce had granted is given back.")
	return redirect("/"), nil
}

func nothingWaits() *failure {
	return &failure{
		Status: http.StatusNotFound, Title: "No authorization waits to be saved",
		Cause:  "It was saved or discarded already, or it waited for more than an hour.",
		Remedy: "Look whether the connection is there; begin again if it is not.",
		Next:   &link{"/", "Go to the connections"},
	}
}
