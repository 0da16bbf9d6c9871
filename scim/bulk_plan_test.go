package scim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestACircleIsMadeFirstAndJoinedThen(t *testing.T) {
	group := func(bulkID, members string) string {
		return fmt.Sprintf(`{"method":"POST","path":"/Groups","bulkId":%q,"data":{"displayName":%q,"members":[%s]}}`, bulkID, bulkID, members)
	}
	tests := []struct {
		name       string
		operations []string
		statuses   string
		state      map[string]string
	}{
		{
			"two groups in each other",
			[]string{group("a", `{"value":"bulkId:b"}`), group("b", `{"value":"bulkId:a","$ref":"../Groups/bulkId:a"}`)},
			"201 201",
			map[string]string{"group a": "[group b]", "group b": "[group a]"},
		},
		{
			"a user who manages himself",
			[]string{post("a", "a@x", managedBy("bulkId:a"))},
			"201",
			map[string]string{"a@x": "[a@x]"},
		},
		{
			"three users in a ring, the later the higher",
			[]string{post("a", "a@x", managedBy("bulkId:b")), post("b", "b@x", managedBy("bulkId:c")), post("c", "c@x", managedBy("bulkId:a"))},
			"201 201 201",
			map[string]string{"a@x": "[b@x]", "b@x": "[c@x]", "c@x": "[a@x]"},
		},
		{
			"a ring with members beside it",
			[]string{
				group("a", `{"value":"bulkId:u"},{"value":"bulkId:b"},{"value":"bulkId:a"}`), group("b", `{"value":"bulkId:a"},{"value":"bulkId:u"}`), post("u", "u@x", ""),
			},
			"201 201 201",
			map[string]string{"group a": "[group a group b u@x]", "group b": "[group a u@x]", "u@x": "[]"},
		},
		{
			"a change of one in a ring comes after it is joined",
			[]string{
				group("a", `{"value":"bulkId:b"}`), group("b", `{"value":"bulkId:a"}`),
				`{"method":"PATCH","path":"/Groups/bulkId:a","data":{"Operations":[{"op":"replace","path":"members","value":[{"value":"bulkId:a"}]}]}}`,
			},
			"201 201 200",
			map[string]string{"group a": "[group a]", "group b": "[group a]"},
		},
		{
			"one in a ring that cannot be made",
			[]string{post("a", "a@x", managedBy("bulkId:b")), post("b", " ", managedBy("bulkId:a")), post("c", "c@x", managedBy("bulkId:a"))},
			"409 400 201",
			map[string]string{"a@x": "[]", "c@x": "[a@x]"},
		},
		{
			"a ring that has nothing but references",
			[]string{post("a", "bulkId:b", ""), post("b", "bulkId:a", "")},
			"400 409",
			map[string]string{},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newShelf()
			answer := sendBulk(t, newServer(t, d), bulkOf(0, test.operations...))
			if got := answer.statuses(); got != strings.ReplaceAll(test.statuses, "200", "204") {
				t.Errorf("the statuses are %s: %v", got, answer)
			}
			got := d.state()
			for name, others := range test.state {
				if got[name] != "<nil> "+others && got[name] != "<nil>"+others {
					t.Errorf("%s is %q, want %s", name, got[name], others)
				}
			}
			if len(got) != len(test.state) {
				t.Errorf("there is %v", got)
			}
		})
	}
}

// What a ring costs is one request more for each reference that is withheld.
func TestRandomRingsOfUsersAreResolved(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 11))
		n := 1 + r.IntN(12)
		bosses := make([]int, n)
		var operations []string
		for i := range n {
			bosses[i] = r.IntN(n)
			operations = append(operations, post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy(fmt.Sprintf("bulkId:%d", bosses[i]))))
		}
		d := newShelf()
		answer := sendBulk(t, newServer(t, d), bulkOf(0, operations...))
		state := d.state()
		for i, boss := range bosses {
			if got, want := state[fmt.Sprintf("u%d@x", i)], fmt.Sprintf("<nil> [u%d@x]", boss); got != want || answer.Operations[i].Status != "201" {
				t.Fatalf("seed %d: of %v, the manager of %d is %s: %s", seed, bosses, i, got, answer.statuses())
			}
			id := strings.TrimPrefix(answer.Operations[i].Location, base+"/Users/")
			if got, want := answer.Operations[i].Version, version(d.all[id]); got != want {
				t.Fatalf("seed %d: the version of %d is %s, want %s", seed, i, got, want)
			}
		}
		if len(d.did) > 2*n {
			t.Fatalf("seed %d: %d operations took %v", seed, n, d.did)
		}
	}
}

