package oauth

import (
	"fmt"
	"net/url"
	"strings"
)

// ExplainRedirect words redirect_uri_mismatch. Salesforce shows that error on a
// page of its own and never sends the browser back, so it has to be said before.
// sent is the callback that the bridge sends; registered is the one in the app,
// or the one that the browser's address suggests, and "" where it is not known.
// Where both are known the first difference is named.
func ExplainRedirect(sent, registered string) Explanation {
	e := lookup("redirect_uri_mismatch", "").explained()
	e.Remedy = fmt.Sprintf("enter this callback URL in the app, exactly as it is: %s", sent)
	if registered == "" || registered == sent {
		return e
	}
	e.Cause = fmt.Sprintf("the bridge sends %s, and the app seems to have %s: %s, and Salesforce compares them letter for letter", sent, registered, difference(sent, registered))
	return e
}

// difference names what differs between two URLs.
func difference(sent, registered string) string {
	a, errA := url.Parse(sent)
	b, errB := url.Parse(registered)
	switch {
	case strings.TrimSpace(registered) != registered:
		return "there is white space around the one in the app"
	case errA != nil, errB != nil, b.Host == "":
		return "the one in the app is no URL"
	case !strings.EqualFold(a.Scheme, b.Scheme):
		return fmt.Sprintf("%s is not %s", a.Scheme, b.Scheme)
	case !strings.EqualFold(a.Hostname(), b.Hostname()):
		return "the host differs"
	case a.Port() != b.Port():
		return "the port differs"
	case strings.TrimRight(a.Path, "/") == strings.TrimRight(b.Path, "/") && a.Path != b.Path:
		return "one has a slash at the end"
	case strings.EqualFold(sent, registered):
		return "capital and small letters differ"
	case a.Path != b.Path:
		return "the path differs"
	}
	return "what follows the path differs"
}
