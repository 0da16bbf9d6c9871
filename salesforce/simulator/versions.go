package simulator

import (
	"fmt"
	"net/http"
)

// serveVersions answers GET /services/data, which needs no token.
func (s *Simulator) serveVersions(w http.ResponseWriter, r *http.Request) {
	list := make([]object, len(s.versions))
	for i, v := range s.versions {
		list[i] = object{{"label", versionLabel(v)}, {"url", "/services/data/v" + v}, {"version", v}}
	}
	s.write(w, r, ok(list))
}

// versionLabel is the release of a version: three a year, "Spring '11" is 21.0.
func versionLabel(version string) string {
	n, _ := versionNumber(version)
	year := 11 + (n-21)/3
	switch (n - 21) % 3 {
	case 0:
		return fmt.Sprintf("Spring '%02d", year)
	case 1:
		return fmt.Sprintf("Summer '%02d", year)
	}
	return fmt.Sprintf("Winter '%02d", year+1)
}

// resources answers GET /services/data/vXX.X: name to path, and the identity
// URL of the caller. The names are those of a recorded org; not all of them
// are simulated.
func (s *Simulator) resources(q *request) answer {
	names := []string{
		"tooling", "metadata", "eclair", "folders", "prechatForms", "contact-tracing", "jsonxform", "chatter",
		"payments", "tabs", "appMenu", "quickActions", "queryAll", "commerce", "wave", "iot", "analytics", "search",
		"smartdatadiscovery", "identity", "composite", "parameterizedSearch", "fingerprint", "theme", "nouns", "domino",
		"event", "serviceTemplates", "recent", "connect", "licensing", "limits", "process", "dedupe", "async-queries",
		"query", "jobs", "match", "localizedvalue", "mobile", "emailConnect", "consent", "tokenizer", "compactLayouts",
		"knowledgeManagement", "sobjects", "actions", "support",
	}
	out := make(object, len(names))
	for i, name := range names {
		out[i] = member{name, "/services/data/v" + q.version + "/" + name}
		if name == "identity" {
			out[i].value = q.site.identityURL(q.base, q.actor.UserID)
		}
	}
	return ok(out)
}
