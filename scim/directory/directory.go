package directory

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"scimforce/salesforce"
	"scimforce/salesforce/gather"
	"scimforce/scim/mapping"
	"scimforce/scim/resource"
)

// Directory is the verbs. It is safe for concurrent use.
type Directory struct {
	salesforce *salesforce.Client
	mapping    *mapping.Mapping // without the org's own fields; see orgCache
	policy     Policy
	defaults   mapping.Defaults
	logger     *slog.Logger
	now        func() time.Time
	observe    func(event string)
	window     int
	most       int // users looked through for a filter that SOQL cannot decide

	store       *store
	org         *orgCache
	locks       *locks
	walks       *walks
	created     *recent[string]         // ids of users this process created
	seen        *recent[map[string]any] // grants of users as they were last read by id
	groups      *recent[knownGroup]     // groups whose kind and name were seen
	catalogue   *recent[[]group]        // all groups, for the pages of a list
	byID        *gather.Gatherer[lookupKey, person]
	byName      *gather.Gatherer[lookupKey, person]
	creations   *gather.Writes[creation, written]
	endowments  *gather.Writes[creation, written] // creations with permission sets
	changes     *gather.Writes[change, written]
	company     groupCompany
	roles       *byText[salesforce.Record]
	externalIDs *byText[salesforce.Record]
	lost        *byText[*person]
	kinds       []kind
	ready       *readiness
	apart       atomic.Bool // users and what lies beside them are read in two calls
}

// New makes a Directory and brings its tables up to date (goose, version table
// directory_versions).
func New(ctx context.Context, c Config) (*Directory, error) {
	var problems []error
	if c.Salesforce == nil {
		problems = append(problems, errors.New("directory: Config.Salesforce is missing"))
	}
	if c.Mapping == nil {
		problems = append(problems, errors.New("directory: Config.Mapping is missing"))
	}
	if c.DB == nil {
		problems = append(problems, errors.New("directory: Config.DB is missing"))
	}
	if c.Connection == "" {
		problems = append(problems, errors.New("directory: Config.Connection is missing"))
	}
	if c.Window < 0 || c.Window > maxWindow {
		problems = append(problems, errors.New("directory: Config.Window must be 1 to 2000"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	d := &Directory{
		salesforce: c.Salesforce,
		mapping:    c.Mapping,
		policy:     c.Policy,
		defaults:   c.Defaults,
		logger:     cmp.Or(c.Logger, slog.Default()),
		now:        c.Now,
		observe:    c.Observe,
		window:     cmp.Or(c.Window, maxWindow),
		most:       maxScan,
		locks:      newLocks(),
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.observe == nil {
		d.observe = func(string) {}
	}
	var err error
	if d.store, err = openStore(ctx, c.DB, c.Connection, d.now); err != nil {
		return nil, err
	}
	d.org = newOrgCache(d.salesforce, d.mapping, d.logger, d.now)
	d.walks = newWalks(d.now)
	d.created = newRecent[string](createdKept, d.now)
	d.seen = newRecent[map[string]any](seenKept, d.now)
	d.groups = newRecent[knownGroup](groupsKept, d.now)
	d.catalogue = newRecent[[]group](1, d.now)
	d.ready = newReadiness(d.now)
	d.kinds = []kind{publicGroups{}, permissionSets{org: d.org}}
	d.byID = gather.New(gather.Config[lookupKey, person]{Max: gathered, Fetch: d.fetchByID})
	d.byName = gather.New(gather.Config[lookupKey, person]{Max: gathered, Fetch: d.fetchByName})
	d.company = d.newGroupCompany()
	d.roles, d.externalIDs, d.lost = d.newRoles(), d.newExternalIDs(), d.newLost()
	d.creations = gather.NewWrites(gather.WritesConfig[creation, written]{Max: gathered, Send: d.sendCreations})
	d.endowments = gather.NewWrites(gather.WritesConfig[creation, written]{Max: salesforce.MaxNodes, Weigh: creation.nodes, Send: d.sendEndowments})
	d.changes = gather.NewWrites(gather.WritesConfig[change, written]{Max: gathered, Send: d.sendChanges})
	return d, nil
}

// UserType is the resource type of users, with the fields that the org has. With
// an error, when the org cannot be described, comes the type as it was last
// known, or as it is without an org: it is good to be shown, not to read a body
// by, whose attributes it may lack.
func (d *Directory) UserType(ctx context.Context) (resource.Type, error) {
	m, err := d.org.model(ctx)
	if err != nil {
		return d.org.latest().User(), err
	}
	return m.mapping.User(), nil
}

// CurrentUserType is UserType for those who look at it: administrators come when
// they have made a field. The org is described anew if that was minutes ago.
func (d *Directory) CurrentUserType(ctx context.Context) (resource.Type, error) {
	d.org.refresh()
	return d.UserType(ctx)
}

// GroupType is the resource type of groups.
func (d *Directory) GroupType(context.Context) (resource.Type, error) { return d.mapping.Group(), nil }
