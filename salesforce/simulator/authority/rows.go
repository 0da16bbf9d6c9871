package authority

import (
	"sync"

	"scimforce/salesforce/simulator/org"
)

// maxHistory is how many rows of LoginHistory an org keeps; the oldest go. (A
// real org keeps six months.)
const maxHistory = 20_000

// rows writes what an org shows of logins, sessions and tokens: LoginHistory,
// AuthSession and OauthToken. Where the org has no such object, none are
// written.
type rows struct {
	org *org.Org

	mu      sync.Mutex
	history []string // ids of LoginHistory, oldest first
}

// rowRef names a row that is to go.
type rowRef struct {
	org        *org.Org
	object, id string
}

// add makes a row and returns its id; "" where the org has no such object, or
// one with other fields.
func (r *rows) add(object string, values org.Row) string {
	id, _ := r.org.AddSystemRow(object, values)
	return id
}

// change is of a row that may be deleted meanwhile, which then stays so.
func (r *rows) change(object, id string, values org.Row) {
	if id != "" {
		r.org.SetSystemRow(object, id, values)
	}
}

// login adds to LoginHistory, and drops its oldest row above the bound.
func (r *rows) login(values org.Row) {
	id := r.add("LoginHistory", values)
	if id == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, id)
	if len(r.history) > maxHistory {
		r.org.RemoveSystemRow("LoginHistory", r.history[0])
		r.history = r.history[1:]
	}
}

// gone says whether somebody deleted the row, which ends what it stands for.
func (r *rows) gone(id string) bool { return id != "" && !r.org.Holds(id) }

// forget removes rows of what has ended.
func forget(refs []rowRef) {
	for _, ref := range refs {
		ref.org.RemoveSystemRow(ref.object, ref.id)
	}
}
