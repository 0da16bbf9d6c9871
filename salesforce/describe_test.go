package salesforce

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
)

func TestDescriptionTellsOfFields(t *testing.T) {
	d, err := newSite(t).client(t).Describe(t.Context(), "User")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := d.Field("timezonesidkey")
	got.PicklistValues = slices.DeleteFunc(slices.Clone(got.PicklistValues), func(v PicklistValue) bool { return v.Value != "Europe/Berlin" })
	want := Field{
		Name: "TimeZoneSidKey", Label: "Time Zone", Type: "picklist", Length: 40, Createable: true, Updateable: true, RestrictedPicklist: true, Filterable: true, Sortable: true,
		PicklistValues: []PicklistValue{{Value: "Europe/Berlin", Label: "Europe/Berlin", Active: true}}, ReferenceTo: []string{},
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Error(diff)
	}
	language, _ := d.Field("LanguageLocaleKey")
	if i := slices.Index(language.PicklistValues, PicklistValue{Value: "de", Label: "German", Active: true}); i < 0 {
		t.Errorf("LanguageLocaleKey has no German: %+v", language)
	}
	if f, _ := d.Field("ManagerId"); f.RelationshipName != "Manager" || f.ReferenceTo[0] != "User" {
		t.Errorf("ManagerId: %+v", f)
	}
	if _, ok := d.Field("Missing"); ok || d.KeyPrefix != "005" {
		t.Error("a field that is not there, or another prefix")
	}
	plain := &Description{Fields: []Field{{Name: "Alias"}}}
	if f, ok := plain.Field("ALIAS"); !ok || f.Name != "Alias" {
		t.Error("a description that was not fetched has no fields")
	}
	if _, ok := plain.Field("Missing"); ok {
		t.Error("a description that was not fetched has every field")
	}
}

func TestDescriptionsAreKeptForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t, func(config *Config) { config.DescribeTTL = time.Minute })
		first, err := c.Describe(t.Context(), "User")
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(59 * time.Second)
		if second, err := c.Describe(t.Context(), "user"); err != nil || second != first {
			t.Errorf("not kept: %v", err)
		}
		s.wantSent(t, "two descriptions", 1)
		<-time.After(time.Second)
		if third, err := c.Describe(t.Context(), "User"); err != nil || third == first {
			t.Errorf("kept too long: %v", err)
		}
		s.wantSent(t, "the third", 1)
	})
}

// slowly makes the next description take two seconds.
var slowly = simulator.Fault{Delay: 2 * time.Second, After: true}

func TestDescribingIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t)
		s.FailNext(slowly)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := c.Describe(t.Context(), "User"); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		s.wantSent(t, "six callers", 1)
	})
}

func TestADescriptionEndsWithItsLastCallerAndNotWithTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t, func(config *Config) { config.MaxAttempts = 1 })
		s.FailNext(slowly, slowly)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Describe(impatient, "User"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the caller who left: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if _, err := c.Describe(t.Context(), "User"); err != nil {
				t.Errorf("the caller who waited: %v", err)
			}
		})
		wg.Wait()
		s.wantSent(t, "both callers", 2)
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := c.Describe(gone, "Group"); !errors.Is(err, context.Canceled) { // and nothing is left running
			t.Errorf("nobody waits: %v", err)
		}
	})
}

func TestFailedDescriptionsAreNotKept(t *testing.T) {
	s := newSite(t)
	c := s.client(t, func(config *Config) { config.MaxAttempts = 1 })
	for _, body := range []string{`{}`, `{"name":"User","fields":[]}`, `[]`} {
		s.FailNext(answers(200, body))
		if _, err := c.Describe(t.Context(), "User"); !IsUnavailable(err) {
			t.Errorf("%s: %v", body, err)
		}
		s.wantSent(t, body, 1)
	}
	if _, err := c.Describe(t.Context(), "User"); err != nil {
		t.Error(err)
	}
	s.wantSent(t, "a good one", 1)
}

func TestRunningUserIsToldByTheTokenOrTheAPI(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	if id, err := c.RunningUser(t.Context()); id != s.Org.AdminID() || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	s.keys.identity = "https://login.salesforce.com/id/00D5i00000CIhxb/005RM000002FZAl"
	if id, err := c.RunningUser(t.Context()); id != ada || err != nil {
		t.Errorf("15 characters: %q, %v", id, err)
	}
	s.wantSent(t, "what the token tells", 0)
	s.keys.identity = ""
	if id, err := c.RunningUser(t.Context()); id != s.Org.AdminID() || err != nil {
		t.Errorf("by the API: %q, %v", id, err)
	}
	s.keys.identity = "https://login.salesforce.com/id/" + ada + "/00D5i00000CIhxbEAD"
	s.FailNext(answers(200, `{"sobjects":"x"}`))
	if id, err := c.RunningUser(t.Context()); err == nil {
		t.Errorf("nobody tells: %q", id)
	}
	s.wantSent(t, "what the API tells", 2)
}
