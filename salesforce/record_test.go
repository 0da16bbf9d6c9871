package salesforce

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRecordReadsItsFields(t *testing.T) {
	var r Record
	err := json.Unmarshal([]byte(`{
		"attributes": {"type":"User","url":"/services/data/v66.0/sobjects/User/005RM000002FZAlYAO"},
		"Id": "005RM000002FZAlYAO", "Name": "Ada Lovelace", "Title": null, "IsActive": true, "Latitude": 51.5, "Number": 1200000,
		"Profile": {"attributes":{"type":"Profile"},"Name":"Standard User","UserLicense":{"Name":"Salesforce"}}, "Manager": null,
		"SystemModstamp": "2024-09-05T21:57:31.000+0000", "LastLoginDate": "2024-09-05T23:57:31+02:00", "Birthday": "1815-12-10"}`), &r)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"Id": "005RM000002FZAlYAO", "Name": "Ada Lovelace", "Title": "", "Missing": "", "IsActive": "true", "Latitude": "51.5",
		"Number": "1200000", "Profile.Name": "Standard User", "Profile.UserLicense.Name": "Salesforce", "Manager.Name": "",
		"Name.Name": "", "Profile": "",
	} {
		if got := r.String(field); got != want {
			t.Errorf("String(%q) = %q, want %q", field, got, want)
		}
	}
	if r.ID() != "005RM000002FZAlYAO" {
		t.Errorf("ID() = %q", r.ID())
	}
	if !r.Bool("IsActive") || r.Bool("Name") || r.Bool("Missing") {
		t.Error("Bool is wrong for a checkbox, a text or what is missing")
	}
	login := time.Date(2024, 9, 5, 21, 57, 31, 0, time.UTC)
	for field, want := range map[string]time.Time{
		"SystemModstamp": login, "LastLoginDate": login, "Birthday": time.Date(1815, 12, 10, 0, 0, 0, 0, time.UTC), "Name": {}, "Missing": {},
	} {
		if got := r.Time(field); !got.Equal(want) {
			t.Errorf("Time(%q) = %v, want %v", field, got, want)
		}
	}
}

func TestRecordIsWrittenWithoutAttributesAndLeftAsItWas(t *testing.T) {
	given := Record{
		"attributes": map[string]any{"type": "User"}, "LastName": "Lovelace", "Title": nil,
		"ExpirationDate": time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 3600)),
	}
	want := Record{"LastName": "Lovelace", "Title": nil, "ExpirationDate": "2026-01-02T02:04:05.006+0000"}
	if diff := cmp.Diff(want, given.writable()); diff != "" {
		t.Error(diff)
	}
	if len(given) != 4 {
		t.Errorf("the given record was changed: %v", given)
	}
	if got := Record(nil).writable(); got == nil {
		t.Error("no fields are written as null, want {}")
	}
}