// plan reads and plans a bulk without doing anything.
func planOf(t testing.TB, body string) (*bulkJob, *bulkPlan, error) {
	t.Helper()
	decoded, err := decodeObject([]byte(body))
	if err != nil {
		return nil, nil, err
	}
	d := newShelf()
	kinds := map[string]*bulkKind{}
	for _, k := range []kind{users(d), groups(d)} {
		typ, err := k.typ(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kinds[typ.Endpoint] = &bulkKind{k, typ}
	}
	q, err := readBulk(decoded, kinds, base)
	if err != nil {
		return nil, nil, err
	}
	b := &bulkJob{operations: q.operations}
	b.link()
	return b, planBulk(b.operations, nil), nil
}

// checkPlan checks that a plan has each operation once, in an order in which
// each step comes after those that it waits for, and its references, too; and
// that it has no more waits than there are names in the bulk.
func checkPlan(t testing.TB, b *bulkJob, p *bulkPlan, size int) {
	t.Helper()
	at := make([]int, len(b.operations))
	ends := make([]int, len(b.operations))
	for i := range at {
		at[i], ends[i] = -1, -1
	}
	after, waits := make([]int, len(p.steps)), 0
	for i, step := range p.steps {
		place := at
		if step.finish {
			place = ends
		}
		if place[step.operation] >= 0 {
			t.Fatalf("operation %d is there twice", step.operation)
		}
		place[step.operation] = i
		for _, next := range step.before {
			if next <= i {
				t.Fatalf("step %d waits for the later step %d", next, i)
			}
			after[next]++
			waits++
		}
	}
	if waits > 4*len(p.steps)+2*size {
		t.Fatalf("%d steps of a body of %d bytes have %d waits", len(p.steps), size, waits)
	}
	for i, step := range p.steps {
		if step.after != after[i] {
			t.Fatalf("step %d waits for %d, and %d tell it", i, step.after, after[i])
		}
	}
	for i := range b.operations {
		o := &b.operations[i]
		if at[i] < 0 || (ends[i] >= 0) != (len(o.deferred) > 0) || ends[i] >= 0 && ends[i] < at[i] {
			t.Fatalf("operation %d is made at %d and finished at %d, of %v deferred", i, at[i], ends[i], o.deferred)
		}
		if o.refusal != nil {
			continue
		}
		for _, id := range o.references {
			needed := at[i]
			if o.deferred[id] {
				needed = ends[i]
			}
			made := at[b.made[id].index]
			if made > needed || made == needed && needed == ends[i] {
				t.Fatalf("operation %d needs %s at %d, which is made at %d", i, id, needed, made)
			}
			if made < needed && b.made[id].refusal == nil && !waitsFor(p, made, needed) {
				t.Fatalf("operation %d does not wait for %s", i, id)
			}
		}
	}
}

// waitsFor tells whether a step is begun only after another one, directly or by
// others between.
func waitsFor(p *bulkPlan, made, needed int) bool {
	seen := map[int]bool{}
	queue := []int{made}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		if i == needed {
			return true
		}
		for _, next := range p.steps[i].before {
			if next <= needed && !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return false
}

// The largest bulks of the worst shapes are planned with an effort that grows
// with their size only.
func TestLargePlansStaySmall(t *testing.T) {
	const n = 1000
	shapes := map[string]func(i int) string{
		"a chain upward": func(i int) string {
			return post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy(fmt.Sprintf("bulkId:%d", max(0, i-1))))
		},
		"a chain downward": func(i int) string {
			return post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy(fmt.Sprintf("bulkId:%d", min(n-1, i+1))))
		},
		"a ring": func(i int) string {
			return post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy(fmt.Sprintf("bulkId:%d", (i+1)%n)))
		},
		"a ring the other way": func(i int) string {
			return post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy(fmt.Sprintf("bulkId:%d", (i+n-1)%n)))
		},
		"all refer to one": func(i int) string { return post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy("bulkId:500")) },
		"all of one name":  func(i int) string { return post(fmt.Sprint(i), "same@x", "") },
		"all about one":    func(int) string { return retitle("/Users/"+userID, "x") },
		"all about themselves": func(i int) string {
			return post(fmt.Sprint(i), fmt.Sprintf("u%d@x", i), managedBy(fmt.Sprintf("bulkId:%d", i)))
		},
		"the two halves in turn": func(i int) string {
			if i%2 == 0 {
				return retitle("/Users/"+userID, "x")
			}
			return fmt.Sprintf(`{"method":"PATCH","path":"/Groups/%d","data":{"Operations":[{"op":"add","path":"members","value":[{"value":%q}]}]}}`, i, userID)
		},
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			operations := make([]string, n)
			for i := range operations {
				operations[i] = shape(i)
			}
			body := bulkOf(0, operations...)
			b, p, err := planOf(t, body)
			if err != nil {
				t.Fatal(err)
			}
			checkPlan(t, b, p, len(body))
			answer := sendBulk(t, newServer(t, newShelf()), body)
			if len(answer.Operations) != n || slices.ContainsFunc(answer.Operations, func(o struct {
				Method, BulkID, Version, Location, Status string
				Response                                  map[string]any
			},
			) bool {
				return o.Status == "500"
			}) {
				t.Errorf("%d operations are answered: %.200s", len(answer.Operations), answer.statuses())
			}
		})
	}
}

// Everybody refers to everybody: the most references that a body has room for.
func TestABulkInWhichAllReferToAllIsPlanned(t *testing.T) {
	const n = 400
	var everybody strings.Builder
	for i := range n {
		fmt.Fprintf(&everybody, `,{"value":"bulkId:%d"}`, i)
	}
	operations := make([]string, n)
	for i := range operations {
		operations[i] = fmt.Sprintf(`{"method":"POST","path":"/Groups","bulkId":"%d","data":{"displayName":"g%d","members":[%s]}}`, i, i, everybody.String()[1:])
	}
	body := bulkOf(0, operations...)
	b, p, err := planOf(t, body)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.steps) != 2*n {
		t.Errorf("there are %d steps", len(p.steps))
	}
	for i, step := range p.steps {
		for _, next := range step.before {
			if next <= i {
				t.Fatalf("step %d waits for the later step %d", next, i)
			}
		}
	}
	if got := len(b.operations[0].deferred); got != n {
		t.Errorf("from the first %d references are withheld", got)
	}
}
