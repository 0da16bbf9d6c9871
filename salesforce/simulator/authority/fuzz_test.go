package authority

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
)

// FuzzTokenForm sends any form to the token endpoint: it is answered with 200
// or 400 and a body, whatever it holds.
func FuzzTokenForm(f *testing.F) {
	k := start(f)
	if _, err := k.Grant(admin, "", "seed"); err != nil {
		f.Fatal(err)
	}
	router := chi.NewRouter()
	k.Routes(router)
	for _, body := range []string{
		refreshForm("seed").Encode(), codeForm("x").Encode(), "", "grant_type=password&client_id=" + key, "%", "a;b", "grant_type=" + jwtBearer + "&assertion=a.b.c",
		"format=xml&grant_type=client_credentials&client_id=" + key, "format=urlencoded", "scope=&grant_type=refresh_token", strings.Repeat("a=b&", 100),
	} {
		f.Add(body, "application/x-www-form-urlencoded")
	}
	f.Fuzz(func(t *testing.T, body, kind string) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/services/oauth2/token", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest || w.Body.Len() == 0 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// FuzzAssertion reads any text as an assertion.
func FuzzAssertion(f *testing.F) {
	for _, text := range []string{
		"", "x.y.z", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOiIxIn0.c2ln", "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOiJOYU4ifQ.c2ln",
		"eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOlsiYSJdfQ.c2ln", "eyJhbGciOiJub25lIn0.e30.",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		signed, c, ok := parseAssertion(text)
		if !ok {
			return
		}
		if verified(signed, nil) {
			t.Error("verified without a key")
		}
		if c.Expiry < 0 || !utf8.ValidString(c.Subject) {
			t.Errorf("claims %+v", c)
		}
	})
}
