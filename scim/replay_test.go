package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/scim"
	"scimforce/scim/scimtest"
)

// script is a file of testdata/corpus: what one client sends in one situation,
// in order, and what it is answered. `go test -update` writes the answers anew.
type script struct {
	// About says which client and situation it is, and where the requests were
	// seen.
	About string `json:"about"`
	// UserAgent of the client.
	UserAgent string `json:"userAgent,omitempty"`
	Steps     []step `json:"steps"`
}

// step is one request. In its path and body, and in the answer, {{name}}
// stands for a value that an earlier step kept.
type step struct {
	Does string `json:"does"`
	// Request line: "GET /Users?count=1", the query as the client encodes it.
	Request string `json:"request"`
	// ContentType, "application/scim+json" when there is a body and none is
	// given.
	ContentType string          `json:"contentType,omitempty"`
	Body        json.RawMessage `json:"body,omitempty"`
	// Keep names values of the answer by their path: {"ada": "Resources.0.id"}.
	Keep   map[string]string `json:"keep,omitempty"`
	Answer reply             `json:"answer"`
}

// reply is what came back, with ids, times and versions masked.
type reply struct {
	Status   int             `json:"status"`
	Location string          `json:"location,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"`
}

func TestClientsAreAnsweredAsInTheCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.json")
	must(t, err)
	for _, client := range []string{
		"okta-aiw", "okta-oin", "entra-update", "entra-flag", "authentik", "onelogin", "jumpcloud", "pingfederate", "cyberark", "sailpoint", "keycloak",
	} {
		if !slices.Contains(files, filepath.Join("testdata", "corpus", client+".json")) {
			t.Errorf("the corpus has nothing of %s", client)
		}
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			must(t, err)
			var s script
			decoder := json.NewDecoder(bytes.NewReader(data))
			decoder.DisallowUnknownFields()
			must(t, decoder.Decode(&s))
			replay(t, &s)
			if scim.Updating() {
				write(t, file, s)
			}
		})
	}
}

// replay sends the steps to a fresh bridge over a fresh org and compares; when
// updating it takes the answers over.
func replay(t *testing.T, s *script) {
	t.Helper()
	bridge := newStack(t)
	kept := map[string]string{}
	for i := range s.Steps {
		st := &s.Steps[i]
		w := httptest.NewRecorder()
		bridge.Handler.ServeHTTP(w, st.request(t, kept, s.UserAgent))
		for name, path := range st.Keep {
			value, ok := lookup(w.Body.Bytes(), path)
			if !ok {
				t.Fatalf("step %d (%s): there is no %s in %d: %s", i+1, st.Does, path, w.Code, w.Body)
			}
			kept[name] = value
		}
		got := reply{Status: w.Code, Location: mask(w.Header().Get("Location"), kept)}
		if w.Body.Len() > 0 {
			if mediaType := w.Header().Get("Content-Type"); mediaType != "application/scim+json" {
				t.Errorf("step %d (%s): content type %q", i+1, st.Does, mediaType)
			}
			got.Body = json.RawMessage(mask(indent(t, w.Body.Bytes()), kept))
		}
		if scim.Updating() {
			st.Answer = got
			continue
		}
		want := st.Answer
		if len(want.Body) > 0 {
			want.Body = json.RawMessage(indent(t, want.Body))
		}
		if diff := cmp.Diff(show(want), show(got)); diff != "" {
			t.Errorf("step %d (%s): %s\n%s", i+1, st.Does, st.Request, diff)
		}
	}
}

// request makes the step's request.
func (st *step) request(t *testing.T, kept map[string]string, userAgent string) *http.Request {
	t.Helper()
	method, target, ok := strings.Cut(fill(st.Request, kept), " ")
	if !ok {
		t.Fatalf("%q is no request line", st.Request)
	}
	r := httptest.NewRequest(method, target, strings.NewReader(fill(string(st.Body), kept)))
	r.Header.Set("Authorization", "Bearer "+scimtest.Token)
	r.Header.Set("User-Agent", userAgent)
	switch {
	case st.ContentType != "":
		r.Header.Set("Content-Type", st.ContentType)
	case len(st.Body) > 0:
		r.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	return r
}

// fill puts kept values in.
func fill(text string, kept map[string]string) string {
	for name, value := range kept {
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	return text
}

// What differs from run to run and is not the answer's point.
var (
	anyTime    = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	anyVersion = regexp.MustCompile(`W/\\"[^"\\]*\\"`)
	anyID      = regexp.MustCompile(`\b0[0-9A-Za-z]{17}\b`)
)

// mask takes kept values and what differs from run to run out.
func mask(text string, kept map[string]string) string {
	for name, value := range kept {
		text = strings.ReplaceAll(text, value, "{{"+name+"}}")
	}
	text = anyTime.ReplaceAllString(text, "{{time}}")
	text = anyVersion.ReplaceAllString(text, `W/\"{{version}}\"`)
	return anyID.ReplaceAllString(text, "{{id}}")
}

// lookup finds a string in a JSON body by a path of names and indexes.
func lookup(body []byte, path string) (string, bool) {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return "", false
	}
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(in) {
				return "", false
			}
			v = in[i]
		default:
			return "", false
		}
	}
	s, ok := v.(string)
	return s, ok && s != ""
}

func indent(t *testing.T, body []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", "  "); err != nil {
		t.Fatalf("not JSON: %v: %s", err, body)
	}
	return out.String()
}

// show is a reply as text, for comparing.
func show(r reply) string {
	return fmt.Sprintf("%d %s\n%s", r.Status, r.Location, r.Body)
}

// write puts a script back into its file.
func write(t *testing.T, file string, s script) {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	must(t, encoder.Encode(s))
	must(t, os.WriteFile(file, out.Bytes(), 0o644))
}
