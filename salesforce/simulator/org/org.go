package org

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what the org is like. The zero value is a usable org with an
// administrator and no other people. ReadConfig reads one from a file.
type Config struct {
	Name     string // Organization.Name; default "Acme"
	Edition  string // one of Editions; default "Enterprise"
	Sandbox  bool   // Organization.IsSandbox
	Instance string // Organization.InstanceName; default "SIM1"

	// Language, Locale and TimeZone are the org's own and those of its people
	// that say nothing else; default en_US, en_US and America/Los_Angeles.
	Language, Locale, TimeZone string

	Users         int              // plausible people besides those named below
	AdminUsername string           // default that of the first of Admins, else admin@acme.example
	Now           func() time.Time // default time.Now
	Seed          int64            // ids, names and all else that looks random follow from it
	Usernames     *Usernames       // the same in all orgs that keep Usernames apart; nil of an org alone

	// LicenseSeats are the seats by the Name or LicenseDefinitionKey of a
	// UserLicense, or by the name of a feature licence ("MarketingUser"); a
	// licence not named has plenty. An org does not own a feature of 0 seats,
	// nor one that is not common and not named: User has no field for it.
	LicenseSeats map[string]int

	// Licenses and Profiles are there besides the standard ones, or in the
	// place of the standard one of the same name.
	Licenses []License
	Profiles []Profile

	// What the org bought and what its administrator made. nil is a small
	// plausible set of them, an empty slice none.
	PermissionSetLicenses []PermissionSetLicense
	PackageLicenses       []PackageLicense
	Roles                 []Role // parents before children
	PermissionSets        []PermissionSet
	PermissionSetGroups   []PermissionSetGroup
	Groups                []Group
	Queues                []Queue

	CustomFields []CustomField // of User

	// Admins have the profile System Administrator where they name none; the
	// first is the one whose id AdminID gives. People have Standard User.
	Admins, People []Person

	// MessageLanguage is the language of errors, whoever runs into them: en_US,
	// es, ja or pt_BR as far as translations are known. Codes stay as they are.
	// Default is what Salesforce does: the running user's LanguageLocaleKey.
	MessageLanguage string

	// EmailChangesAtOnce switches off the confirmation that a real org asks of
	// the owner of a new address; without it an updated Email stays the old
	// one until ConfirmEmail.
	EmailChangesAtOnce bool

	// NameExtras adds the fields MiddleName and Suffix to User, which an org
	// has to enable.
	NameExtras bool

	// StateCountryPicklists adds StateCode and CountryCode to User.
	StateCountryPicklists bool

	// FederationIDIgnoresCase makes the uniqueness of FederationIdentifier
	// ignore case.
	// unverified: that FederationIdentifier tells case apart by default
	FederationIDIgnoresCase bool

	// Territories adds Territory2Model, Territory2 and
	// UserTerritory2Association, which an org has to enable.
	Territories bool

	// ValidationRules are the org's own conditions on users.
	ValidationRules []ValidationRule

	// EmailDomains are the only ones that the e-mail addresses of users may be
	// of; empty allows all.
	EmailDomains []string

	// StandardExternalProfilesOff refuses users from outside with a standard
	// profile, as an org does by default in newer releases.
	StandardExternalProfilesOff bool
}

// Org is one simulated org. It is safe for concurrent use.
type Org struct {
	s  *store
	tx *transaction // non-nil in the handle that Transaction gives out
}

// Actor is who writes; CreatedById and LastModifiedById become his id.
type Actor struct{ UserID string }

// store is all there is of an org; mu guards everything below it.
type store struct {
	cfg      Config
	names    *Usernames // shared with other orgs, nil of an org alone
	held     *Usernames // where names of orgs outside are; names or one of its own
	objects  []*Object
	tables   map[string]*table // by object name, as it is and lower-cased
	byPrefix map[string]*table
	ahead    atomic.Int64 // how far the clock was moved, in nanoseconds
	public   atomic.Pointer[publicIDs]
	access   accessCache
	locks    lockTable

	validations []validation

	mu      sync.RWMutex
	undo    *[]func() // the open transaction's, nil without one
	touched []string  // Usernames that the open write or transaction is about
	state
}

// publicIDs are those that are read without waiting for a write.
type publicIDs struct{ org, admin string }

