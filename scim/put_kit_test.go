package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// watched counts what is written to Salesforce.
type watched struct {
	mu   sync.Mutex
	sent []string
}

// watch looks at every request to Salesforce from here on.
func (s *stack) watch() *watched {
	w := &watched{}
	s.Weather = func(_ http.ResponseWriter, r *http.Request) bool {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		if !strings.HasPrefix(r.URL.Path, "/services/data/") {
			return false // a token, not a record
		}
		var composite struct {
			CompositeRequest []struct{ Method, URL string }
		}
		_ = json.Unmarshal(text, &composite)
		w.mu.Lock()
		defer w.mu.Unlock()
		switch {
		case r.Method == http.MethodGet:
		case composite.CompositeRequest == nil:
			w.sent = append(w.sent, r.Method+" "+r.URL.Path+" "+string(text))
		}
		for _, sub := range composite.CompositeRequest {
			if sub.Method != http.MethodGet {
				w.sent = append(w.sent, sub.Method+" "+sub.URL+" "+string(text))
			}
		}
		return false
	}
	return w
}

func (w *watched) taken() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.sent = nil }()
	return w.sent
}

// directly changes a record as an administrator would in Setup.
func (s *stack) directly(t *testing.T, object, id string, fields map[string]any) {
	t.Helper()
	if errs := s.Org.Update(org.Actor{UserID: s.Org.AdminID()}, object, id, fields); len(errs) > 0 {
		t.Fatalf("%v: %v", fields, errs)
	}
}

// insert makes a record as an administrator would.
func (s *stack) insert(t *testing.T, object string, fields map[string]any) string {
	t.Helper()
	id, errs := s.Org.Insert(org.Actor{UserID: s.Org.AdminID()}, object, fields)
	if len(errs) > 0 {
		t.Fatalf("%v: %v", fields, errs)
	}
	return id
}

// chance makes random users; the same ones in every run.
type chance struct{ *rand.Rand }

func (c chance) of(values ...any) any { return values[c.IntN(len(values))] }

// some is a random choice of an object's members.
func (c chance) some(object map[string]any) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if c.IntN(3) > 0 {
			out[name] = object[name]
		}
	}
	return out
}

func (c chance) text() any {
	return c.of("plain", "Ünïcödé", "with  two blanks", " led by a blank", "two\nlines", `"quoted" & <marked>`, "名前", "x")
}

// said is a random user as an IdP may send one.
func (c chance) said(userName string) map[string]any {
	list := func(kinds []any, value func() any, name string) []any {
		var out []any
		primary := c.IntN(4)
		for i := range c.IntN(4) {
			e := c.some(map[string]any{"type": kinds[c.IntN(len(kinds))], "display": c.text(), "primary": i == primary})
			e[name] = value()
			out = append(out, e)
		}
		return out
	}
	user := c.some(map[string]any{
		"displayName": c.text(), "title": c.text(), "externalId": c.text(), "userType": c.of("Employee", "Contractor"),
		"nickName": fmt.Sprint("nick", c.Uint64()), "profileUrl": "https://acme.example/x", "active": c.IntN(5) > 0,
		"locale": c.of("en-US", "de_DE", "fr-CH", "tlh"), "preferredLanguage": c.of("en-US", "de", "xx-YY"), "timezone": c.of("Europe/Paris", "America/New_York", "Mars/Base"),
		"emails":       list([]any{"work", "home", "other"}, func() any { return c.of("a@acme.example", "B.C@Acme.Example", "d+e@acme.example") }, "value"),
		"phoneNumbers": list([]any{"work", "mobile", "fax", "pager"}, func() any { return c.of("+44 20 1", "(555) 0199", "7") }, "value"),
		"addresses":    list([]any{"work", "home"}, func() any { return c.of("Riva", "München") }, "locality"),
		"roles":        []any{map[string]any{"value": c.of("CEO", "CFO"), "display": c.text(), "type": "x"}},
		enterpriseURN:  c.some(map[string]any{"department": c.text(), "division": c.text(), "organization": c.text(), "employeeNumber": "007", "costCenter": c.text(), "manager": map[string]any{"value": c.of("later@acme.example", "admin@acme.example", "E-17")}}),
	})
	name := c.some(map[string]any{"givenName": c.text(), "middleName": c.text(), "formatted": c.text(), "honorificPrefix": "Dr.", "honorificSuffix": "III"})
	name["familyName"] = c.of("Lovelace", "O'Neil", "von und zu")
	user["name"], user["userName"] = name, userName
	return user
}

// held is a random change that an administrator makes in Salesforce.
func (c chance) held() map[string]any {
	return c.some(map[string]any{
		"Title": c.text(), "FirstName": c.of("Ada", nil), "LastName": c.of("Byron", "de la Cruz"), "Department": c.of("R&D", nil),
		"Phone": c.of("1", "ext. 5", nil), "MobilePhone": c.of("2", nil), "Street": c.of("Ring 1\nDoor 2", nil), "City": c.of("Wien", nil),
		"PostalCode": c.of("1010", nil), "LocaleSidKey": c.of("ja_JP", "en_GB"), "LanguageLocaleKey": c.of("fr", "en_US"), "TimeZoneSidKey": c.of("Asia/Tokyo", "GMT"),
		"CompanyName": c.of("Acme", nil), "IsActive": c.of(true, true, false), "Email": c.of("Someone@Acme.Example", "x@acme.example"), "ManagerId": nil,
	})
}
