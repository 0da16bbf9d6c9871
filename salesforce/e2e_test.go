package salesforce_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// A house is a simulated org that answers HTTP, with a client of it.
type house struct {
	org       *org.Org
	simulator *simulator.Simulator
	client    *salesforce.Client
	door      *door
	close     func() // ends the server early
}

// A door is the simplest Authorizer: it refreshes by a grant of the simulator.
type door struct {
	mu      sync.Mutex
	address string
	refresh string
	token   *oauth2.Token
	count   int
}

func (d *door) Token(ctx context.Context) (*oauth2.Token, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.token == nil {
		return d.renew(ctx)
	}
	return d.token, nil
}

func (d *door) Renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.token != nil && d.token.AccessToken != refused.AccessToken {
		return d.token, nil
	}
	return d.renew(ctx)
}

func (d *door) renew(ctx context.Context) (*oauth2.Token, error) {
	d.count++
	response, err := http.PostForm(d.address+"/services/oauth2/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {d.refresh},
		"client_id": {"test-consumer-key"}, "client_secret": {"test-consumer-secret"},
	})
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return nil, err
	}
	access, _ := body["access_token"].(string)
	if access == "" {
		return nil, fmt.Errorf("token endpoint: %v", body)
	}
	if next, ok := body["refresh_token"].(string); ok {
		d.refresh = next
	}
	d.token = (&oauth2.Token{AccessToken: access}).WithExtra(body)
	return d.token, nil
}

