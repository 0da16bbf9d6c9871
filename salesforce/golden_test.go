package salesforce

import (
	"bytes"
	"encoding/json"
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
)

var update = flag.Bool("update", false, "write the golden files anew")

// transcript writes requests as they go over the wire, with JSON laid out.
func transcript(t *testing.T, requests []seen) string {
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
	return b.String()
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
	const (
		group   = "00G5i000004abcdEAA"
		created = `{"id":"` + ada + `","success":true,"errors":[]}`
		row     = `{"id":"` + ada + `","success":true,"errors":[]}`
	)
	expires := time.Date(2026, 12, 24, 18, 0, 0, 0, time.FixedZone("", 3600))
	tests := []struct {
		name   string
		answer func(r *registry)
		call   func(t *testing.T, c *Client) error
	}{
		{
			"get",
			func(r *registry) { r.on("GET", userPath, answered(200, `{"Id":"x"}`)) },
			func(t *testing.T, c *Client) error {
				_, err := c.Get(t.Context(), "User", ada, "Id", "Username", "Profile.Name")
				return err
			},
		},
		{
			"get_of_a_strange_id",
			func(r *registry) { r.on("GET", "/sobjects/User/a/b?c=d#e", refused(404, "NOT_FOUND", "")) },
			func(t *testing.T, c *Client) error {
				if _, err := c.Get(t.Context(), "User", "a/b?c=d#e"); !IsNotFound(err) {
					return err
				}
				return nil
			},
		},
		{
			"create",
			func(r *registry) { r.on("POST", usersPath, answered(201, created)) },
			func(t *testing.T, c *Client) error {
				_, err := c.Create(t.Context(), "User", Record{"attributes": map[string]any{"type": "User"}, "LastName": "Lovelace", "IsActive": true, "Title": nil})
				return err
			},
		},
		{
			"update",
			func(r *registry) { r.on("PATCH", userPath, answered(204, "")) },
			func(t *testing.T, c *Client) error {
				return c.Update(t.Context(), "User", ada, Record{"Id": ada, "Title": "Countess", "ExpirationDate": expires})
			},
		},
		{
			"delete",
			func(r *registry) { r.on("DELETE", "/sobjects/GroupMember/0115i000001abcdAAA", answered(204, "")) },
			func(t *testing.T, c *Client) error { return c.Delete(t.Context(), "GroupMember", "0115i000001abcdAAA") },
		},
		{
			"query",
			func(r *registry) { r.on("GET", "/query", answered(200, `{"totalSize":0,"done":true,"records":[]}`)) },
			func(t *testing.T, c *Client) error {
				_, err := c.Query(t.Context(), "SELECT Id FROM User WHERE Username = 'ada+x@acme.example' AND LastName LIKE '100\\%'")
				return err
			},
		},
		{
			"create_all",
			func(r *registry) { r.on("POST", "/composite/sobjects", answered(200, "["+row+","+row+"]")) },
			func(t *testing.T, c *Client) error {
				_, err := c.CreateAll(t.Context(), "GroupMember", []Record{{"GroupId": group, "UserOrGroupId": ada}, {"GroupId": group, "UserOrGroupId": ada}})
				return err
			},
		},
		{
			"update_all",
			func(r *registry) { r.on("PATCH", "/composite/sobjects", answered(200, "["+row+"]")) },
			func(t *testing.T, c *Client) error {
				_, err := c.UpdateAll(t.Context(), "User", []Record{{"Id": ada, "IsActive": false}})
				return err
			},
		},
		{
			"delete_all",
			func(r *registry) { r.on("DELETE", "/composite/sobjects", answered(200, "["+row+","+row+"]")) },
			func(t *testing.T, c *Client) error {
				_, err := c.DeleteAll(t.Context(), []string{"0115i000001abcdAAA", "0115i000001abceAAA"})
				return err
			},
		},
		{
			"describe",
			func(r *registry) {
				r.on("GET", "/sobjects/User/describe", answered(200, `{"name":"User","fields":[{"name":"Id"}]}`))
			},
			func(t *testing.T, c *Client) error { _, err := c.Describe(t.Context(), "User"); return err },
		},
		{
			"composite",
			func(r *registry) {
				r.on("POST", "/composite", answered(200, `{"compositeResponse":[`+
					`{"body":`+created+`,"httpHeaders":{"Location":"/services/data/v66.0/sobjects/User/`+ada+`"},"httpStatusCode":201,"referenceId":"user"},`+
					`{"body":null,"httpHeaders":{},"httpStatusCode":204,"referenceId":"title"},`+
					`{"body":{"Id":"`+ada+`","Title":"Countess"},"httpHeaders":{},"httpStatusCode":200,"referenceId":"read"},`+
					`{"body":{"totalSize":0,"done":true,"records":[]},"httpHeaders":{},"httpStatusCode":200,"referenceId":"groups"},`+
					`{"body":null,"httpHeaders":{},"httpStatusCode":204,"referenceId":"gone"}]}`))
			},
			func(t *testing.T, c *Client) error {
				_, err := c.Composite(t.Context(), true,
					CreateSub("user", "User", Record{"LastName": "Lovelace"}),
					UpdateSub("title", "User", "@{user.id}", Record{"Id": ada, "Title": "Countess"}),
					GetSub("read", "User", "@{user.id}", "Id", "Title"),
					QuerySub("groups", "SELECT Id FROM GroupMember WHERE UserOrGroupId = '@{user.id}' AND Group.Name != '@{stranger.id} & @{'"),
					DeleteSub("gone", "GroupMember", "0115i000001abcdAAA"))
				return err
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t)
			test.answer(r)
			if err := test.call(t, newTestClient(t, r)); err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, transcript(t, r.seen))
		})
	}
}

func TestNamesThatAreNoneAreNotSent(t *testing.T) {
	c := newTestClient(t, newRegistry(t))
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
	}
}
