package scim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneByOne is what a bulk means, done slowly: one operation after the other,
// each through its own endpoint, and before each what it refers to. It knows no
// circles.
type oneByOne struct {
	t          *testing.T
	do         func(method, path, body string) (status int, id string)
	operations []sentOperation
	ids        map[string]string // by bulkId; "" for a POST that failed
	statuses   []int
}

type sentOperation struct {
	Method, Path, BulkID string
	Data                 json.RawMessage
}

func (m *oneByOne) run() {
	m.ids, m.statuses = map[string]string{}, make([]int, len(m.operations))
	for i := range m.operations {
		m.one(i)
	}
}

func (m *oneByOne) one(i int) {
	if m.statuses[i] != 0 {
		return
	}
	o := m.operations[i]
	path, data := o.Path, string(o.Data)
	for j, other := range m.operations {
		reference := "bulkId:" + other.BulkID // none is the beginning of another
		if other.BulkID == "" || !strings.Contains(data+path, reference) {
			continue
		}
		m.one(j)
		id := m.ids[other.BulkID]
		if id == "" {
			m.statuses[i] = 409
		}
		data, path = strings.ReplaceAll(data, reference, id), strings.ReplaceAll(path, reference, id)
	}
	if m.statuses[i] != 0 {
		return
	}
	status, id := m.do(o.Method, path, data)
	m.statuses[i] = status
	if o.Method == "POST" {
		m.ids[o.BulkID] = id
	}
}

// randomBulk makes operations on the users u0 to u2 and the groups g0 and g1 of
// a shelf, and on what they make themselves. References lead to users from
// groups, and to earlier or later users from users, so that there is no circle.
func randomBulk(r *rand.Rand, users, groups []string) []string {
	n := 2 + r.IntN(14)
	operations := make([]string, 0, n)
	posts, teams := []string{}, []string{}
	for i := range n { // decided before, so that references may lead onward
		switch r.IntN(5) {
		case 0, 1:
			posts = append(posts, fmt.Sprintf("p%02d", i))
		case 2:
			teams = append(teams, fmt.Sprintf("t%02d", i))
		}
	}
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	name := func() string { return fmt.Sprintf("n%d@acme.example", r.IntN(6)) }
	someone := func(before string) string {
		var all []string
		for _, p := range posts {
			if p > before {
				all = append(all, "bulkId:"+p)
			}
		}
		return pick(append(all, users...))
	}
	boss := func(of string) string {
		if r.IntN(2) == 0 {
			return ""
		}
		return managedBy(someone(of))
	}
	members := func() string {
		var all []string
		for range r.IntN(3) {
			all = append(all, fmt.Sprintf(`{"value":%q}`, someone("")))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	user := func() string { return "/Users/" + someone("") }
	group := func() string {
		all := append([]string{}, groups...)
		for _, t := range teams {
			all = append(all, "bulkId:"+t)
		}
		return "/Groups/" + pick(all)
	}
	for _, p := range posts {
		operations = append(operations, post(p, name(), boss(p)))
	}
	for _, t := range teams {
		operations = append(operations, fmt.Sprintf(`{"method":"POST","path":"/Groups","bulkId":%q,"data":{"displayName":"team %d","members":%s}}`, t, r.IntN(4), members()))
	}
	for len(operations) < n {
		switch r.IntN(8) {
		case 0, 1:
			operations = append(operations, retitle(user(), fmt.Sprint("title ", r.IntN(9))))
		case 2:
			operations = append(operations, fmt.Sprintf(`{"method":"PATCH","path":%q,"data":{"Operations":[{"op":"replace","value":{"userName":%q}}]}}`, user(), name()))
		case 3:
			operations = append(operations, fmt.Sprintf(`{"method":"PUT","path":%q,"data":{"userName":%q%s}}`, user(), name(), boss("")))
		case 4:
			operations = append(operations, fmt.Sprintf(`{"method":"DELETE","path":%q}`, user()))
		case 5:
			operations = append(operations, fmt.Sprintf(`{"method":"DELETE","path":%q}`, group()))
		case 6:
			operations = append(operations, fmt.Sprintf(`{"method":"PATCH","path":%q,"data":{"Operations":[{"op":%q,"path":"members","value":%s}]}}`, group(), pick([]string{"add", "replace"}), members()))
		case 7:
			operations = append(operations, fmt.Sprintf(`{"method":"PATCH","path":%q,"data":{"Operations":[{"op":"remove","path":"members[value eq \"%s\"]"}]}}`, group(), someone("")))
		}
	}
	r.Shuffle(len(operations), func(i, j int) { operations[i], operations[j] = operations[j], operations[i] })
	return operations
}

// furnished is a shelf with three users and two groups.
func furnished(t *testing.T) (s *shelf, users, groups []string) {
	t.Helper()
	s = newShelf()
	for i := range 3 {
		u, err := s.CreateUser(t.Context(), map[string]any{"userName": fmt.Sprintf("n%d@acme.example", i)})
		if err != nil {
			t.Fatal(err)
		}
		users = append(users, u["id"].(string))
	}
	for i := range 2 {
		g, err := s.CreateGroup(t.Context(), map[string]any{"displayName": fmt.Sprintf("Team %d", i), "members": []any{map[string]any{"value": users[i]}}})
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, g["id"].(string))
	}
	return s, users, groups
}

func TestABulkComesToWhatItsOperationsComeToOneByOne(t *testing.T) {
	for seed := range uint64(400) {
		quick, users, groups := furnished(t)
		slow, _, _ := furnished(t)
		operations := randomBulk(rand.New(rand.NewPCG(seed, 7)), users, groups)
		body := bulkOf(0, operations...)

		answer := sendBulk(t, newServer(t, quick), body)

		h := newServer(t, slow)
		model := oneByOne{t: t, do: func(method, path, body string) (int, string) {
			w := serve(h, request(method, path, body))
			if method == "POST" && w.Code == 201 {
				id, _ := object(t, w)["id"].(string)
				return w.Code, id
			}
			return w.Code, ""
		}}
		for _, text := range operations {
			var o sentOperation
			if err := json.Unmarshal([]byte(text), &o); err != nil {
				t.Fatal(err)
			}
			model.operations = append(model.operations, o)
		}
		model.run()

		want := strings.Trim(fmt.Sprint(model.statuses), "[]")
		diff := cmp.Diff(slow.state(), quick.state())
		if got := answer.statuses(); got != want || diff != "" {
			t.Fatalf("seed %d:\n%s\nanswered with %s\n    one by one %s\n%s", seed, strings.Join(operations, "\n"), got, want, diff)
		}
	}
}
