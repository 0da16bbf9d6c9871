package org

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (o *Org) dumped(t testing.TB) string {
	t.Helper()
	var out bytes.Buffer
	if err := o.Dump(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// lived is an org in which something of every kind happened.
func lived(t testing.TB) *Org {
	t.Helper()
	o := newOrg(t, acme(t))
	o.Advance(90 * time.Minute)
	mona := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"ProfileId": o.idOf(t, "Profile", "Name", "Standard Platform User"),
		"Email":     "mona.lisa@acme-robotics.example", "Latitude": 48.86, "AboutMe": "<b>\"q\"</b>\n\u2028é", "DigestFrequency": nil, "ManagerId": o.AdminID(),
	}))
	o.SetPassword(mona, "secret word")
	o.mustUpdate(t, "User", mona, map[string]any{"Email": "other@acme-robotics.example"})
	o.RecordLogin(mona)
	o.RefuseDeactivation(mona, Error{Message: "No"})
	o.HoldElsewhere("held@acme.example")
	bundle := o.mustInsert(t, "PermissionSetGroup", map[string]any{"DeveloperName": "Gone", "MasterLabel": "Gone"})
	group := o.mustInsert(t, "Group", map[string]any{"Name": "Gone"})
	for _, one := range []struct{ object, id string }{{"PermissionSetGroup", bundle}, {"Group", group}} {
		if errs := o.Delete(Actor{}, one.object, one.id); errs != nil {
			t.Fatal(errs)
		}
	}
	return o
}

func TestADumpLoadedIsTheSameOrg(t *testing.T) {
	o := lived(t)
	dump := o.dumped(t)
	cfg := acme(t)
	cfg.Seed, cfg.Users = 99, 1
	other := newOrg(t, cfg)
	if err := other.Load(strings.NewReader(dump)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o.dump(), other.dump()); diff != "" {
		t.Errorf("other records:\n%s", diff)
	}
	if again := other.dumped(t); again != dump {
		t.Errorf("dumped again, it differs:\n%s", cmp.Diff(dump, again))
	}
	other.verifyIndexes(t)
	if other.ID() != o.ID() || other.AdminID() != o.AdminID() || other.Now() != o.Now() {
		t.Error("another org, administrator or time")
	}
	if !other.CheckPassword("mona.lisa@acme.example", "secret word") {
		t.Error("the password is lost")
	}
	for _, name := range []string{"held@acme.example", "mona.lisa@acme.example"} {
		if _, errs := other.Insert(Actor{}, "User", newUser(t, other, map[string]any{"Username": name, "Email": "x@acme-robotics.example"})); !isTaken(errs) {
			t.Errorf("%s: %v", name, errs)
		}
	}
	fields := map[string]any{"Username": "next@acme.example", "Email": "n@acme-robotics.example", "ProfileId": o.idOf(t, "Profile", "Name", "Standard Platform User")}
	if a, b := o.mustInsert(t, "User", newUser(t, o, fields)), other.mustInsert(t, "User", newUser(t, other, fields)); a != b {
		t.Errorf("the next id is %s, was %s", b, a)
	}
}

