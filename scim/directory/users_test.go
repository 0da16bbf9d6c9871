package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

func TestCreatedUserComesBackAsSent(t *testing.T) {
	h := open(t)
	h.warm()
	body := user("Jane.Doe@Acme.Example", map[string]any{
		"displayName": "Jane D.", "externalId": "00uJane", "title": "Engineer", "locale": "en-US",
		mapping.EnterpriseURN: map[string]any{"department": "R&D"},
	})
	created := h.create(body)
	h.wantCalls("create", 1)
	got := h.get(id(created))
	h.wantCalls("get", 1)
	for _, r := range []map[string]any{created, got} {
		for attribute, want := range map[string]any{
			"userName": "Jane.Doe@Acme.Example", "displayName": "Jane D.", "externalId": "00uJane", "title": "Engineer", "locale": "en-US", "active": true,
		} {
			if r[attribute] != want {
				t.Errorf("%s = %v, want %v", attribute, r[attribute], want)
			}
		}
		if department := at(r, mapping.EnterpriseURN, "department"); department != "R&D" {
			t.Errorf("department = %v", department)
		}
	}
	if username := h.row("User", id(created))["Username"]; username != strings.ToLower("Jane.Doe@Acme.Example") {
		t.Errorf("Salesforce holds %v", username)
	}
}

func TestLookupByUserNameCostsOneCallAndIgnoresCase(t *testing.T) {
	h := open(t)
	created := h.create(user("Jane.Doe@Acme.Example"))
	h.warm()
	p := h.find(`userName eq "JANE.DOE@acme.example"`, 100)
	h.wantCalls("lookup", 1)
	if p.Total != 1 || len(p.Resources) != 1 || id(p.Resources[0]) != id(created) {
		t.Fatalf("got %d: %v", p.Total, p.Resources)
	}
	if p := h.find(`userName eq "nobody@acme.example"`, 100); p.Total != 0 || len(p.Resources) != 0 {
		t.Errorf("found somebody: %v", p)
	}
}

func TestLookupsThatComeTogetherTravelTogether(t *testing.T) {
	h := open(t)
	var names []string
	for i := range 40 {
		name := fmt.Sprintf("Person%d@acme.example", i)
		h.create(user(name))
		names = append(names, name)
	}
	h.warm()
	var group sync.WaitGroup
	for _, name := range names {
		group.Go(func() {
			e := filter.Compare{Path: filter.Path{Attribute: "userName"}, Operator: filter.Eq, Value: name}
			p, err := h.Users(t.Context(), Query{Filter: e, Count: 10})
			if err != nil || p.Total != 1 || p.Resources[0]["userName"] != name {
				t.Errorf("%s: %v, %v", name, p, err)
			}
		})
	}
	group.Wait()
	if n := h.calls(); n > 20 {
		t.Errorf("40 lookups at once cost %d calls", n)
	}
}

func TestFilterValuesThatNoFieldHoldsAreHarmless(t *testing.T) {
	onEach(t, testFilterValuesThatNoFieldHoldsAreHarmless)
}

func testFilterValuesThatNoFieldHoldsAreHarmless(t *testing.T, on option) {
	h := open(t, on)
	h.warm()
	for _, v := range []string{strings.Repeat("x", 5000), "a\x00b", "a'b\\c", "100%_", "\n", "@{user.id}", "'; DROP"} {
		for _, attribute := range []string{"userName", "title", "emails.value", "externalId", "displayName", "id", "name.familyName"} {
			for _, operator := range []filter.Operator{filter.Eq, filter.Co, filter.Sw, filter.Ew} {
				path := filter.Path{Attribute: attribute}
				if a, sub, ok := strings.Cut(attribute, "."); ok {
					path = filter.Path{Attribute: a, Sub: sub}
				}
				var e filter.Expression = filter.Compare{Path: path, Operator: operator, Value: v}
				if attribute == "id" && operator != filter.Eq { // Salesforce has no LIKE for ids
					e = filter.And{Left: e, Right: filter.Compare{Path: filter.Path{Attribute: "userName"}, Operator: filter.Co, Value: "@"}}
				}
				p, err := h.Users(t.Context(), Query{Filter: e, Count: 10})
				if err != nil || p.Total != 0 {
					t.Errorf("%s %s %.20q: %d, %v", attribute, operator, v, p.Total, err)
				}
			}
		}
		e := filter.Compare{Path: filter.Path{Attribute: "displayName"}, Operator: filter.Eq, Value: v}
		if p, err := h.Groups(t.Context(), Query{Filter: e, Count: 10}); err != nil || p.Total != 0 {
			t.Errorf("groups %.20q: %d, %v", v, p.Total, err)
		}
	}
}

func TestSlowSalesforceEndsWithTheRequest(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.warm()
	h.before = func(r *http.Request) error { // no answer for as long as somebody waits
		<-r.Context().Done()
		return r.Context().Err()
	}
	for what, do := range map[string]func(context.Context) error{
		"read":   func(ctx context.Context) error { _, err := h.User(ctx, jane, Want{}); return err },
		"create": func(ctx context.Context) error { _, err := h.CreateUser(ctx, user("joe@acme.example")); return err },
		"list":   func(ctx context.Context) error { _, err := h.Users(ctx, Query{Count: 10}); return err },
		"groups": func(ctx context.Context) error { _, err := h.Groups(ctx, Query{Count: 10}); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := do(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", what, err)
		}
		cancel()
	}
}
