package directory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// atOnce does things on goroutines of their own and waits for all.
func atOnce(things ...func()) {
	var wg sync.WaitGroup
	for _, thing := range things {
		wg.Go(thing)
		synctest.Wait() // they come in order
	}
	wg.Wait()
}

// behind does one thing whose first write takes until all others have come as
// far as they can, so that their writes travel together.
func (h *house) behind(first func(), others ...func()) {
	h.t.Helper()
	var arrived atomic.Bool
	landed, before := make(chan struct{}), h.before
	h.before = func(r *http.Request) error {
		if writes(h.t, r) && arrived.CompareAndSwap(false, true) {
			<-landed
		}
		return nil
	}
	defer func() { h.before = before }()
	var wg sync.WaitGroup
	wg.Go(first)
	synctest.Wait()
	if !arrived.Load() {
		h.t.Error("the first thing writes nothing")
	}
	for _, thing := range others {
		wg.Go(thing)
		synctest.Wait()
	}
	close(landed)
	wg.Wait()
}

// writes says whether a request changes something.
func writes(t testing.TB, r *http.Request) bool {
	if r.Method == http.MethodGet || r.GetBody == nil {
		return r.Method != http.MethodGet
	}
	body, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return !strings.HasSuffix(r.URL.Path, "/composite") || strings.Contains(string(content), `"body":`)
}

// each makes so many things to do.
func each(n int, thing func(i int)) []func() {
	all := make([]func(), n)
	for i := range all {
		all[i] = func() { thing(i) }
	}
	return all
}

func numbered(i int, more ...map[string]any) map[string]any {
	return user(fmt.Sprintf("user%d@acme.example", i), more...)
}

func TestUsersMadeAndChangedAtOnceTravelTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		set := id(h.set("Set A"))
		h.warm()
		const n = 20
		made := make([]string, n)
		atOnce(each(n, func(i int) { made[i] = id(h.create(numbered(i))) })...)
		h.wantCalls("one create, and those behind it", 2)
		h.made("PermissionSetAssignment", map[string]any{"AssigneeId": made[n-1], "PermissionSetId": set})
		atOnce(each(n, func(i int) { h.get(made[i]) })...)
		h.wantCalls("one read, and those behind it", 2)
		change := each(n, func(i int) {
			var calls salesforce.Recorder
			ctx := salesforce.WithRecorder(t.Context(), &calls)
			after, err := h.PatchUser(ctx, made[i], nil, h.operations(false, replace("title", fmt.Sprint("Number ", i))))
			if got := calls.Calls(); len(got) != 2 || !strings.Contains(got[1].Parts[0], "PATCH") {
				t.Errorf("%d is recorded with %v", i, got)
			}
			if err != nil || after["title"] != fmt.Sprint("Number ", i) || id(after) != made[i] {
				t.Errorf("%d: %v, %v", i, after, err)
			}
			if has := strings.Contains(fmt.Sprint(after["entitlements"]), set); has != (i == n-1) {
				t.Errorf("%d is shown with %v", i, after["entitlements"])
			}
		})
		h.behind(change[0], change[1:]...)
		h.wantCalls("a read for each, as they came one by one, a change, and those behind it", n+2)
		for i, one := range made {
			row := h.row("User", one)
			if row["Username"] != fmt.Sprintf("user%d@acme.example", i) || row["Title"] != fmt.Sprint("Number ", i) {
				t.Errorf("%d is %v, %v", i, row["Username"], row["Title"])
			}
		}
	})
}

func TestEachOfTheUsersMadeAtOnceHasItsOwnOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		h.warm()
		profile := func(id string) map[string]any {
			return map[string]any{"entitlements": []any{map[string]any{"value": id, "type": "Profile"}}}
		}
		create := func(body map[string]any, then func(map[string]any, error)) func() {
			return func() { then(h.CreateUser(t.Context(), body)) }
		}
		fine := func(r map[string]any, err error) {
			if err != nil || id(r) == "" || r["active"] != true {
				t.Errorf("%v, %v", r, err)
			}
		}
		var nick [2]any
		atOnce(
			create(numbered(0), fine),
			create(numbered(1), fine),
			create(user(admin), func(_ map[string]any, err error) {
				wantError(t, err, http.StatusConflict, scimerrors.ScimTypeUniqueness, h.org.AdminID())
			}),
			create(numbered(2, profile("00e000000000001AAA")), func(_ map[string]any, err error) {
				if e, ok := errors.AsType[*salesforce.Error](err); !ok || e.Status != http.StatusBadRequest || !salesforce.HasCode(err, "INVALID_CROSS_REFERENCE_KEY") {
					t.Errorf("a profile that is not there: %v", err)
				}
			}),
			create(user("jane@acme.example"), func(r map[string]any, err error) { fine(r, err); nick[0] = r["nickName"] }),
			create(user("jane@beta.example"), func(r map[string]any, err error) { fine(r, err); nick[1] = r["nickName"] }),
		)
		if nick[0] == nick[1] {
			t.Errorf("both are called %v", nick[0])
		}
	})
}

