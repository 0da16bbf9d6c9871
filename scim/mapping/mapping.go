package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	// Overrides sends attributes to other Salesforce fields, or to none.
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

// Override sends one attribute to another field of User.
type Override struct {
	// Attribute is a SCIM path as Row.Attribute spells it, in any case; the URN
	// of the enterprise extension may be left out.
	Attribute string
	// Field is the API name of a field of User; "" takes the attribute out of
	// the mapping and out of the schema.
	Field string
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
	strict   bool
	defaults Defaults
	suffix   suffix
	user     resource.Type
	group    resource.Type
}

// New checks the configuration and builds the mapping. The error lists every
// problem found, one a line, each naming the attribute and what to do.
func New(config Config) (*Mapping, error) {
	rows, problems := override(table(suffix(config.UsernameSuffix)), config.Overrides)
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
		rows: rows, strict: config.Strict, defaults: config.Defaults, suffix: suffix(config.UsernameSuffix),
		user: user, group: group,
	}, nil
}

// Rows lists the mapping in force, for documentation and for checks.
func (m *Mapping) Rows() []Row {
	rows := make([]Row, 0, len(m.rows))
	for _, r := range m.rows {
		r.Fields = slices.Clone(r.Fields)
		rows = append(rows, r.Row)
	}
	return rows
}

// override applies the configured exceptions to the rows.
func override(rows []row, overrides []Override) ([]row, []error) {
	var problems []error
	refuse := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf(format, args...))
	}
	fieldName := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	seen := make(map[string]bool)
	for _, o := range overrides {
		i := slices.IndexFunc(rows, func(r row) bool { return r.named(o.Attribute) })
		switch {
		case i < 0 && seen[strings.ToLower(o.Attribute)]:
			refuse("%s is mapped twice: keep one of the two", o.Attribute)
			continue
		case i < 0:
			refuse("%q is no attribute of the mapping", o.Attribute)
			continue
		case seen[strings.ToLower(rows[i].Attribute)]:
			refuse("%s is mapped twice: keep one of the two", rows[i].Attribute)
			continue
		}
		r := rows[i]
		seen[strings.ToLower(r.Attribute)] = true
		seen[strings.ToLower(o.Attribute)] = true
		t, isText := r.shape.(text)
		switch {
		case r.ReadOnly:
			refuse("%s is read-only and cannot be mapped to another field", r.Attribute)
		case o.Field == "" && r.essential:
			refuse("%s cannot be taken out of the mapping: a user of Salesforce needs it", r.Attribute)
		case o.Field == "":
			rows = slices.Delete(rows, i, i+1)
		case !isText || r.absent != cleared:
			refuse("%s cannot go to another field: only attributes with one text value that Salesforce does not require can", r.Attribute)
		case !fieldName.MatchString(o.Field):
			refuse("%s cannot go to %q, which is no field name", r.Attribute, o.Field)
		default:
			// A field of the org's own takes the whole meaning of the attribute:
			// what stood in for it, and the table's length, are of no use there.
			t.field, t.fallback, t.length = o.Field, "", 0
			rows[i].shape, rows[i].Fields = t, []string{o.Field}
			rows[i].search = []lookup{{field: o.Field, kind: "string"}}
			rows[i].moved = 1
			rows[i].drifts = true // an org may lack the field, or spell its values otherwise
			rows[i].Remark = "mapped by the configuration"
		}
	}
	return rows, append(problems, clashes(rows)...)
}

// clashes finds fields that two attributes would write.
func clashes(rows []row) []error {
	var problems []error
	owner := make(map[string]string)
	for _, name := range []string{
		"Id", "Name", "Alias", "EmailEncodingKey", "UserType", "CreatedDate", "LastModifiedDate", "SystemModstamp",
	} {
		owner[strings.ToLower(name)] = "scimforce itself"
	}
	// The table's own rows come first: it is the configured one that is in the way.
	ordered := slices.Clone(rows)
	slices.SortStableFunc(ordered, func(a, b row) int { return cmp.Compare(a.moved, b.moved) })
	for _, r := range ordered {
		if t, ok := r.shape.(text); r.ReadOnly || (ok && t.field == "") {
			continue
		}
		for _, name := range r.Fields {
			key := strings.ToLower(name)
			if other, taken := owner[key]; taken {
				problems = append(problems, fmt.Errorf("%s cannot go to %s, which belongs to %s", r.Attribute, name, other))
				continue
			}
			owner[key] = r.Attribute
		}
	}
	return problems
}
