package directory

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"scimforce/scim/filter"
	"scimforce/scim/mapping"
	"scimforce/scim/resource"
)

// walkPlaces goes through a list from place to place.
func walkPlaces(t *testing.T, list func(Query) (Page, error), q Query, between func(page int)) (all []string, totals []int) {
	t.Helper()
	q.After = &Position{}
	for page := 0; q.After != nil; page++ {
		p, err := list(q)
		if err != nil {
			t.Fatal(err)
		}
		all, totals = append(all, ids(p)...), append(totals, p.Total)
		q.After = p.Next
		if page > 10000 {
			t.Fatal("the walk does not end")
		}
		if between != nil {
			between(page)
		}
	}
	return all, totals
}

func (h *house) users(q Query) (Page, error) { return h.Users(h.t.Context(), q) }

func TestAWalkFromPlaceToPlaceOverFiveThousandCostsThreeCalls(t *testing.T) {
	h := open(t, people(5001))
	want := h.visibleIDs()
	h.warm()
	h.simulator.ResetCalls()
	all, totals := walkPlaces(t, h.users, Query{Count: 100}, nil)
	h.wantCalls("a walk over 5,001 users", 3)
	if !slices.Equal(all, want) {
		t.Errorf("saw %d users, want %d", len(all), len(want))
	}
	if totals[0] != len(want) || totals[len(totals)-1] != len(want) {
		t.Errorf("the totals are %v, want %d", totals, len(want))
	}
}

// Whoever comes and goes, each of those who stay is seen once; and any process
// can go on.
func TestAWalkFromPlaceToPlaceIsStable(t *testing.T) {
	h := open(t, people(40), windowOf(7))
	chance := rand.New(rand.NewPCG(9865, 2))
	for n := range 24 {
		q := Query{Count: 4 + chance.IntN(12)}
		where := []string{"", "", `userName co "@"`, `emails[type eq "work"] and userName co "@"`}[n%4]
		if where != "" {
			var err error
			if q.Filter, err = filter.Parse(where); err != nil {
				t.Fatal(err)
			}
		}
		if n%4 == 1 {
			q.Sort = Sort{By: filter.Path{Attribute: "userName"}, Descending: n%8 == 1}
		}
		before, _ := walkPlaces(t, h.users, Query{Count: 1000, Filter: q.Filter}, nil)
		victim := ""
		got, _ := walkPlaces(t, h.users, q, func(page int) {
			switch {
			case chance.IntN(3) == 0:
				h.restart() // another process goes on
			case page == 1 && n%3 == 0:
				h.create(user(fmt.Sprintf("new%d@acme.example", n)))
			case page == 0 && n%4 == 0:
				// The last one of the page that was given, or any other.
				if victim = before[chance.IntN(len(before))]; chance.IntN(2) == 0 {
					victim = before[q.Count-1]
				}
				if victim == h.org.AdminID() {
					victim = ""
				} else if err := h.DeleteUser(t.Context(), victim, nil); err != nil {
					t.Fatal(err)
				}
			}
		})
		for _, id := range before {
			if seen := count(got, id); seen > 1 || seen == 0 && id != victim {
				t.Fatalf("walk %d of %q: %s was seen %d times", n, where, id, seen)
			}
		}
	}
}

func TestGroupsAreWalkedFromPlaceToPlace(t *testing.T) {
	h := open(t)
	for i := range 12 {
		if _, err := h.CreateGroup(t.Context(), map[string]any{"displayName": fmt.Sprintf("Team %d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(q Query) (Page, error) { return h.Groups(t.Context(), q) }
	want, err := list(Query{StartIndex: 1, Count: 1000})
	if err != nil || len(want.Resources) < 12 {
		t.Fatal(len(want.Resources), err)
	}
	got, _ := walkPlaces(t, list, Query{Count: 5}, nil)
	if !slices.Equal(got, ids(want)) {
		t.Errorf("saw %v, want %v", got, ids(want))
	}
}

// What is shown is shown alike, however little else is asked for.
func TestAnAttributeIsShownAlikeWhateverElseIsShown(t *testing.T) {
	h := open(t, people(3))
	h.create(user("full@acme.example", map[string]any{
		"displayName": "Full", "externalId": "x-1", "title": "Chief", "locale": "de-AT", "nickName": "nick", "profileUrl": "https://acme.example/full",
		"phoneNumbers": []any{map[string]any{"value": "1", "type": "work"}, map[string]any{"value": "2", "type": "home"}},
		"addresses":    []any{map[string]any{"type": "work", "locality": "Wien", "country": "AT"}},
		mapping.EnterpriseURN: map[string]any{
			"department": "D", "costCenter": "C", "employeeNumber": "7", "manager": map[string]any{"value": h.org.AdminID()},
		},
	}))
	everybody := h.find("", 1000).Resources
	for _, row := range h.mapping.Rows() {
		switch row.Attribute {
		case "groups", "entitlements": // what is read beside users is another want
			continue
		case "meta.version": // is that of everything
			continue
		}
		p, err := h.Users(t.Context(), Query{StartIndex: 1, Count: 1000, Want: Want{Attributes: NewAttributes("id", row.Attribute)}})
		if err != nil {
			t.Fatal(err)
		}
		target, err := filter.ParseTarget(row.Attribute)
		if err != nil {
			t.Fatal(err)
		}
		a, ok := h.mapping.User().Find(target.Path.URN, target.Path.Attribute, target.Path.Sub+target.Sub)
		if !ok {
			t.Fatalf("no attribute %s", row.Attribute)
		}
		for i, r := range p.Resources {
			if got, want := resource.Value(r, a), resource.Value(everybody[i], a); !resource.Equal(got, want) {
				t.Errorf("%s alone is %v, want %v", row.Attribute, got, want)
			}
		}
	}
}

func TestFewerAttributesAreFewerFields(t *testing.T) {
	h := open(t)
	h.warm()
	var asked string
	h.before = func(r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		asked += string(body)
		return err
	}
	if _, err := h.Users(t.Context(), Query{StartIndex: 1, Count: 1, Want: Want{Attributes: NewAttributes("id", "title")}}); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]bool{"Title": true, "Username": true, "Street": false, "Manager.Name": false, "MobilePhone": false} {
		if got := strings.Contains(asked, field); got != want {
			t.Errorf("%s is asked for: %t, want %t: %s", field, got, want, asked)
		}
	}
}
