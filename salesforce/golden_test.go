package salesforce

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// transcript writes requests as they go over the wire, with JSON laid out.
// masks are what differs from run to run, each with what is written for it.
func transcript(t *testing.T, requests []seen, masks ...string) string {
	t.Helper()
	var b strings.Builder
	for i, s := range requests {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s %s\nHost: %s\n", s.request.Method, s.request.URL.RequestURI(), s.request.URL.Host)
		for _, name := range slices.Sorted(maps.Keys(s.request.Header)) {
			fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(s.request.Header[name], ", "))
		}
		if len(s.body) > 0 {
			var laid bytes.Buffer
			if err := json.Indent(&laid, s.body, "", "  "); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "\n%s\n", laid.String())
		}
	}
	return strings.NewReplacer(masks...).Replace(b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "requests", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("requests differ from %s:\n%s", path, diff)
	}
}

// What goes over the wire for each of the client's calls.
func TestRequestsOnTheWire(t *testing.T) {
	expires := time.Date(2026, 12, 24, 18, 0, 0, 0, time.FixedZone("", 3600))
	tests := []struct {
		name string
		call func(t *testing.T, c *Client, w wired) error
	}{
		{"get", func(t *testing.T, c *Client, w wired) error {
			_, err := c.Get(t.Context(), "User", w.user, "Id", "Username", "Profile.Name")
			return err
		}},
		{"get_of_a_strange_id", func(t *testing.T, c *Client, _ wired) error {
			if _, err := c.Get(t.Context(), "User", "a/b?c=d#e"); !IsNotFound(err) {
				return fmt.Errorf("not found is %w", err)
			}
			return nil
		}},
		{"create", func(t *testing.T, c *Client, _ wired) error {
			_, err := c.Create(t.Context(), "User", Record{"attributes": map[string]any{"type": "User"}, "LastName": "Lovelace", "IsActive": true, "Title": nil})
			return lacking(err)
		}},
		{"update", func(t *testing.T, c *Client, w wired) error {
			return c.Update(t.Context(), "User", w.user, Record{"Id": w.user, "Title": "Countess", "Expires__c": expires})
		}},
		{"delete", func(t *testing.T, c *Client, w wired) error {
			return c.Delete(t.Context(), "GroupMember", w.members[0])
		}},
		{"query", func(t *testing.T, c *Client, _ wired) error {
			_, err := c.Query(t.Context(), "SELECT Id FROM User WHERE Username = 'ada+x@acme.example' AND LastName LIKE '100\\%'")
			return err
		}},
		{"create_all", func(t *testing.T, c *Client, w wired) error {
			row := Record{"GroupId": w.group, "UserOrGroupId": w.user}
			results, err := c.CreateAll(t.Context(), "GroupMember", []Record{row, row})
			return failed(results, err)
		}},
		{"update_all", func(t *testing.T, c *Client, w wired) error {
			results, err := c.UpdateAll(t.Context(), "User", []Record{{"Id": w.user, "IsActive": false}})
			return failed(results, err)
		}},
		{"delete_all", func(t *testing.T, c *Client, w wired) error {
			results, err := c.DeleteAll(t.Context(), w.members)
			return failed(results, err)
		}},
		{"describe", func(t *testing.T, c *Client, _ wired) error { _, err := c.Describe(t.Context(), "User"); return err }},
		{"composite", func(t *testing.T, c *Client, w wired) error {
			responses, err := c.Composite(t.Context(), true,
				CreateSub("user", "User", Record{"LastName": "Lovelace"}),
				UpdateSub("title", "User", "@{user.id}", Record{"Id": w.user, "Title": "Countess"}),
				GetSub("read", "User", "@{user.id}", "Id", "Title"),
				QuerySub("groups", "SELECT Id FROM GroupMember WHERE UserOrGroupId = '@{user.id}' AND Group.Name != '@{stranger.id} & @{'"),
				DeleteSub("gone", "GroupMember", w.members[0]))
			if err != nil {
				return err
			}
			return lacking(Culprit(responses))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, func(c *simulatortest.Config) {
				c.Org.CustomFields = []org.CustomField{{Name: "Expires__c", Type: "datetime"}}
			})
			w := wired{user: s.user("lovelace"), group: s.group("A")}
			for _, name := range []string{"B", "C"} {
				w.members = append(w.members, s.MustInsert("GroupMember", Record{"GroupId": s.group(name), "UserOrGroupId": w.user}))
			}
			if err := test.call(t, s.client(t), w); err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, transcript(t, s.sent(), s.keys.token, "secret-1",
				w.user, ada, w.group, "00G5i000004abcdEAA", w.members[0], "0115i000001abcdAAA", w.members[1], "0115i000001abceAAA"))
		})
	}
}

// wired are the records that requests on the wire are about.
type wired struct {
	user, group string
	members     []string
}

// lacking is nil for what the org says of a user that has a last name alone.
func lacking(err error) error {
	if HasCode(err, "REQUIRED_FIELD_MISSING") {
		return nil
	}
	return fmt.Errorf("a user with nothing but a name: %w", err)
}

func failed(results []Result, err error) error {
	for _, r := range results {
		err = errors.Join(err, r.Err)
	}
	return err
}

func TestNamesThatAreNoneAreNotSent(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"an object with a path":     func() error { _, err := c.Get(ctx, "User/../Account", ada); return err },
		"no object":                 func() error { _, err := c.Create(ctx, "", Record{}); return err },
		"no id":                     func() error { return c.Update(ctx, "User", "", Record{}) },
		"the parent":                func() error { return c.Delete(ctx, "User", "..") },
		"the same":                  func() error { return c.Delete(ctx, "User", ".") },
		"a field with a comma":      func() error { _, err := c.Get(ctx, "User", ada, "Id,Name"); return err },
		"an object to describe":     func() error { _, err := c.Describe(ctx, "User?x"); return err },
		"a record without id":       func() error { _, err := c.UpdateAll(ctx, "User", []Record{{"Title": "x"}}); return err },
		"an id with a comma":        func() error { _, err := c.DeleteAll(ctx, []string{ada + "," + ada}); return err },
		"an object of a collection": func() error { _, err := c.CreateAll(ctx, "User\n", []Record{{}}); return err },
		"an object of a subrequest": func() error { _, err := c.Composite(ctx, true, CreateSub("a", "x y", nil)); return err },
		"no id of a subrequest":     func() error { _, err := c.Composite(ctx, true, UpdateSub("a", "User", "", nil)); return err },
		"a value that is no JSON":   func() error { return c.Update(ctx, "User", ada, Record{"Title": func() {}}) },
		"a value in a composite too": func() error {
			_, err := c.Composite(ctx, true, CreateSub("a", "User", Record{"Title": func() {}}))
			return err
		},
	} {
		if err := call(); err == nil {
			t.Errorf("%s was accepted", name)
		}
		s.wantSent(t, name, 0)
	}
}
