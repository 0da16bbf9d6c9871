package mapping

import (
	"errors"
	"fmt"
	"slices"

	"scimforce/scim/resource"
)

// The URNs of the schemas that a resource of this service may carry
// (RFC 7643 section 4; SalesforceURN is this project's own).
const (
	UserURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	SalesforceURN = "urn:scimforce:params:scim:schemas:extension:salesforce:1.0:User"
	GroupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
)

// Config says in what the mapping of one connection departs from the default.
// The zero Config is the default mapping.
type Config struct {
	// Overrides change what becomes of single attributes.
	Overrides []Override
	// Strict answers 400 where otherwise a value is replaced by the nearest one
	// that the org knows, or kept although Salesforce has no field for its type.
	Strict bool
	// Defaults is what a new user gets when the IdP does not say it.
	Defaults Defaults
	// UsernameSuffix is what the org's usernames end in and the IdP never sees,
	// such as ".uat" in a sandbox; "" for none. See CheckUsernameSuffix.
	UsernameSuffix string
}

// Defaults are values for a new user, each empty for "as the org has it".
type Defaults struct {
	// Profile is the name or the id of a profile. Without one every new user
	// must come with an entitlement of type Profile.
	Profile string
	// TimeZone, Locale and Language as Salesforce spells them (Europe/Paris,
	// en_US); the IdP's spelling (en-US) is understood too.
	TimeZone, Locale, Language string
	// EmailEncoding is an EmailEncodingKey; "" is UTF-8.
	EmailEncoding string
}

// Mapping translates between SCIM users and records of User. It holds no state
// beside its configuration and may be used by many goroutines.
type Mapping struct {
	rows     []row
	pending  []Override // of fields that the org's describe must tell of
	strict   bool
	defaults Defaults
	suffix   suffix
	user     resource.Type
	group    resource.Type
}

// New checks the configuration and builds the mapping. The error lists every
// problem found, one a line, each naming the attribute and what to do.
func New(config Config) (*Mapping, error) {
	rows, pending, problems := override(table(suffix(config.UsernameSuffix)), config.Overrides)
	if err := CheckUsernameSuffix(config.UsernameSuffix); err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("attribute mapping: %w", errors.Join(problems...))
	}
	for i := range rows {
		rows[i].at = pathOf(rows[i].Attribute)
	}
	user, group, err := resourceTypes(rows, config.Strict, func(_ string, attributes []any) []any { return attributes })
	if err != nil {
		return nil, fmt.Errorf("attribute mapping: %w", err)
	}
	return &Mapping{
		pending: pending, rows: rows, strict: config.Strict, defaults: config.Defaults, suffix: suffix(config.UsernameSuffix),
		user: user, group: group,
	}, nil
}

// Configured tells whether the configuration changes any attribute.
func (m *Mapping) Configured() bool {
	return len(m.pending) > 0 || slices.ContainsFunc(m.rows, func(r row) bool { return r.configured })
}

// Rows lists the mapping in force, for documentation and for checks.
func (m *Mapping) Rows() []Row {
	rows := make([]Row, 0, len(m.rows))
	for _, r := range m.rows {
		r.Fields = slices.Clone(r.Fields)
		t, isText := r.shape.(text)
		r.OnlyRead = r.ReadOnly && r.computed == nil || isText && t.field == ""
		rows = append(rows, r.Row)
	}
	return rows
}