func TestEachOfTheUsersChangedAtOnceHasItsOwnOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		h.warm()
		made := make([]string, 9)
		for i := range made {
			made[i] = id(h.create(numbered(i)))
		}
		h.login(made[4])
		for _, frozen := range []string{made[5], made[8]} {
			h.login(frozen)
			login := h.query("SELECT Id FROM UserLogin WHERE UserId = '" + frozen + "'")[0].ID()
			h.directly("UserLogin", login, map[string]any{"IsFrozen": true})
		}
		h.org.RefuseDeactivation(made[4], org.Error{})
		change := func(i int, then func(map[string]any, error), ops ...map[string]any) func() {
			return func() { then(h.patch(made[i], ops...)) }
		}
		is := func(path string, want any) func(map[string]any, error) {
			return func(r map[string]any, err error) {
				if err != nil || r[path] != want {
					t.Errorf("%s is %v, want %v: %v", path, r[path], want, err)
				}
			}
		}
		h.behind(
			change(0, is("title", "A"), replace("title", "A")),
			change(1, is("title", "B"), replace("title", "B")),
			change(2, func(_ map[string]any, err error) {
				wantError(t, err, http.StatusConflict, scimerrors.ScimTypeUniqueness, made[0])
			}, replace("userName", "user0@acme.example")),
			change(3, func(_ map[string]any, err error) {
				if e, ok := errors.AsType[*salesforce.Error](err); !ok || e.Status != http.StatusBadRequest || salesforce.IsNotFound(err) {
					t.Errorf("a profile that is not there: %v", err)
				}
			}, replace("entitlements", []any{map[string]any{"value": "00e000000000001AAA", "type": "Profile"}})),
			change(4, is("active", false), replace("active", false)), // frozen instead
			change(5, is("active", true), replace("active", true)),   // unfrozen
			change(6, is("active", false), replace("active", false)),
			change(7, is("title", "C"), replace("title", "C"), replace("active", true)),
			change(8, is("title", "D"), replace("title", "D"), replace("active", true)), // unfrozen, too
		)
		if !h.org.IsFrozen(made[4]) || h.org.IsFrozen(made[5]) || h.org.IsFrozen(made[8]) || h.row("User", made[8])["Title"] != "D" || h.row("User", made[4])["IsActive"] != true || h.row("User", made[6])["IsActive"] != false {
			t.Error("what was answered is not what is")
		}
	})
}

// Whether the users were made is not known; each is looked for, and made again
// where he is not there.
func TestALostAnswerIsLostForEachOfThoseInTheCall(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault simulator.Fault
	}{
		{"after they were made", simulator.Fault{After: true, Drop: true}},
		{"before they were made", simulator.Fault{Drop: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := openSlow(t)
				h.warm()
				h.simulator.FailNext(simulator.Fault{}, test.fault)
				atOnce(each(5, func(i int) { h.create(numbered(i, map[string]any{"displayName": fmt.Sprint("Number ", i)})) })...)
				if !h.events.has("create_answer_lost") {
					t.Error("not observed")
				}
				for i := range 5 {
					if n := h.countOf(fmt.Sprintf("user%d@acme.example", i)); n != 1 {
						t.Errorf("%d users of number %d", n, i)
					}
				}
			})
		})
	}
	t.Run("of a change", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := openSlow(t)
			made := make([]string, 3)
			for i := range made {
				made[i] = id(h.create(numbered(i)))
			}
			h.warm()
			h.simulator.FailNext(simulator.Fault{Times: 4}, simulator.Fault{Drop: true}) // three reads, a write, that of the others
			change := func(i int, known bool) func() {
				return func() {
					_, err := h.patch(made[i], replace("title", "x"))
					if known && err != nil || !known && !salesforce.OutcomeUnknown(err) {
						t.Errorf("%d: %v", i, err)
					}
				}
			}
			h.behind(change(0, true), change(1, false), change(2, false))
		})
	})
}

// What one call cannot do for all is done by calls of their own.
func TestWhatACallForAllCannotDoIsDoneNevertheless(t *testing.T) {
	change := func(h *house, id string, made bool) func() {
		return func() {
			after, err := h.patch(id, replace("title", "x"))
			if made != (err == nil && after["title"] == "x") || made != (h.row("User", id)["Title"] == "x") {
				h.t.Errorf("%s: %v, %v", id, after["title"], err)
			}
		}
	}
	three := func(h *house) (all []string) {
		for i := range 4 {
			all = append(all, id(h.create(numbered(i))))
		}
		h.warm()
		return all
	}
	t.Run("a row is locked", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := openSlow(t)
			all := three(h)
			release, errs := h.org.Lock(t.Context(), time.Second, org.Intent{Object: "User", ID: all[2], Values: map[string]any{}})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			time.AfterFunc(15*time.Second, release) // somebody waits for a row for ten
			h.behind(change(h, all[0], true), change(h, all[1], true), change(h, all[2], true), change(h, all[3], true))
			h.wantCalls("four reads, a change, three, one again, and the reading of three", 8)
		})
	})
	t.Run("the call is refused whole", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := openSlow(t)
			all := three(h)
			unreadable := simulator.Fault{Status: 400, Body: `[{"errorCode":"JSON_PARSER_ERROR","message":"m"}]`}
			h.simulator.FailNext(simulator.Fault{Times: 5}, unreadable, unreadable, unreadable)
			h.behind(change(h, all[0], true), change(h, all[1], false), change(h, all[2], true), change(h, all[3], true))
			h.wantCalls("four reads, a change, three, three without the reading, one, two, and the reading of three", 10)
		})
	})
	t.Run("the reading afterwards is lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := openSlow(t)
			h.warm()
			unreadable := simulator.Fault{Status: 400, Body: `[{"errorCode":"JSON_PARSER_ERROR","message":"m"}]`}
			// A create, that of the others, again, its reading, which is made twice.
			h.simulator.FailNext(simulator.Fault{}, unreadable, simulator.Fault{}, simulator.Fault{Times: 2, Drop: true})
			atOnce(each(3, func(i int) { h.create(numbered(i)) })...)
			if !h.events.has("create_answer_lost") {
				t.Error("not observed")
			}
		})
	})
}

