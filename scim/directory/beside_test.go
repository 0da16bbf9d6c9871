package directory

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// withoutSemiJoins takes the parenthesis out of each semi-join on its way, so
// that the org refuses the query as one that knows no semi-joins would.
func withoutSemiJoins(r *http.Request) error {
	if r.Body == nil {
		return nil
	}
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	spoilt := bytes.ReplaceAll(sent, []byte("%20IN%20%28SELECT%20"), []byte("%20IN%20SELECT%20"))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(spoilt)), int64(len(spoilt))
	return nil
}

func TestAnOrgThatRefusesSemiJoinsCostsASecondCall(t *testing.T) {
	h := open(t, people(30))
	set := id(h.set("Field Service"))
	jane := id(h.create(user("jane@acme.example", map[string]any{"entitlements": []any{map[string]any{"value": set, "type": "Permission Set"}}})))
	h.login(jane)
	h.directly("UserLogin", h.query("SELECT Id FROM UserLogin WHERE UserId = '" + jane + "'")[0].ID(), map[string]any{"IsFrozen": true})
	wantLookup, wantList := h.find(`userName eq "jane@acme.example"`, 10), h.find("", 100)
	h.restart()
	h.warm()

	h.before = withoutSemiJoins
	for range 2 { // the first finds out, and has read the user by then
		h.simulator.ResetCalls()
		got := h.find(`userName eq "jane@acme.example"`, 10)
		if got.Total != 1 || !sameJSON(t, got.Resources, wantLookup.Resources) {
			t.Errorf("lookup: %v, want %v", got, wantLookup)
		}
		h.wantCalls("a lookup", 2)
	}
	if got := h.find("", 100); got.Total != wantList.Total || !sameJSON(t, got.Resources, wantList.Resources) {
		t.Errorf("list of %d, want %d", got.Total, wantList.Total)
	}
}

func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}
