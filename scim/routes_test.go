package scim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

func TestLocationsFollowTheMountPoint(t *testing.T) {
	bare := func(c *Config) { c.BaseURL = "" }
	stripped := http.StripPrefix("/scim/v2", newServer(t, newFake(), bare))
	mounted := chi.NewMux()
	mounted.Mount("/scim/v2", newServer(t, newFake(), bare))
	for name, h := range map[string]http.Handler{"stripped": stripped, "mounted by chi": mounted} {
		for _, path := range []string{userID, userID + "/", userID + "?", userID + "/?attributes=meta", "%30" + userID[1:]} {
			w := serve(h, request("GET", "http://bridge.example/scim/v2/Users/"+path, ""))
			meta, _ := object(t, w)["meta"].(map[string]any)
			if got, want := meta["location"], "http://bridge.example/scim/v2/Users/"+userID; got != want {
				t.Errorf("%s, %q: the location is %v, want %s", name, path, got, want)
			}
		}
	}
	w := serve(stripped, request("GET", "http://bridge.example/scim/v2/Users/"+userID, "", "X-Forwarded-Proto", "https"))
	if meta, _ := object(t, w)["meta"].(map[string]any); meta["location"] != "https://bridge.example/scim/v2/Users/"+userID {
		t.Errorf("behind TLS the location is %v", meta["location"])
	}
}

// Some clients escape all of a path's segment, colons first.
func TestAnEscapedPathIsTheSamePath(t *testing.T) {
	stripped := http.StripPrefix("/scim/v2", newServer(t, newFake()))
	mounted := chi.NewMux()
	mounted.Mount("/scim/v2", newServer(t, newFake()))
	for name, h := range map[string]http.Handler{"stripped": stripped, "mounted by chi": mounted} {
		for _, path := range []string{
			"/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser",
			"/Users/%30055g00000AbCdEAAV",
			"/U%73ers/" + userID,
		} {
			if w := serve(h, request("GET", "/scim/v2"+path, "")); w.Code != 200 {
				t.Errorf("%s: %s was answered with %d: %s", name, path, w.Code, w.Body)
			}
		}
		for path, detail := range map[string]string{"/Users/a%2Fb": "no such endpoint", "/Users/%2541": "%41"} {
			if got := wantError(t, serve(h, request("GET", "/scim/v2"+path, "")), 404, ""); !strings.Contains(got, detail) {
				t.Errorf("%s: %s was refused with %q, want it to say %q", name, path, got, detail)
			}
		}
	}
}

func TestHEADAnswersTheHeadersOfGET(t *testing.T) {
	if w := serve(newServer(t, newFake()), request("HEAD", "/Users", "")); w.Code != 200 || w.Body.Len() > 0 {
		t.Errorf("HEAD was answered with %d and %d bytes", w.Code, w.Body.Len())
	}
	server := httptest.NewServer(newServer(t, newFake()))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "HEAD", server.URL+"/Users/"+userID, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer secret")
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 || response.ContentLength <= 0 || response.Header.Get("ETag") != `W/"7"` {
		t.Errorf("HEAD was answered with %d, length %d, ETag %q", response.StatusCode, response.ContentLength, response.Header.Get("ETag"))
	}
}
