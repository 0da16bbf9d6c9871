package authority

import (
	"sync"

	"scimforce/salesforce/simulator/org"
)

// maxHistory is how many rows of LoginHistory an org keeps; the oldest go. (A
// real org keeps six months.)
const maxHistory = 20_000

// systemRows is what an org offers for rows that only its server writes. Where
// an org has it not, or not the object, no rows are written.
type systemRows interface {
	AddSystemRow(object string, fields org.Row) (id string, err error)
	ChangeSystemRow(object, id string, fields org.Row) error
	RemoveSystemRow(object, id string) (removed bool)
}

// rows writes what an org shows of logins, sessions and tokens: LoginHistory,
// AuthSession and OauthToken.
type rows struct {
	org   *org.Org
	write systemRows // nil: none are written

	mu      sync.Mutex
	history []string // ids of LoginHistory, oldest first
}

// rowRef names a row that is to go.
type rowRef struct {
	rows       *rows
	object, id string
}

func newRows(o *org.Org) *rows {
	write, _ := any(o).(systemRows)
	return &rows{org: o, write: write}
}

// add makes a row; "" where the org has no such object.
func (r *rows) add(object string, values org.Row) string {
	if _, has := r.org.Object(object); !has || r.write == nil {
		return ""
	}
	id, err := r.write.AddSystemRow(object, values)
	if err != nil {
		return "" // an org with other fields shows none of this
	}
	return id
}

// change is of a row that may be deleted meanwhile, which then stays so.
func (r *rows) change(object, id string, values org.Row) {
	if id != "" {
		_ = r.write.ChangeSystemRow(object, id, values)
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
		r.write.RemoveSystemRow("LoginHistory", r.history[0])
		r.history = r.history[1:]
	}
}

// gone says whether somebody deleted the row, which ends what it stands for.
func (r *rows) gone(object, id string) bool {
	if id == "" {
		return false
	}
	found := false
	_ = r.org.View(func(v *org.View) error { // the function returns no error
		if o, ok := v.Object(object); ok {
			_, found = v.Get(o, id)
		}
		return nil
	})
	return !found
}

// forget removes rows of what has ended.
func forget(refs []rowRef) {
	for _, ref := range refs {
		ref.rows.write.RemoveSystemRow(ref.object, ref.id)
	}
}
