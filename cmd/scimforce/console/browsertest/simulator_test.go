package browsertest

import (
	"net/url"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/simulatortest"
)

const password = "open sesame"

// The simulator's pages are what a person sees between "Authenticate" and the way back, so they hold to the same rules.
func TestTheSimulatorsPagesAreAccessible(t *testing.T) {
	browser := New(t)
	org := simulatortest.New(t)
	org.Org.SetPassword(org.Org.AdminID(), password)
	authorize := org.URL + "/services/oauth2/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {simulatortest.ConsumerKey}, "redirect_uri": {simulatortest.CallbackURL}, "state": {"s"},
	}.Encode()

	t.Run("the org", func(t *testing.T) {
		page := browser.Page(t)
		page.Open(org.URL + "/")
		page.CheckAccessible()
		page.Screenshot("simulator")
		home := org.URL + "/_org/" + org.Org.ID()
		for _, path := range []string{"/people", "/people/" + org.Org.AdminID(), "/access", "/calls", "/no-such-page"} {
			page.Open(home + path)
			page.CheckAccessible()
		}
	})
	t.Run("login and approval, without scripts", func(t *testing.T) {
		page := browser.Page(t)
		page.WithoutScript()
		page.Open(authorize)
		page.CheckAccessible()
		page.Screenshot("simulator-login")
		page.Fill("username", simulatortest.Admin)
		page.Fill("password", "wrong")
		page.Press("Login")
		if said := page.Text("#error"); !strings.Contains(said, "password") {
			t.Errorf("a wrong password is answered %q", said)
		}
		page.CheckAccessible()
		page.Fill("username", simulatortest.Admin)
		page.Fill("password", password)
		page.Press("Login")
		if !page.Has("#oaapprove") || !page.Has("#oadeny") {
			t.Fatalf("after the login the page is %s", page.Source())
		}
		page.CheckAccessible()
		page.Screenshot("simulator-allow")
	})
	t.Run("a request nobody made, and a page nobody has", func(t *testing.T) {
		page := browser.Page(t)
		page.Open(authorize)
		evaluate[string](page, `document.querySelector("[name=request]").value = "made up"`)
		page.Fill("username", simulatortest.Admin)
		page.Fill("password", password)
		page.Press("Login")
		if heading := page.Text("h1"); heading != "Please begin again" {
			t.Errorf("the page is %q", heading)
		}
		page.CheckAccessible()
		page.Open(org.URL + "/no/such/page")
		page.CheckAccessible()
	})
}
