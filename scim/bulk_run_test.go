package scim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"scimforce/oauth/idp"
	"scimforce/scim/audit"
)

// many are POSTs of users, of which those with the given numbers fail.
func many(n int, failing ...int) []string {
	operations := make([]string, n)
	for i := range operations {
		name := fmt.Sprintf("u%d@acme.example", i)
		if slices.Contains(failing, i) {
			name = " "
		}
		operations[i] = post(fmt.Sprint(i), name, "")
	}
	return operations
}

func TestFailOnErrorsEndsABulk(t *testing.T) {
	tests := []struct {
		name         string
		failOnErrors int
		failing      []int
		answered     int // operations in the answer
		failed       int
	}{
		{"one error ends it, in the order of the request", 1, []int{3, 5}, 4, 1},
		{"the first is the error", 1, []int{0}, 1, 1},
		{"the second of two", 2, []int{3, 5}, 6, 2},
		{"fewer errors than are accepted", 3, []int{3, 5}, 20, 2},
		{"no errors", 1, nil, 20, 0},
		{"none are accepted without it", 0, []int{0, 1, 2, 3, 4}, 20, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newShelf()
			answer := sendBulk(t, newServer(t, d), bulkOf(test.failOnErrors, many(20, test.failing...)...))
			failed := 0
			for _, o := range answer.Operations {
				if o.Response != nil {
					failed++
				}
			}
			// Where more than one may be under way, the last error may come while
			// another operation is done, which is answered, too.
			slack := max(0, test.failOnErrors-1)
			if got := len(answer.Operations); got < test.answered || got > test.answered+slack || failed != test.failed {
				t.Errorf("%d operations are answered, %d of them with errors: %s", got, failed, answer.statuses())
			}
			if len(d.did) != len(answer.Operations)-failed {
				t.Errorf("%d were done and %d answered as done", len(d.did), len(answer.Operations)-failed)
			}
		})
	}
}

func TestAsManyOperationsRunAtOnceAsMayFail(t *testing.T) {
	for failOnErrors, want := range map[int]int{0: bulkWidth, 1: 1, 7: 7} {
		synctest.Test(t, func(t *testing.T) {
			d := newShelf(func(s *shelf) {
				s.before = func(context.Context, string, string) error {
					time.Sleep(time.Millisecond)
					return nil
				}
			})
			sendBulk(t, newServer(t, d), bulkOf(failOnErrors, many(300)...))
			if d.most != want {
				t.Errorf("failOnErrors %d: %d at once, want %d", failOnErrors, d.most, want)
			}
		})
	}
}

func TestWhatIsNotBegunWhenTheTimeIsUpIsAnsweredSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newShelf(func(s *shelf) {
			s.before = func(ctx context.Context, _, _ string) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(20 * time.Second):
					return nil
				}
			}
		})
		start := time.Now()
		answer := sendBulk(t, newServer(t, d), bulkOf(0, many(3*bulkWidth+1)...))
		if took := time.Since(start); took != 55*time.Second {
			t.Errorf("it took %s", took)
		}
		count := map[string]int{}
		for _, o := range answer.Operations {
			count[o.Status]++
		}
		// The third round is begun after 40 seconds and does not come to its end.
		if count["201"] != 2*bulkWidth || count["503"] != bulkWidth+1 {
			t.Errorf("the statuses are %v", count)
		}
		if detail, _ := answer.Operations[3*bulkWidth].Response["detail"].(string); !strings.Contains(detail, "before the operation was begun") {
			t.Errorf("the last is answered with %q", detail)
		}
	})
}

func TestNothingIsBegunNearTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newShelf(func(s *shelf) {
			s.before = func(context.Context, string, string) error {
				time.Sleep(17 * time.Second)
				return nil
			}
		})
		answer := sendBulk(t, newServer(t, d), bulkOf(0, many(4*bulkWidth)...))
		if done := strings.Count(answer.statuses(), "201"); done != 3*bulkWidth {
			t.Errorf("%d were done", done)
		}
	})
}

func TestNothingIsBegunForAClientThatIsGone(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	var once sync.Once
	ended := make(chan struct{})
	d := newShelf(func(s *shelf) {
		s.before = func(ctx context.Context, _, _ string) error {
			once.Do(func() {
				hangUp()
				context.AfterFunc(ctx, func() { close(ended) })
			})
			return ctx.Err()
		}
	})
	h := newServer(t, d)
	w := serve(h, request("POST", "/Bulk", bulkOf(1, many(50)...)).WithContext(ctx))
	if w.Code != 200 || len(d.did) != 1 {
		t.Errorf("status %d, %d operations were done", w.Code, len(d.did))
	}
	<-ended // what was begun went on under a context that ends with the request only
}