func TestADumpIsAllOrNothing(t *testing.T) {
	o := lived(t)
	dump := o.dumped(t)
	lines := strings.SplitAfter(dump, "\n")
	find := func(part string) string {
		t.Helper()
		for _, line := range lines {
			if strings.Contains(line, part) {
				return line
			}
		}
		t.Fatalf("no line with %s", part)
		return ""
	}
	mona := find(`"Username":"mona.lisa@acme.example"`)
	edit := func(line, old, with string) string {
		t.Helper()
		if !strings.Contains(line, old) {
			t.Fatalf("%s is not in %s", old, line)
		}
		return strings.Replace(dump, line, strings.Replace(line, old, with, 1), 1)
	}
	admin := find(`"administrator"`)
	for _, test := range []struct{ name, dump, want string }{
		{"nothing", "", "the dump has no end: was it cut off?"},
		{"no JSON", "{", "line 1: no line of a dump"},
		{"no head", strings.Join(lines[1:], ""), "line 1: the head of the dump is missing"},
		{"two heads", lines[0] + dump, "line 2: a second head"},
		{"another version", edit(admin, `"version":1`, `"version":2`), "line 1: a dump of version 2; this program reads version 1"},
		{"cut off", strings.Join(lines[:len(lines)-2], ""), "the dump has no end: was it cut off?"},
		{"a record missing", strings.Replace(dump, find(`"object":"GroupMember"`), "", 1), "records, here are"},
		{"something behind the end", dump + lines[0], "something follows the end"},
		{"an unknown part", strings.Replace(dump, lines[1], "{\"secret word\":1}\n", 1), "line 2: no line of a dump"},
		{"a line too long", lines[0] + strings.Repeat(" ", maxDumpLine+1), "line 2 is longer than 1048576 bytes"},
		{"an unknown object", edit(mona, `"object":"User"`, `"object":"Robot"`), "Robot 005"},
		{"an unknown field", edit(mona, `"AboutMe"`, `"Abuot"`), `it cannot have a field "Abuot" here`},
		{"a field that is derived", edit(mona, `"AboutMe"`, `"Name"`), `it cannot have a field "Name" here`},
		{"an id of another object", edit(mona, `"id":"005`, `"id":"00G`), "User 00G"},
		{"an id the org has not made", edit(mona, `"id":"005`+o.s.pod+"0", `"id":"005`+o.s.pod+"z"), "no id of this object that the org has made"},
		{"an id twice", strings.Replace(dump, mona, mona+mona, 1), "its id does not follow that of the record before"},
		{"a text for a number", edit(mona, `"Latitude":48.86`, `"Latitude":"48"`), "Latitude: no number"},
		{"a text too long", edit(mona, `"LastName":"Lisa"`, `"LastName":"`+strings.Repeat("x", 81)+`"`), "LastName: longer than 80 characters"},
		{"a value outside a picklist", edit(mona, `"Europe/Paris"`, `"Europe/Mars"`), "TimeZoneSidKey: not one of its values"},
		{"a reference to nothing", edit(mona, o.AdminID(), "005"+o.s.pod+"zzzzzzzzzAAA"), "ManagerId"},
		{"no user name", edit(mona, `"Username":"mona.lisa@acme.example",`, ""), "it has no Username"},
		{"a user name twice", edit(mona, "mona.lisa@acme.example", "Tom.Ward@acme-robotics.example"), `the Username "Tom.Ward@acme-robotics.example" is taken by another`},
		{"a password of nobody", strings.Replace(dump, `"password":{"user":"005`, `"password":{"user":"006`, 1), "is no user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := o.Load(strings.NewReader(test.dump))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "secret word") {
				t.Errorf("a password in %v", err)
			}
			if o.dumped(t) != dump {
				t.Error("something changed")
			}
		})
	}
}

func TestLoadKeepsUsernamesApart(t *testing.T) {
	a, b := twoOrgs(t)
	dump := a.dumped(t)
	if err := b.Load(strings.NewReader(dump)); err == nil || !strings.Contains(err.Error(), "is taken in another org") {
		t.Errorf("got %v", err)
	}
	b.verifyIndexes(t)
	mona := a.mustInsert(t, "User", newUser(t, a, nil))
	if err := a.Load(strings.NewReader(dump)); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Find("User", mona); ok {
		t.Error("the content was not replaced")
	}
	b.mustInsert(t, "User", newUser(t, b, nil))
}

func TestADumpTellsThatItCannotBeWritten(t *testing.T) {
	o := newOrg(t, Config{Users: 500})
	broken := errors.New("broken")
	r, w := io.Pipe()
	_ = r.CloseWithError(broken)
	if err := o.Dump(w); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyWaitsForADump(t *testing.T) {
	o := newOrg(t, Config{Users: 500})
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- o.Dump(w) }()
	first := make([]byte, 1)
	if _, err := io.ReadFull(r, first); err != nil { // it is being written
		t.Fatal(err)
	}
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	if err := o.Reset(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(io.MultiReader(bytes.NewReader(first), stopAtEnd{r}))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(rest), fmt.Sprintf("%q", id)) {
		t.Error("it shows what was written after it began")
	}
	if err := newOrg(t, Config{}).Load(bytes.NewReader(rest)); err != nil {
		t.Error(err)
	}
}

// stopAtEnd ends where the dump does, whose writer leaves the pipe open.
type stopAtEnd struct{ r io.Reader }

func (s stopAtEnd) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err == nil && bytes.Contains(p[:n], []byte(`{"end":`)) {
		err = io.EOF
	}
	return n, err
}

func FuzzLoad(f *testing.F) {
	o := newOrg(f, Config{Users: 2})
	f.Add(o.dumped(f))
	f.Add("{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		target := newOrg(t, Config{})
		before := target.dumped(t)
		if err := target.Load(strings.NewReader(text)); err != nil {
			if target.dumped(t) != before {
				t.Error("a refused dump changed the org")
			}
			return
		}
		target.verifyIndexes(t)
		if err := newOrg(t, Config{}).Load(strings.NewReader(target.dumped(t))); err != nil {
			t.Errorf("what was loaded cannot be dumped and loaded: %v", err)
		}
	})
}
