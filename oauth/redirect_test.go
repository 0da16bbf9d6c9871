package oauth

import (
	"strings"
	"testing"
)

func TestTwoCallbacksThatDifferAreBothShownWithWhatDiffers(t *testing.T) {
	sent := "https://scim.acme.example/oauth/callback"
	for name, test := range map[string]struct{ registered, difference string }{
		"by the scheme":            {"http://scim.acme.example/oauth/callback", "https is not http"},
		"by the host":              {"https://bridge.acme.example/oauth/callback", "the host differs"},
		"by the port":              {"https://scim.acme.example:8443/oauth/callback", "the port differs"},
		"by the path":              {"https://scim.acme.example/callback", "the path differs"},
		"by a slash at the end":    {"https://scim.acme.example/oauth/callback/", "one has a slash at the end"},
		"by capital letters":       {"https://scim.acme.example/OAuth/callback", "capital and small letters differ"},
		"by a query":               {"https://scim.acme.example/oauth/callback?x=1", "what follows the path differs"},
		"by white space":           {"https://scim.acme.example/oauth/callback ", "white space around the one in the app"},
		"by being no URL":          {"scim.acme.example", "the one in the app is no URL"},
		"by nothing":               {sent, ""},
		"because one is not known": {"", ""},
	} {
		e := ExplainRedirect(sent, test.registered)
		if !strings.Contains(e.Remedy, sent) || e.Code != "redirect_uri_mismatch" {
			t.Errorf("%s: %+v", name, e)
		}
		if test.difference != "" && (!strings.Contains(e.Cause, sent) || !strings.Contains(e.Cause, test.registered) || !strings.Contains(e.Cause, test.difference)) {
			t.Errorf("%s: the cause is %q", name, e.Cause)
		}
		if test.difference == "" && strings.Contains(e.Cause, "seems") {
			t.Errorf("%s: the cause is %q", name, e.Cause)
		}
	}
}