func TestEachOperationNeedsItsOwnScope(t *testing.T) {
	operations := []string{post("a", "a@acme.example", ""), `{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"G"}}`, `{"method":"DELETE","path":"/Users/nobody"}`}
	for scope, want := range map[idp.Scope]string{idp.ScopeRead: "403 403 403", idp.ScopeUsers: "201 403 404", idp.ScopeGroups: "403 201 403", idp.ScopeAll: "201 201 404"} {
		h := newServer(t, newShelf(), as(idp.Caller{Credential: "okta", Scope: scope}, nil))
		answer := sendBulk(t, h, bulkOf(0, operations...))
		if got := answer.statuses(); got != want {
			t.Errorf("with the scope %s the statuses are %s, want %s", scope, got, want)
		}
	}
}

func TestAVersionIsACondition(t *testing.T) {
	d := newShelf()
	h := newServer(t, d)
	made := sendBulk(t, h, bulkOf(0, post("a", "a@acme.example", ""))).Operations[0]
	path := strings.TrimPrefix(made.Location, base)
	with := func(version, operation string) string {
		return fmt.Sprintf(`{"version":%q,`, version) + operation[1:]
	}
	answer := sendBulk(t, h, bulkOf(0,
		with(`W/"old"`, retitle(path, "one")), with(made.Version, retitle(path, "two")), with(made.Version, retitle(path, "three")),
		with(made.Version, `{"method":"DELETE","path":"`+path+`"}`), with("*", `{"method":"DELETE","path":"`+path+`"}`)))
	if got := answer.statuses(); got != "412 200 412 412 204" {
		t.Errorf("the statuses are %s: %v", got, answer)
	}
	if v := answer.Operations[1].Version; v == made.Version || v == "" {
		t.Errorf("the version after the change is %q", v)
	}
}

// ledger keeps audit entries.
type ledger struct {
	mu  sync.Mutex
	all []audit.Entry
}

func (l *ledger) Record(_ context.Context, e audit.Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, e)
}

func TestEachOperationIsOnRecord(t *testing.T) {
	var entries ledger
	var logged bytes.Buffer
	metrics := prometheus.NewRegistry()
	d := newShelf(func(s *shelf) {
		s.before = func(ctx context.Context, verb, what string) error {
			audit.Note(ctx, verb)
			if what == "broken@acme.example" {
				return errors.New("the disk of broken@acme.example is on fire")
			}
			return nil
		}
	})
	h := newServer(t, d, func(c *Config) {
		c.Audit, c.Metrics, c.Logger = &entries, metrics, slog.New(slog.NewTextHandler(&logged, nil))
	})
	answer := sendBulk(t, h, bulkOf(1, post("a", "a@acme.example", ""), retitle("/Users/bulkId:a", "x"), `{"method":"DELETE","path":"/Roles/1"}`, post("never", "never@acme.example", "")))
	id := answer.Operations[0].Location[len(base+"/Users/"):]
	sendBulk(t, h, bulkOf(0, post("broken", "broken@acme.example", "")))
	var got []string
	for _, e := range entries.all {
		if e.Credential != "okta" || e.RequestID == "" || e.Time.IsZero() {
			t.Errorf("the entry lacks something: %+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %d %v", e.Method, e.Path, e.ResourceType, e.ResourceID, e.Status, e.Notes))
	}
	want := []string{
		"POST /Users User " + id + " 201 [CreateUser]",
		"PATCH /Users/" + id + " User " + id + " 200 [forgiven: schemas missing PatchUser]",
		"DELETE /Roles/1   404 []",
		"POST /Bulk Bulk  200 [bulk of 4 operations: 1 failed, 1 not begun; the Salesforce calls of each stand in its own entry]",
		"POST /Users User  500 [CreateUser]",
		"POST /Bulk Bulk  200 [bulk of 1 operations: 1 failed, 0 not begun; the Salesforce calls of each stand in its own entry]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the entries are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if entries.all[0].RequestID != entries.all[3].RequestID {
		t.Error("the entries of one bulk have different request ids")
	}
	if text := logged.String(); !strings.Contains(text, "is on fire") || strings.Contains(text, "broken@") {
		t.Errorf("the log does not say what went wrong, or too much: %s", text)
	}
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "scimforce_scim_requests_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			label := ""
			for _, l := range m.GetLabel() {
				label += l.GetValue() + " "
			}
			counted[label] = m.GetCounter().GetValue()
		}
	}
	for label, n := range map[string]float64{"POST User 201 ": 1, "PATCH User 200 ": 1, "DELETE none 404 ": 1, "POST Bulk 200 ": 2, "POST User 500 ": 1} {
		if counted[label] != n {
			t.Errorf("%s was counted %v times: %v", label, counted[label], counted)
		}
	}
}

func TestAPanicInOneOperationIsItsOwn(t *testing.T) {
	d := newShelf(func(s *shelf) {
		s.before = func(_ context.Context, _, what string) error {
			if what == "u1@acme.example" {
				panic("out of paper")
			}
			return nil
		}
	})
	answer := sendBulk(t, newServer(t, d), bulkOf(0, many(3)...))
	if got := answer.statuses(); got != "201 500 201" {
		t.Errorf("the statuses are %s", got)
	}
}
