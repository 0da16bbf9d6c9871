package directory

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/filter"
)

// walkAll steps through the list as Okta does.
func (h *house) walkAll(step int, want Want) (all []string, totals []int) {
	h.t.Helper()
	for start := 1; ; start += step {
		p, err := h.Users(h.t.Context(), Query{StartIndex: start, Count: step, Want: want})
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, ids(p)...)
		totals = append(totals, p.Total)
		if start+step > p.Total {
			return all, totals
		}
	}
}

// visibleIDs is what the list must hold, by the org itself.
func (h *house) visibleIDs() []string {
	h.t.Helper()
	var all []string
	for _, r := range h.query("SELECT Id FROM User WHERE UserType NOT IN ('AutomatedProcess', 'CloudIntegrationUser', 'Guest') ORDER BY Id") {
		all = append(all, r.ID())
	}
	return all
}

func TestImportOfFiveThousandSeesEachUserOnce(t *testing.T) {
	h := open(t, people(5001))
	want := h.visibleIDs()
	h.warm()
	all, totals := h.walkAll(100, Want{})
	// 3 windows of 2,000, and nothing else: one call each.
	h.wantCalls("a walk over 5,001 users", 3)
	if !slices.Equal(all, want) {
		t.Errorf("saw %d users, want %d", len(all), len(want))
	}
	for _, total := range totals {
		if total != len(want) {
			t.Errorf("a page says %d in total, want %d", total, len(want))
		}
	}
	h.simulator.ResetCalls()
	all, _ = h.walkAll(100, Want{Access: true})
	if !slices.Equal(all, want) {
		t.Errorf("with access saw %d users, want %d", len(all), len(want))
	}
	if n := h.calls(); n > 9 {
		t.Errorf("with access the walk cost %d calls", n)
	}

	h.restart()
	h.warm()
	p, err := h.Users(t.Context(), Query{StartIndex: 4501, Count: 100})
	if err != nil || !slices.Equal(ids(p), want[4500:4600]) {
		t.Errorf("deep in the list after a restart: %d, %v", len(p.Resources), err)
	}
	h.wantCalls("a page deep in the list after a restart", 3)
	if p := h.find("", 0); p.Total != len(want) || len(p.Resources) != 0 {
		t.Errorf("count=0: %v", p)
	}
	h.wantCalls("count=0", 1)
	h.find("", 2)
	h.wantCalls("a probe", 1)
}

