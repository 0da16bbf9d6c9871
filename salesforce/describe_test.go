package salesforce

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const description = `{"name":"User","label":"User","keyPrefix":"005","fields":[
	{"name":"Id","type":"id","length":18,"nillable":false,"picklistValues":[],"referenceTo":[],"relationshipName":null},
	{"name":"TimeZoneSidKey","label":"Time Zone","type":"picklist","length":40,"createable":true,"updateable":true,"nillable":false,
	 "defaultedOnCreate":false,"restrictedPicklist":true,"defaultValue":null,"referenceTo":[],"relationshipName":null,
	 "picklistValues":[{"active":true,"defaultValue":false,"label":"(GMT+01:00) Berlin","validFor":null,"value":"Europe/Berlin"}]},
	{"name":"ManagerId","type":"reference","referenceTo":["User"],"relationshipName":"Manager"}]}`

func TestDescriptionTellsOfFields(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("GET", "/sobjects/User/describe", answered(200, description))
	d, err := c.Describe(t.Context(), "User")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := d.Field("timezonesidkey")
	want := Field{
		Name: "TimeZoneSidKey", Label: "Time Zone", Type: "picklist", Length: 40, Createable: true, Updateable: true, RestrictedPicklist: true,
		PicklistValues: []PicklistValue{{Value: "Europe/Berlin", Label: "(GMT+01:00) Berlin", Active: true}}, ReferenceTo: []string{},
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Error(diff)
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
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) { config.DescribeTTL = time.Minute })
		r.on("GET", "/sobjects/User/describe", answered(200, description))
		first, err := c.Describe(t.Context(), "User")
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(59 * time.Second)
		if second, err := c.Describe(t.Context(), "user"); err != nil || second != first {
			t.Errorf("not kept: %v", err)
		}
		<-time.After(time.Second)
		r.on("GET", "/sobjects/User/describe", answered(200, description))
		if third, err := c.Describe(t.Context(), "User"); err != nil || third == first {
			t.Errorf("kept too long: %v", err)
		}
	})
}

// slowly answers after two seconds, unless the request is given up before.
func slowly(request *http.Request) (*http.Response, error) {
	select {
	case <-time.After(2 * time.Second):
		return answered(200, description)(request)
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
}

func TestDescribingIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("GET", "/sobjects/User/describe", slowly) // once, or the registry fails
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
	})
}

func TestADescriptionEndsWithItsLastCallerAndNotWithTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) { config.MaxAttempts = 1 })
		r.on("GET", "/sobjects/User/describe", slowly)
		r.on("GET", "/sobjects/User/describe", slowly)
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
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := c.Describe(gone, "Group"); !errors.Is(err, context.Canceled) { // and nothing is left running
			t.Errorf("nobody waits: %v", err)
		}
	})
}

func TestFailedDescriptionsAreNotKept(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r, func(config *Config) { config.MaxAttempts = 1 })
	for _, body := range []string{`{}`, `{"name":"User","fields":[]}`, `[]`} {
		r.on("GET", "/sobjects/User/describe", answered(200, body))
		if _, err := c.Describe(t.Context(), "User"); !IsUnavailable(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
	r.on("GET", "/sobjects/User/describe", answered(200, description))
	if _, err := c.Describe(t.Context(), "User"); err != nil {
		t.Error(err)
	}
}

func TestRunningUserIsToldByTheTokenOrTheAPI(t *testing.T) {
	r := newRegistry(t)
	keys := newKeyring()
	c := newTestClient(t, r, func(config *Config) { config.Authorizer = keys })
	if id, err := c.RunningUser(t.Context()); id != ada || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	keys.identity = "https://login.salesforce.com/id/00D5i00000CIhxb/005RM000002FZAl"
	if id, err := c.RunningUser(t.Context()); id != ada || err != nil {
		t.Errorf("15 characters: %q, %v", id, err)
	}
	keys.identity = ""
	r.on("GET", "/", answered(200, `{"sobjects":"/services/data/v66.0/sobjects","identity":"https://login.salesforce.com/id/00DB0000000DFgjMAG/`+ada+`"}`))
	if id, err := c.RunningUser(t.Context()); id != ada || err != nil {
		t.Errorf("by the API: %q, %v", id, err)
	}
	keys.identity = "https://login.salesforce.com/id/" + ada + "/00D5i00000CIhxbEAD"
	r.on("GET", "/", answered(200, `{"sobjects":"x"}`))
	if id, err := c.RunningUser(t.Context()); err == nil {
		t.Errorf("nobody tells: %q", id)
	}
}
