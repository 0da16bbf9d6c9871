package scim

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"scimforce/scim/directory"
)

func TestACursorIsGoodForItsRequestAndAnHour(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	c, err := newCursors([]byte("the key that replicas share"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	at := place{typ: 1, at: directory.Position{ID: "0055g00000AbCdEAAV", Index: 1_000_000, Walk: "abcdefgh"}}
	text := c.seal(at, "users")
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") != "" || len(text) > maxCursor {
		t.Errorf("the cursor %q is not made of unreserved characters", text)
	}
	replica, _ := newCursors([]byte("the key that replicas share"), func() time.Time { return now.Add(cursorTimeout) })
	if got, err := replica.open(text, "users"); err != nil || got != at {
		t.Errorf("a replica reads %+v, %v", got, err)
	}
	late, _ := newCursors([]byte("the key that replicas share"), func() time.Time { return now.Add(cursorTimeout + time.Second) })
	stranger, _ := newCursors(nil, func() time.Time { return now })
	for name, test := range map[string]struct {
		c       cursors
		text    string
		request string
		want    string
	}{
		"of another request": {c, text, "groups", "invalidCursor"},
		"of another key":     {stranger, text, "users", "invalidCursor"},
		"too old":            {late, text, "users", "expiredCursor"},
		"forged":             {c, base64.RawURLEncoding.EncodeToString(make([]byte, 40)), "users", "invalidCursor"},
		"changed":            {c, "B" + text[1:], "users", "invalidCursor"},
		"cut short":          {c, text[:len(text)-1], "users", "invalidCursor"},
		"too short":          {c, "AAAA", "users", "invalidCursor"},
		"huge":               {c, strings.Repeat("A", 1<<20), "users", "invalidCursor"},
		"no base64":          {c, "%%%", "users", "invalidCursor"},
	} {
		var p problem
		if _, err := test.c.open(test.text, test.request); !errors.As(err, &p) || p.Status != 400 || string(p.ScimType) != test.want {
			t.Errorf("a cursor %s: %v, want %s", name, err, test.want)
		}
	}
}

func FuzzNoCursorOpensThatWasNotSealed(f *testing.F) {
	c, _ := newCursors([]byte("key"), time.Now)
	f.Add("")
	f.Add(c.seal(place{at: directory.Position{ID: "x"}}, "other"))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := c.open(text, "users"); err == nil {
			t.Fatalf("%q opens", text)
		}
	})
}