func TestWriteDuringAWalkMovesNobodyToAnotherPage(t *testing.T) {
	h := open(t, people(300), windowOf(50))
	want := h.visibleIDs()
	var all []string
	for start := 1; start <= len(want); start += 20 {
		p, err := h.Users(t.Context(), Query{StartIndex: start, Count: 20})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids(p)...)
		switch start {
		case 41:
			h.create(user("new@acme.example"))
		case 101:
			if err := h.DeleteUser(t.Context(), all[3], nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, id := range want {
		if n := count(all, id); n != 1 {
			t.Errorf("%s was seen %d times", id, n)
		}
	}
	again, _ := h.walkAll(20, Want{})
	if len(again) != len(want) || slices.Contains(again, all[3]) { // one more, one less
		t.Errorf("a new walk sees %d, want %d", len(again), len(want))
	}
}

func windowOf(n int) option { return func(c *Config, _ *org.Config) { c.Window = n } }

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// Any way of cutting the list gives each visible user once, whoever is deleted.
func TestPagesPartitionTheList(t *testing.T) {
	h := open(t, people(60), windowOf(7))
	rapid.Check(t, func(rt *rapid.T) {
		if rapid.IntRange(0, 4).Draw(rt, "delete") == 0 {
			left, _ := h.walkAll(1000, Want{})
			victim := rapid.SampledFrom(left).Draw(rt, "victim")
			if victim != h.org.AdminID() && len(left) > 5 {
				if err := h.DeleteUser(t.Context(), victim, nil); err != nil {
					rt.Fatal(err)
				}
			}
		}
		if rapid.Bool().Draw(rt, "forget") {
			h.walks = newWalks(h.now) // as after a restart
		}
		want, totals := h.walkAll(1000, Want{})
		step := rapid.IntRange(5, 40).Draw(rt, "step")
		got, _ := h.walkAll(step, Want{})
		if !slices.Equal(got, want) {
			rt.Fatalf("steps of %d give %d users, one page %d", step, len(got), len(want))
		}
		if totals[0] != len(want) {
			rt.Fatalf("the total is %d of %d", totals[0], len(want))
		}
	})
}

// Every filter gives what looking at every user gives.
func TestFiltersAgreeWithLookingAtEverybody(t *testing.T) {
	onEach(t, testFiltersAgreeWithLookingAtEverybody)
}

func testFiltersAgreeWithLookingAtEverybody(t *testing.T, on option) {
	h := open(t, on, people(40), windowOf(15))
	jane := id(h.create(user("Jane.Doe@acme.example", map[string]any{"displayName": "Janey", "externalId": "ext-1", "title": "Chief", "locale": "de-AT"})))
	joe := id(h.create(user("joe@acme.example", map[string]any{"externalId": "EXT-2", "nickName": "joe-joe"})))
	h.login(joe)
	h.org.RefuseDeactivation(joe, org.Error{})
	for _, who := range []string{joe} {
		if _, err := h.patch(who, replace("active", false)); err != nil {
			t.Fatal(err)
		}
	}
	gone := id(h.create(user("gone@acme.example")))
	if err := h.DeleteUser(t.Context(), gone, nil); err != nil {
		t.Fatal(err)
	}
	everybody := h.find("", 1000).Resources
	created := text(at(everybody[0], "meta", "created"))
	for _, f := range []string{
		`userName eq "jane.doe@ACME.example"`, `userName co "acme"`, `userName sw "j"`, `userName ew "example"`, `userName ne "joe@acme.example"`,
		`externalId eq "ext-1"`, `externalId eq "EXT-1"`, `externalId sw "ext"`, `externalId pr`, `not (externalId pr)`,
		`displayName eq "Janey"`, `displayName eq "Given Family"`, `displayName co "an"`, `displayName sw "jan" or externalId eq "EXT-2"`,
		`emails.value eq "joe@acme.example"`, `emails[type eq "work"].value eq "JOE@acme.example"`, `emails[type eq "work"].value eq joe@acme.example`, `userName eq joe@acme.example`, `externalId eq EXT-2`, `emails[type eq "home"] and userName co "@"`, `emails co "joe"`,
		`name.familyName eq "Family"`, `name.givenName eq "given" and title eq "chief"`, `title pr`, `not (title pr)`, `title eq "Chief"`,
		`active eq true`, `active eq false`, `active ne true`, `not (active eq true)`, `active eq "False"`,
		`id eq "` + jane + `"`, `id eq "` + jane[:15] + `"`, `id eq "nothing"`, `id eq "` + gone + `"`,
		`meta.lastModified gt "2020-01-01T00:00:00Z"`, `meta.created le "` + created + `"`, `meta.lastModified lt "2020-01-01T00:00:00Z"`,
		`locale eq "de-AT"`, `nickName eq "joe-joe"`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr`,
		`(title eq "Chief" or title eq "x") and not (userName sw "joe")`, `userName eq "jane.doe@acme.example" and active eq true`,
	} {
		t.Run(f, func(t *testing.T) {
			e, err := filter.Parse(f)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, r := range everybody {
				ok, err := filter.Match(e, h.mapping.User(), r)
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					want = append(want, id(r))
				}
			}
			// A filter may have an id of 15 characters; resources have 18.
			if f == `id eq "`+jane[:15]+`"` {
				want = []string{jane}
			}
			p := h.find(f, 1000)
			if !slices.Equal(ids(p), want) || p.Total != len(want) {
				t.Errorf("finds %d (total %d), want %d", len(p.Resources), p.Total, len(want))
			}
			var cut []string
			for start := 1; start <= len(want); start += 7 {
				page, err := h.Users(t.Context(), Query{Filter: e, StartIndex: start, Count: 7})
				if err != nil {
					t.Fatal(err)
				}
				cut = append(cut, ids(page)...)
			}
			if !slices.Equal(cut, want) {
				t.Errorf("in pages of 7 finds %d, want %d", len(cut), len(want))
			}
		})
	}
}

func TestFilterThatFitsNoAttributeIsRefused(t *testing.T) {
	h := open(t)
	h.warm()
	for _, f := range []string{`nonsense eq "x"`, `active gt true`} {
		e, err := filter.Parse(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Users(t.Context(), Query{Filter: e, Count: 10}); err == nil {
			t.Errorf("%s: no error", f)
		}
	}
	h.wantCalls("refused filters", 0)
}

func TestFilterOverMoreThanCanBeLookedThroughIsTooMany(t *testing.T) {
	h := open(t, people(60))
	h.most = 50
	e, err := filter.Parse(`emails.type eq "work" and userName co "@"`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Users(t.Context(), Query{Filter: e, Count: 10})
	wantError(t, err, 400, "tooMany", "50")
}