// newHouse starts an org with a number of people in it.
func newHouse(t testing.TB, people int, change ...func(*salesforce.Config)) house {
	t.Helper()
	o, err := org.New(org.Config{Name: "Acme", Users: people, AdminUsername: "admin@acme.example", Seed: 1, LicenseSeats: map[string]int{"Salesforce": people + 1000}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulator.New(simulator.Config{Org: o, App: simulator.App{ConsumerKey: "test-consumer-key", ConsumerSecret: "test-consumer-secret"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	refresh, err := s.Grant("admin@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{address: server.URL, refresh: refresh}
	config := salesforce.Config{Authorizer: d, HTTPClient: server.Client()}
	for _, f := range change {
		f(&config)
	}
	c, err := salesforce.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return house{org: o, simulator: s, client: c, door: d, close: server.Close}
}

// person is a user as the API wants it, with a name of its own.
func (h house) person(t testing.TB, name string) salesforce.Record {
	t.Helper()
	profiles, err := h.client.Query(t.Context(), "SELECT Id FROM Profile WHERE Name = 'Standard User'")
	if err != nil || len(profiles) != 1 {
		t.Fatalf("profile: %v, %v", profiles, err)
	}
	return salesforce.Record{
		"Username": name + "@acme.example", "LastName": name, "Email": name + "@acme.example", "Alias": name[:min(len(name), 8)],
		"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "de_DE", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
		"ProfileId": profiles[0].ID(),
	}
}

func TestAgainstTheSimulatorARecordLives(t *testing.T) {
	h := newHouse(t, 5)
	ctx := t.Context()
	id, err := h.client.Create(ctx, "User", h.person(t, "lovelace"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.client.Update(ctx, "User", id, salesforce.Record{"Title": "Countess"}); err != nil {
		t.Fatal(err)
	}
	record, err := h.client.Get(ctx, "User", id, "Id", "Title", "IsActive", "Username", "CreatedDate")
	if err != nil {
		t.Fatal(err)
	}
	if record.ID() != id || record.String("Title") != "Countess" || !record.Bool("IsActive") || record.Time("CreatedDate").IsZero() {
		t.Errorf("read back: %v", record)
	}
	_, err = h.client.Create(ctx, "User", h.person(t, "lovelace"))
	if !salesforce.IsDuplicate(err) || !salesforce.HasCode(err, "DUPLICATE_USERNAME") {
		t.Errorf("a second one of the same name: %v", err)
	}
	_, err = h.client.Get(ctx, "User", "005RM000002FZAlYAO")
	if !salesforce.IsNotFound(err) {
		t.Errorf("a user of another org: %v", err)
	}
	if err := h.client.Update(ctx, "User", "005RM000002FZAlYAO", salesforce.Record{"Title": "x"}); !salesforce.IsNotFound(err) {
		t.Errorf("change of a user of another org: %v", err)
	}
	if err := h.client.Delete(ctx, "User", id); err == nil {
		t.Error("a user was deleted")
	}
	if usage := h.client.Usage(); usage.Limit == 0 || usage.Used == 0 {
		t.Errorf("usage: %v", usage)
	}
	if me, err := h.client.RunningUser(ctx); err != nil || me != h.org.AdminID() {
		t.Errorf("running user %q, %v, want %q", me, err, h.org.AdminID())
	}
	var e *salesforce.Error
	if _, err := h.client.Query(ctx, "SELECT Nothing FROM User"); !errors.As(err, &e) || e.Status != 400 || !salesforce.HasCode(err, "INVALID_FIELD") {
		t.Errorf("unknown field: %v", err)
	}
}

func TestAgainstTheSimulatorEveryPageOfAQueryComes(t *testing.T) {
	h := newHouse(t, 4_100)
	ctx := t.Context()
	count, err := h.client.Count(ctx, "SELECT COUNT() FROM User")
	if err != nil {
		t.Fatal(err)
	}
	records, err := h.client.Query(ctx, "SELECT Id FROM User")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range records {
		ids[r.ID()] = true
	}
	if count < 4_100 || len(ids) != count {
		t.Errorf("%d different records, the count is %d", len(ids), count)
	}
	responses, err := h.client.Composite(ctx, false, salesforce.QuerySub("users", "SELECT Id FROM User"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.client.Rest(ctx, responses["users"])
	if err != nil || len(all) != count {
		t.Errorf("%d records by composite, %v", len(all), err)
	}
}

func TestAgainstTheSimulatorAnEndedSessionIsRenewedUnseen(t *testing.T) {
	h := newHouse(t, 1)
	ctx := t.Context()
	if _, err := h.client.Create(ctx, "User", h.person(t, "before")); err != nil {
		t.Fatal(err)
	}
	after := h.person(t, "after")
	h.simulator.ExpireSessions()
	if _, err := h.client.Create(ctx, "User", after); err != nil {
		t.Errorf("after the end of the session: %v", err)
	}
	if h.door.count != 2 {
		t.Errorf("%d refreshes, want 2", h.door.count)
	}
}

func TestAgainstTheSimulatorACompositeRefersToItsOwnAnswers(t *testing.T) {
	h := newHouse(t, 1)
	ctx := t.Context()
	responses, err := h.client.Composite(ctx, true,
		salesforce.CreateSub("user", "User", h.person(t, "hopper")),
		salesforce.UpdateSub("title", "User", "@{user.id}", salesforce.Record{"Title": "Admiral"}),
		salesforce.GetSub("read", "User", "@{user.id}", "Id", "Title"),
		salesforce.QuerySub("find", "SELECT Id FROM User WHERE Id = '@{user.id}'"),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := salesforce.Culprit(responses); err != nil {
		t.Fatal(err)
	}
	if got := responses["read"].Record().String("Title"); got != "Admiral" {
		t.Errorf("title %q", got)
	}
	if records := responses["find"].Records(); len(records) != 1 || records[0].ID() != responses["user"].ID() {
		t.Errorf("found %v, want %s", records, responses["user"].ID())
	}
	responses, err = h.client.Composite(ctx, true,
		salesforce.CreateSub("one", "User", h.person(t, "liskov")),
		salesforce.CreateSub("two", "User", h.person(t, "hopper")),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := salesforce.Culprit(responses); !salesforce.IsDuplicate(err) {
		t.Errorf("culprit: %v", err)
	}
	if n, err := h.client.Count(ctx, "SELECT COUNT() FROM User WHERE LastName = 'liskov'"); n != 0 || err != nil {
		t.Errorf("%d users remain of an undone composite, %v", n, err)
	}
}

func TestAgainstTheSimulatorCollectionsGoInTwoHundreds(t *testing.T) {
	h := newHouse(t, 1)
	ctx := t.Context()
	var people []salesforce.Record
	pattern := h.person(t, "x")
	for i := range 201 {
		p := salesforce.Record{}
		for field, v := range pattern {
			p[field] = v
		}
		p["Username"] = fmt.Sprintf("crowd%d@acme.example", i)
		people = append(people, p)
	}
	people[7]["Username"] = people[6]["Username"]
	h.simulator.ResetCalls()
	results, err := h.client.CreateAll(ctx, "User", people)
	if err != nil || len(results) != 201 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	var changes []salesforce.Record
	for i, r := range results {
		if i == 7 {
			if !salesforce.IsDuplicate(r.Err) || r.ID != "" {
				t.Errorf("the duplicate: %v", r)
			}
			continue
		}
		if r.Err != nil || r.ID == "" {
			t.Fatalf("row %d: %v", i, r)
		}
		changes = append(changes, salesforce.Record{"Id": r.ID, "Title": "Member"})
	}
	if results, err = h.client.UpdateAll(ctx, "User", changes); err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Fatalf("change %d: %v", i, r.Err)
		}
	}
	if n, err := h.client.Count(ctx, "SELECT COUNT() FROM User WHERE Title = 'Member'"); n != 200 || err != nil {
		t.Errorf("%d users changed, %v", n, err)
	}
	for _, c := range h.simulator.Calls() {
		if c.Resource == "/composite/sobjects" && c.Method == "POST" && c.Count != 2 {
			t.Errorf("%d calls for 201 records, want 2", c.Count)
		}
	}
}

func TestAgainstTheSimulatorMembershipsAreMadeAndTakenAway(t *testing.T) {
	h := newHouse(t, 3)
	ctx := t.Context()
	group, err := h.client.Create(ctx, "Group", salesforce.Record{"Name": "Engineers", "DeveloperName": "Engineers", "Type": "Regular"})
	if err != nil {
		t.Fatal(err)
	}
	users, err := h.client.Query(ctx, "SELECT Id FROM User WHERE IsActive = true LIMIT 3")
	if err != nil {
		t.Fatal(err)
	}
	var members []salesforce.Record
	for _, u := range users {
		members = append(members, salesforce.Record{"GroupId": group, "UserOrGroupId": u.ID()})
	}
	results, err := h.client.CreateAll(ctx, "GroupMember", members)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range results {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		ids = append(ids, r.ID)
	}
	ids = append(ids, ids[0])
	results, err = h.client.DeleteAll(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	if last := results[len(results)-1]; !salesforce.IsNotFound(last.Err) {
		t.Errorf("deleted twice: %v", last)
	}
	if n, err := h.client.Count(ctx, "SELECT COUNT() FROM GroupMember WHERE GroupId = '"+group+"'"); n != 0 || err != nil {
		t.Errorf("%d members left, %v", n, err)
	}
}

func TestAgainstTheSimulatorObjectsAreDescribed(t *testing.T) {
	h := newHouse(t, 1)
	d, err := h.client.Describe(t.Context(), "User")
	if err != nil {
		t.Fatal(err)
	}
	alias, ok := d.Field("alias")
	if !ok || alias.Length != 8 || !alias.Createable || d.KeyPrefix != "005" {
		t.Errorf("Alias %+v of %s", alias, d.KeyPrefix)
	}
	if zone, _ := d.Field("TimeZoneSidKey"); !zone.RestrictedPicklist || len(zone.PicklistValues) == 0 {
		t.Errorf("TimeZoneSidKey %+v", zone)
	}
}
