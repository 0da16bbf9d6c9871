package simulatortest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

func inMemory(c *simulatortest.Config) { c.InMemory = true }

// ask reads a resource of the API with a session of the administrator.
func ask(t *testing.T, s *simulatortest.Server, resource string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/services/data/v66.0"+resource, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.MustAccessToken(simulatortest.Admin))
	answer, err := s.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

func TestAServerAnswersOverBothKindsOfConnections(t *testing.T) {
	for name, change := range map[string]func(*simulatortest.Config){"loopback": func(*simulatortest.Config) {}, "in memory": inMemory} {
		t.Run(name, func(t *testing.T) {
			s := simulatortest.New(t, change)
			status, body, err := ask(t, s, "/sobjects/User/"+s.Org.AdminID())
			if err != nil || status != 200 || !strings.Contains(body, simulatortest.Admin) {
				t.Errorf("status %d, %v: %s", status, err, body)
			}
			if n := s.CallCount("GET", "/sobjects/User/{id}"); n != 1 || s.CallCount("", "") != 1 {
				t.Errorf("%d calls counted, want 1: %v", n, s.Calls())
			}
			s.RefuseConnections(1)
			if _, _, err := ask(t, s, "/limits"); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("a dial that was to be refused: %v", err)
			}
			if status, _, err := ask(t, s, "/limits"); status != 200 {
				t.Errorf("the dial after it: %d, %v", status, err)
			}
			s.Close()
			if _, _, err := ask(t, s, "/limits"); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}

func TestTimePassesInABubbleWhileBothSidesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulatortest.New(t, inMemory)
		s.FailNext(simulator.Fault{Delay: time.Hour, After: true})
		start := time.Now()
		if status, _, err := ask(t, s, "/limits"); status != 200 {
			t.Errorf("status %d, %v", status, err)
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("took %v, want the hour that the fault waits", took)
		}
	})
}

func TestRecordsAreMadeChangedAndFound(t *testing.T) {
	s := simulatortest.New(t)
	id := s.MustInsert("Group", map[string]any{"Name": "Engineers", "DeveloperName": "Engineers", "Type": "Regular"})
	s.MustUpdate("Group", id, map[string]any{"Name": "Makers"})
	if row := s.MustFind("Group", id); row["Name"] != "Makers" {
		t.Errorf("the group is %v", row)
	}
	if ids := s.IDs("Group", "Name", "MAKERS"); len(ids) != 1 || ids[0] != id {
		t.Errorf("found %v, want %s", ids, id)
	}
}
