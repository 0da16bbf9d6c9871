package directory

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

const (
	// settingsFor is how long the org's defaults, profiles and permission set
	// labels are believed: they change when an administrator changes them.
	settingsFor = 10 * time.Minute
	// settingsAtLeast is how old they must be before an unknown name asks again,
	// so that a wrong profile name in an IdP costs no call per request.
	settingsAtLeast = 30 * time.Second
)

// orgCache knows of the org what nearly every request needs: the fields of
// User (model.go), the org's defaults, its profiles, the labels of its
// permission sets. One composite call reads the settings; callers that come
// meanwhile wait for that call.
type orgCache struct {
	client  *salesforce.Client
	mapping *mapping.Mapping // without the org's own fields
	logger  *slog.Logger
	now     func() time.Time

	turn     chan struct{} // one token: who has it may load
	mu       sync.Mutex
	settings *settings
	made     *model    // of the last description
	futile   time.Time // when a new description was of no use
}

// settings is one reading; it is not changed after it was made.
type settings struct {
	read                       time.Time
	timeZone, locale, language string
	profiles                   []named
	sets                       map[string]permissionSet // by id
	labels                     map[string]int           // how many permission sets bear a label, in lower case
}

type named struct{ ID, Name string }

type permissionSet struct{ ID, Name, Label string }

func newOrgCache(client *salesforce.Client, m *mapping.Mapping, logger *slog.Logger, now func() time.Time) *orgCache {
	c := &orgCache{client: client, mapping: m, logger: logger, now: now, turn: make(chan struct{}, 1)}
	c.turn <- struct{}{}
	return c
}

// selected lists the fields of User that a read asks for: the mapping's of the
// attributes that are shown, and those that this room decides by. The list is
// shared.
func (c *orgCache) selected(ctx context.Context, shown *Attributes) ([]string, error) {
	m, err := c.model(ctx)
	if err != nil {
		return nil, err
	}
	if shown != nil {
		return m.selection(shown.Has), nil
	}
	return m.selected[:len(m.selected):len(m.selected)], nil
}

// sortable says whether Salesforce sorts users by a field. The describe of User
// says nothing of paths to parents; those that are mapped are names and sortable.
func (c *orgCache) sortable(ctx context.Context, field string) (bool, error) {
	if field == "" || strings.Contains(field, ".") {
		return field != "", nil
	}
	m, err := c.model(ctx)
	if err != nil {
		return false, err
	}
	f, ok := m.description.Field(field)
	return ok && f.Sortable, nil
}

// known is the org's mapping, and what it must know of the org to translate.
func (c *orgCache) known(ctx context.Context) (*mapping.Mapping, mapping.Org, error) {
	m, err := c.model(ctx)
	if err != nil {
		return nil, mapping.Org{}, err
	}
	s, err := c.load(ctx, settingsFor)
	if err != nil {
		return nil, mapping.Org{}, err
	}
	return m.mapping, mapping.Org{Field: m.field, TimeZone: s.timeZone, Locale: s.locale, Language: s.language}, nil
}

// load returns settings no older than age, reading them if need be.
func (c *orgCache) load(ctx context.Context, age time.Duration) (*settings, error) {
	if s := c.fresh(age); s != nil {
		return s, nil
	}
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s := c.fresh(age); s != nil { // somebody read them while we waited
		return s, nil
	}
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.settings = s
	c.mu.Unlock()
	return s, nil
}

func (c *orgCache) fresh(age time.Duration) *settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settings == nil || c.now().Sub(c.settings.read) > age {
		return nil
	}
	return c.settings
}

func (c *orgCache) read(ctx context.Context) (*settings, error) {
	queries := newQueries()
	queries.add("organization", soql.Select{Fields: []string{"Id", "TimeZoneSidKey", "DefaultLocaleSidKey", "LanguageLocaleKey"}, From: "Organization"})
	queries.add("profiles", soql.Select{Fields: []string{"Id", "Name"}, From: "Profile", OrderBy: []string{"Id"}})
	queries.add("sets", soql.Select{Fields: []string{"Id", "Name", "Label"}, From: "PermissionSet", Where: grantableSets(""), OrderBy: []string{"Id"}})
	answers, err := queries.run(ctx, c.client)
	if err != nil {
		return nil, fmt.Errorf("directory: read the org's settings: %w", err)
	}
	s := &settings{read: c.now(), sets: map[string]permissionSet{}, labels: map[string]int{}}
	organization, err := answers.optional(ctx, "organization")
	// A user without the permission for a field does not see it; the defaults
	// then come from the configuration.
	if err != nil && !salesforce.HasCode(err, "INVALID_FIELD") {
		return nil, err
	}
	for _, r := range organization {
		s.timeZone, s.locale, s.language = r.String("TimeZoneSidKey"), r.String("DefaultLocaleSidKey"), r.String("LanguageLocaleKey")
	}
	profiles, err := answers.optional(ctx, "profiles")
	if err != nil {
		return nil, err
	}
	for _, r := range profiles {
		s.profiles = append(s.profiles, named{r.ID(), r.String("Name")})
	}
	sets, err := answers.optional(ctx, "sets")
	if err != nil {
		return nil, err
	}
	for _, r := range sets {
		s.sets[r.ID()] = permissionSet{r.ID(), r.String("Name"), r.String("Label")}
		s.labels[strings.ToLower(r.String("Label"))]++
	}
	return s, nil
}

// grantableSets are the permission sets that may be assigned as such: neither
// the shadow of a profile nor that of a permission set group. path leads to the
// permission set: "" from itself, "PermissionSet." from an assignment.
func grantableSets(path string) soql.Condition {
	return soql.And(soql.Eq(path+"IsOwnedByProfile", false), soql.Ne(path+"Type", "Group"))
}

// display is the displayName of a permission set as a group: its kind, its
// label, and its API name where the label alone would be ambiguous.
func (s *settings) display(set permissionSet) string {
	return setDisplay(set, s.labels[strings.ToLower(set.Label)] > 1)
}

func setDisplay(set permissionSet, ambiguous bool) string {
	if ambiguous {
		return permissionSetPrefix + set.Label + " (" + set.Name + ")"
	}
	return permissionSetPrefix + set.Label
}