// state is what a store holds besides the contents of its tables; Load and
// Reset exchange it whole.
type state struct {
	pod            string
	orgID, adminID string
	random         *rand.Rand
	source         *rand.PCG         // of random
	used           map[string]int    // seats in use, by licence id or feature name
	passwords      map[string]string // by user id
	pending        map[string]string // e-mail addresses that wait for confirmation, by user id
	refused        map[string]Error  // users who cannot be deactivated, by id
}

// New makes a seeded org: licences, profiles and their shadow permission sets,
// roles, permission sets, public groups, queues, an administrator, users that
// are no people, and the people of cfg. All that is wrong with cfg is in one
// error; people are held to the rules of an insert through the API.
func New(cfg Config) (*Org, error) {
	s, err := newSeeded(cfg)
	if err != nil {
		return nil, err
	}
	if s.names != nil {
		if err := s.names.exchange(s, s.usernames(), s.usernames()); err != nil {
			return nil, fmt.Errorf("org: %w; each org needs an administrator and a Seed of its own", err)
		}
	}
	return &Org{s: s}, nil
}

// newSeeded makes the store of an org that nobody has yet: its Usernames are
// not among the shared ones.
func newSeeded(cfg Config) (*store, error) {
	cfg, found := cfg.completed()
	if err := found.err(); err != nil {
		return nil, err
	}
	s, err := newStore(cfg)
	if err != nil {
		return nil, err
	}
	s.names = nil
	found = s.seed()
	if err := found.err(); err != nil {
		return nil, err
	}
	s.names = cfg.Usernames
	s.publish()
	return s, nil
}

func (s *store) publish() { s.public.Store(&publicIDs{s.orgID, s.adminID}) }

// newStore makes an empty store of a completed configuration.
func newStore(cfg Config) (*store, error) {
	objects, err := declare(cfg)
	if err != nil {
		return nil, err
	}
	source := rand.NewPCG(uint64(cfg.Seed), 0x73656564)
	s := &store{
		cfg: cfg, names: cfg.Usernames, held: cfg.Usernames,
		objects: objects, tables: map[string]*table{}, byPrefix: map[string]*table{},
		state: state{
			pod: podOf(cfg.Seed), source: source, random: rand.New(source),
			used: map[string]int{}, passwords: map[string]string{}, pending: map[string]string{}, refused: map[string]Error{},
		},
	}
	if s.held == nil {
		s.held = &Usernames{}
	}
	for _, obj := range objects {
		obj.table = newTable(s, obj)
		s.tables[strings.ToLower(obj.Name)] = obj.table
		s.tables[obj.Name] = obj.table
		s.byPrefix[obj.KeyPrefix] = obj.table
	}
	if err := compileFormulas(s.users()); err != nil {
		return nil, err
	}
	if s.validations, err = compileValidations(s.users(), cfg.ValidationRules); err != nil {
		return nil, err
	}
	return s, nil
}

// take makes all that another store holds this one's, whose objects are
// declared alike.
func (s *store) take(from *store) {
	s.state = from.state
	if s.names == nil {
		s.held = from.held
	}
	s.access.forgetAll()
	for _, obj := range s.objects {
		t := obj.table
		t.contents = from.table(obj.Name).contents
		t.packer.s = s
		t.adopt()
	}
	s.publish()
}

// ID is the org's 18-character id.
func (o *Org) ID() string { return o.s.public.Load().org }

// AdminID is the id of the seeded administrator.
func (o *Org) AdminID() string { return o.s.public.Load().admin }

// Objects lists what the org has, by name.
func (o *Org) Objects() []*Object { return o.s.objects }

// Object finds an object by name in any case.
func (o *Org) Object(name string) (*Object, bool) {
	t := o.s.table(name)
	if t == nil {
		return nil, false
	}
	return t.obj, true
}

// ObjectOf finds the object that an id belongs to by its key prefix.
func (o *Org) ObjectOf(id string) (*Object, bool) {
	if len(id) < 3 {
		return nil, false
	}
	t, ok := o.s.byPrefix[id[:3]]
	if !ok {
		return nil, false
	}
	return t.obj, true
}

func (s *store) table(name string) *table {
	if t, ok := s.tables[name]; ok {
		return t
	}
	return s.tables[strings.ToLower(name)]
}

func (s *store) users() *table { return s.tables["user"] }

func (s *store) target(id string) (Record, bool) {
	if len(id) != 18 {
		return Record{}, false
	}
	t, ok := s.byPrefix[id[:3]]
	if !ok {
		return Record{}, false
	}
	return t.get(id)
}