// Users with permission sets are there with all of them, or not at all.
func TestUsersMadeAtOnceWithPermissionSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		a, b, gone := id(h.set("Set A")), id(h.set("Set B")), id(h.set("Set C"))
		h.warm()
		check := func(i int, want string, r map[string]any, err error) {
			if err != nil || h.setsOf(id(r)) != want || len(r["entitlements"].([]any)) != 1+strings.Count(want, "0PS") {
				t.Errorf("%d has %q, shown %v, want %s: %v", i, h.setsOf(id(r)), r["entitlements"], want, err)
			}
		}
		both := func(i int) {
			r, err := h.CreateUser(t.Context(), numbered(i, entitled(a, b)))
			check(i, a+" "+b, r, err)
		}
		one := func(i int) { r, err := h.CreateUser(t.Context(), numbered(i, entitled(b))); check(i, b, r, err) }
		none := func(i int) { r, err := h.CreateUser(t.Context(), numbered(i)); check(i, "", r, err) }
		atOnce(each(12, func(i int) { []func(int){both, one, none}[i%3](i) })...)
		// Somebody takes a set away from the org, and more fail than Salesforce
		// goes on after: it is asked again for the rest.
		h.calls()
		if errs := h.org.Delete(org.Actor{UserID: h.org.AdminID()}, "PermissionSet", gone); len(errs) > 0 {
			t.Fatal(errs)
		}
		atOnce(each(40, func(i int) {
			if i%3 == 1 {
				one(100 + i)
				return
			}
			_, err := h.CreateUser(t.Context(), numbered(100+i, entitled(a, gone)))
			if e, ok := errors.AsType[*salesforce.Error](err); !ok || e.Status != http.StatusBadRequest || salesforce.HasCode(err, "PROCESSING_HALTED") {
				t.Errorf("%d: %v", i, err)
			}
			if n := h.countOf(fmt.Sprintf("user%d@acme.example", 100+i)); n != 0 {
				t.Errorf("%d is there without his permission sets", i)
			}
		})...)
		for _, c := range h.simulator.Calls() {
			if c.Method == "POST" && c.Count > 5 {
				t.Errorf("%d calls of %s", c.Count, c.Resource)
			}
		}
	})
	t.Run("the answer is lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := openSlow(t)
			a := id(h.set("Set A"))
			h.warm()
			h.simulator.FailNext(simulator.Fault{Resource: "/composite/graph", After: true, Drop: true})
			atOnce(each(3, func(i int) {
				if r := h.create(numbered(i, entitled(a))); h.setsOf(id(r)) != a {
					t.Errorf("%d has %q", i, h.setsOf(id(r)))
				}
			})...)
			if !h.events.has("create_answer_lost") {
				t.Error("not observed")
			}
		})
	})
	t.Run("a row is locked", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := openSlow(t)
			a := id(h.set("Set A"))
			h.warm()
			if err := h.simulator.Weather(weather.Rule{Kind: weather.RowLock, Next: 1, Resource: "/composite/graph"}); err != nil {
				t.Fatal(err)
			}
			atOnce(each(3, func(i int) { h.create(numbered(i, entitled(a))) })...)
			if n := h.simulator.Calls(); len(n) != 2 || n[0].Count != 3 || n[1].Count != 1 {
				t.Errorf("three creates, of which two were locked the first time, cost %v", n)
			}
		})
	})
}

func TestWhoGivesUpLeavesTheOthersOfHisCallAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		h.warm()
		inFlight, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		waiting, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		impatient := func(ctx context.Context, i int) func() {
			return func() {
				_, err := h.CreateUser(ctx, numbered(i))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%d: %v", i, err)
				}
			}
		}
		atOnce(
			func() { h.create(numbered(0)) },
			impatient(inFlight, 1),
			func() { h.create(numbered(2)) },
			impatient(waiting, 3),
			func() { h.create(numbered(4)) },
		)
		for i, want := range []int{1, 1, 1, 0, 1} {
			if n := h.countOf(fmt.Sprintf("user%d@acme.example", i)); n != want {
				t.Errorf("%d users of number %d, want %d", n, i, want)
			}
		}
	})
}
