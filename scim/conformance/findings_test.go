package conformance

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// finding is what a suite reported of one check.
type finding struct {
	Check    string `json:"check"`
	Resource string `json:"resource"`
	Reason   string `json:"reason"`
}

// expected is a finding that is right to be there. Says is a part of its reason.
type expected struct {
	Check    string `json:"check"`
	Resource string `json:"resource,omitempty"`
	Says     string `json:"says"`
	Because  string `json:"because"`
}

func (e expected) is(f finding) bool {
	return e.Check == f.Check && e.Resource == f.Resource && strings.Contains(f.Reason, e.Says)
}

// compare reports findings that are not in the list of the file, and those of
// the list that were not found.
func compare(t *testing.T, file string, found []finding) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []expected
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	seen := make([]bool, len(list))
	for _, f := range found {
		known := false
		for i, e := range list {
			if e.is(f) {
				known, seen[i] = true, true
			}
		}
		if !known {
			t.Errorf("a finding that is not in %s:\n%s %s: %s", file, f.Check, f.Resource, f.Reason)
		}
	}
	for i, e := range list {
		switch {
		case !seen[i]:
			t.Errorf("%s lists a finding that is gone: %s %s: %s", file, e.Check, e.Resource, e.Says)
		case e.Because == "" || e.Says == "":
			t.Errorf("%s gives no reason for %s %s", file, e.Check, e.Resource)
		}
	}
}

func TestAFindingThatIsNotListedAndAListedOneThatIsGoneAreBothNoticed(t *testing.T) {
	e := expected{Check: "PATCH", Resource: "User", Says: "got 204"}
	for name, test := range map[string]struct {
		f    finding
		want bool
	}{
		"the same":             {finding{"PATCH", "User", "expected 200, got 204"}, true},
		"another check":        {finding{"PUT", "User", "expected 200, got 204"}, false},
		"another resource":     {finding{"PATCH", "Group", "expected 200, got 204"}, false},
		"of another reason":    {finding{"PATCH", "User", "expected 200, got 500"}, false},
		"without any resource": {finding{"PATCH", "", "expected 200, got 204"}, false},
	} {
		if got := e.is(test.f); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
