package salesforce

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
)

// gate is a client's way out, which keeps a request back.
type gate struct {
	next   http.RoundTripper
	closed chan struct{} // nil: open
	at     chan struct{} // gets one when a request stands before it
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if g.at != nil {
		select {
		case g.at <- struct{}{}:
			<-g.closed
		default:
		}
	}
	return g.next.RoundTrip(r)
}

// gated is a client of the site with a gate before it.
func (s *site) gated(t testing.TB, change ...func(*Config)) (*Client, *gate) {
	t.Helper()
	g := &gate{}
	return s.client(t, append([]func(*Config){func(c *Config) {
		g.next = c.HTTPClient.Transport
		c.HTTPClient = &http.Client{Transport: g}
	}}, change...)...), g
}

// behind does one thing whose request is kept back until all others have come.
func (g *gate) behind(t testing.TB, first func(), others ...func()) {
	t.Helper()
	g.closed, g.at = make(chan struct{}), make(chan struct{}, 1)
	var wg sync.WaitGroup
	for _, thing := range append([]func(){first}, others...) {
		wg.Go(thing)
		synctest.Wait()
	}
	if len(g.at) == 0 {
		t.Error("the first thing asks for nothing")
	}
	close(g.closed)
	wg.Wait()
	g.at = nil
}

// sentAs are the requests since the last time, as method and number of records.
func (s *site) sentAs() string {
	var all []string
	for _, one := range s.sent() {
		n := strings.Count(string(one.body), `"attributes"`)
		if ids := one.request.URL.Query().Get("ids"); ids != "" {
			n = strings.Count(ids, ",") + 1
		}
		all = append(all, fmt.Sprintf("%s %d", one.request.Method, n))
	}
	return strings.Join(all, ", ")
}

func (s *site) wantSentAs(t testing.TB, what, want string) {
	t.Helper()
	if got := s.sentAs(); got != want {
		t.Errorf("%s: sent %s, want %s", what, got, want)
	}
}

// groupID finds the public group of a name.
func (s *site) groupID(name string) string {
	if ids := s.IDs("Group", "Name", name); len(ids) == 1 {
		return ids[0]
	}
	return ""
}

func TestRecordsOfSeveralCallersTravelTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		create := func(names ...string) func() {
			return func() {
				records := make([]Record, len(names))
				for i, name := range names {
					records[i] = publicGroup(name)
				}
				results, err := c.CreateAll(t.Context(), "Group", records)
				for i, name := range names {
					if err != nil || results[i].Err != nil || results[i].ID != s.groupID(name) {
						t.Errorf("%s: %v, %v", name, results, err)
					}
				}
			}
		}
		g.behind(t, create("a"), create("b", "c"), create("d"), create("e", "f"))
		s.wantSentAs(t, "creates", "POST 1, POST 5")
		rename := func(name, to string) func() {
			return func() {
				if err := c.Update(t.Context(), "Group", s.groupID(name), Record{"Name": to}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		update := func(name, to string) func() {
			return func() {
				results, err := c.UpdateAll(t.Context(), "Group", []Record{{"Id": s.groupID(name), "Name": to}})
				if err != nil || results[0].Err != nil {
					t.Errorf("%s: %v, %v", name, results, err)
				}
			}
		}
		g.behind(t, rename("a", "A"), rename("b", "B"), update("c", "C"), rename("d", "D"))
		s.wantSentAs(t, "changes", "PATCH 0, PATCH 3")
		remove := func(name string) func() {
			return func() {
				if err := c.Delete(t.Context(), "Group", s.groupID(name)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		removeAll := func(names ...string) func() {
			return func() {
				var ids []string
				for _, name := range names {
					ids = append(ids, s.groupID(name))
				}
				results, err := c.DeleteAll(t.Context(), ids)
				if err != nil || len(results) != len(ids) {
					t.Errorf("%v, %v", results, err)
				}
			}
		}
		g.behind(t, removeAll("A"), remove("B"), removeAll("C", "D"), remove("e"))
		s.wantSentAs(t, "deletions", "DELETE 1, DELETE 4")
		for _, name := range []string{"A", "B", "C", "D", "e"} {
			if s.groupID(name) != "" {
				t.Errorf("%s is still there", name)
			}
		}
	})
}

func TestACallCarriesNoMoreThanACollectionHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		create := func(of string, n int) func() {
			return func() {
				records := named(n)
				for i := range records {
					records[i]["Name"] = of + fmt.Sprint(i)
				}
				results, err := c.CreateAll(t.Context(), "Group", records)
				if err != nil || len(results) != n || results[n-1].ID != s.groupID(of+fmt.Sprint(n-1)) {
					t.Errorf("%d of %s: %v", n, of, err)
				}
			}
		}
		// What is more than a call's worth goes its own way, and at once.
		g.behind(t, create("a", 1), create("b", 150), create("c", 250), create("d", 50), create("e", 1))
		s.wantSentAs(t, "creates", "POST 200, POST 50, POST 1, POST 200, POST 1")
	})
}

func TestOneBadRecordDoesNotFailItsCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		create := func(r Record, check func(Result, error)) func() {
			return func() {
				results, err := c.CreateAll(t.Context(), "Group", []Record{r})
				if len(results) != 1 {
					t.Fatalf("%v has no result of its own: %v, %v", r, results, err)
				}
				check(results[0], err)
			}
		}
		made := func(r Result, err error) {
			if err != nil || r.Err != nil || r.ID == "" {
				t.Errorf("not made: %v, %v", r, err)
			}
		}
		g.behind(t, create(publicGroup("a"), made), create(publicGroup("b"), made),
			create(Record{"Name": strings.Repeat("x", 41), "Type": "Regular"}, func(r Result, err error) {
				if err != nil || !HasCode(r.Err, "STRING_TOO_LONG") {
					t.Errorf("%v, %v", r, err)
				}
			}), create(publicGroup("c"), made))
		s.wantSentAs(t, "a row that is refused", "POST 1, POST 3")

		// Of what JSON cannot hold nothing is sent; the others go.
		g.behind(t, create(publicGroup("d"), made), create(publicGroup("e"), made),
			create(Record{"Name": math.NaN(), "Type": "Regular"}, func(r Result, err error) {
				if err == nil || OutcomeUnknown(err) {
					t.Errorf("%v, %v", r, err)
				}
			}), create(publicGroup("f"), made))
		s.wantSentAs(t, "a number that is none", "POST 1, POST 1, POST 1")

		// A call that is refused whole is made again in halves.
		unreadable := answers(400, `[{"errorCode":"JSON_PARSER_ERROR","message":"m"}]`)
		s.FailNext(simulator.Fault{}, unreadable, simulator.Fault{}, unreadable, unreadable)
		g.behind(t, create(publicGroup("g"), made), create(publicGroup("h"), made), create(publicGroup("i"), made),
			create(publicGroup("bad"), func(r Result, err error) {
				if !HasCode(err, "JSON_PARSER_ERROR") || !HasCode(r.Err, "JSON_PARSER_ERROR") {
					t.Errorf("%v, %v", r, err)
				}
			}), create(publicGroup("j"), made))
		s.wantSentAs(t, "a record that cannot be read", "POST 1, POST 4, POST 2, POST 2, POST 1, POST 1")
	})
}

func TestAChangeInCompanyFailsAsItDoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		change := func(id string, fields Record, check func(error)) func() {
			return func() { check(c.Update(t.Context(), "User", id, fields)) }
		}
		made := func(err error) {
			if err != nil {
				t.Error(err)
			}
		}
		nowhere := s.IDs("Profile", "Name", "Standard User")[0][:12] + "zzz"
		g.behind(t,
			change(s.user("a"), Record{"Title": "A"}, made),
			change(s.user("b"), Record{"Title": "B"}, made),
			change(ada, Record{"Title": "Countess"}, func(err error) {
				if !IsNotFound(err) {
					t.Errorf("who is not there: %v", err)
				}
			}),
			change(s.user("c"), Record{"ProfileId": nowhere}, func(err error) {
				if e, ok := errors.AsType[*Error](err); !ok || e.Status != 400 || !HasCode(err, "INVALID_CROSS_REFERENCE_KEY") {
					t.Errorf("a value that is not there: %v", err)
				}
			}))
		s.wantSentAs(t, "changes, and again those of which it is not said what is not there", "PATCH 0, PATCH 3, PATCH 0, PATCH 0")
		if err := c.Update(t.Context(), "Group", "x/y", Record{"Name": "A"}); err == nil || !strings.Contains(err.Error(), "/sobjects/Group/{id}") {
			t.Errorf("what is no id: %v", err)
		}
	})
}

func TestRowsOfOneIDAreWrittenInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		a, b := s.group("a"), s.group("b")
		rename := func(id, to string) func() {
			return func() {
				if results, err := c.UpdateAll(t.Context(), "Group", []Record{{"Id": id, "Name": to}}); err != nil || results[0].Err != nil {
					t.Errorf("%v, %v", results, err)
				}
			}
		}
		g.behind(t, rename(a, "0"), rename(a, "1"), rename(b, "1"), rename(a[:15], "2"), rename(b, "2"))
		s.wantSentAs(t, "two changes each of two groups", "PATCH 1, PATCH 2, PATCH 2")
		for _, id := range []string{a, b} {
			if name := s.MustFind("Group", id)["Name"]; name != "2" {
				t.Errorf("%s is called %v", id, name)
			}
		}
		remove := func() {
			if results, err := c.DeleteAll(t.Context(), []string{b}); err != nil || results[0].Err != nil && !IsNotFound(results[0].Err) {
				t.Errorf("%v, %v", results, err)
			}
		}
		g.behind(t, func() { _, _ = c.DeleteAll(t.Context(), []string{a}) }, remove, remove)
		s.wantSentAs(t, "two deletions of one", "DELETE 1, DELETE 1, DELETE 1")
	})
}

func TestALostAnswerIsThatOfTheWholeCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		lost := func(name string) func() {
			return func() {
				results, err := c.CreateAll(t.Context(), "Group", []Record{publicGroup(name)})
				if !OutcomeUnknown(err) || len(results) != 1 || !OutcomeUnknown(results[0].Err) {
					t.Errorf("%s: %v, %v", name, results, err)
				}
			}
		}
		s.FailNext(simulator.Fault{}, simulator.Fault{After: true, Drop: true})
		g.behind(t, func() { _, _ = c.CreateAll(t.Context(), "Group", named(1)) }, lost("a"), lost("b"))
		s.wantSentAs(t, "two", "POST 1, POST 2")
		s.FailNext(simulator.Fault{}, simulator.LimitExceeded())
		limited := func() {
			if _, err := c.CreateAll(t.Context(), "Group", named(1)); !IsLimitExceeded(err) {
				t.Error(err)
			}
		}
		g.behind(t, func() { _, _ = c.CreateAll(t.Context(), "Group", named(1)) }, limited, limited)
		s.wantSentAs(t, "two when the allocation is used up", "POST 1, POST 2")
	})
}

func TestRowsThatAreLockedAreSentAgainAndTheOthersStayDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t, func(config *Config) { config.MaxAttempts = 2 })
		ids, _ := s.groups(3)
		defer s.holds(t, "Group", ids[1])()
		// The second attempt, of the locked row alone, is lost.
		s.FailNext(simulator.Fault{}, simulator.Fault{}, simulator.LimitExceeded())
		rename := func(id string, check func(Result, error)) func() {
			return func() {
				results, err := c.UpdateAll(t.Context(), "Group", []Record{{"Id": id, "Name": "x"}})
				check(results[0], err)
			}
		}
		g.behind(t, func() { _, _ = c.UpdateAll(t.Context(), "Group", []Record{{"Id": s.group("first"), "Name": "y"}}) },
			rename(ids[0], func(r Result, err error) {
				if r.Err != nil || err != nil {
					t.Errorf("done at once: %v, %v", r, err)
				}
			}),
			rename(ids[1], func(r Result, err error) {
				if !IsLimitExceeded(err) || !IsLimitExceeded(r.Err) {
					t.Errorf("locked, then refused: %v, %v", r, err)
				}
			}),
			rename(ids[2], func(r Result, err error) {
				if r.Err != nil || err != nil {
					t.Errorf("done at once: %v, %v", r, err)
				}
			}))
		s.wantSentAs(t, "three, and one again", "PATCH 1, PATCH 3, PATCH 1")
	})
}

func TestACallForSeveralIsRecordedForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		var observed atomic.Int32
		c, g := s.gated(t, func(config *Config) { config.Observe = func(context.Context, Call) { observed.Add(1) } })
		var recorders [3]Recorder
		create := func(i int) func() {
			return func() {
				_, _ = c.CreateAll(WithRecorder(t.Context(), &recorders[i]), "Group", []Record{publicGroup(fmt.Sprint(i))})
			}
		}
		g.behind(t, create(0), create(1), create(2))
		for i := range recorders {
			calls := recorders[i].Calls()
			if len(calls) != 1 || calls[0].Resource != "/composite/sobjects" || calls[0].Status != 200 {
				t.Errorf("%d: %v", i, calls)
			}
		}
		if diff := cmp.Diff(int32(2), observed.Load()); diff != "" {
			t.Errorf("calls observed: %s", diff)
		}
	})
}

func TestWhoGivesUpLearnsWhetherHisRecordsMayBeThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c, g := s.gated(t)
		ctx, cancel := context.WithCancel(t.Context())
		g.behind(t, func() { _, _ = c.CreateAll(t.Context(), "Group", named(1)) },
			func() {
				results, err := c.CreateAll(ctx, "Group", []Record{publicGroup("a"), publicGroup("b")})
				if !errors.Is(err, context.Canceled) || OutcomeUnknown(err) || len(results) != 2 {
					t.Errorf("before it was sent: %v, %v", results, err)
				}
			}, cancel)
		if s.groupID("a") != "" {
			t.Error("it was sent all the same")
		}
	})
}
