package mapping

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	scimerrors "github.com/elimity-com/scim/errors"
)

// Org is what a translation must know of the Salesforce org.
type Org struct {
	// Field finds a field of User by its API name, in any case; false when the
	// org or the running user does not have it. A nil Field knows nothing: every
	// ordinary field is then taken to exist, with the length of the table.
	Field func(name string) (Field, bool)
	// TimeZone, Locale and Language are the defaults of Organization, as
	// Salesforce spells them.
	TimeZone, Locale, Language string
}

// Field is what describe says of one field of User, in describe's words.
type Field struct {
	// Name is the API name, Label what people call the field, Type describe's type
	// ("string", "picklist", "reference" ...), Help the field's own help text.
	// Only For reads them.
	Name, Label, Type, Help string
	// Length in characters; 0 when describe does not say.
	Length int
	// Precision is how many digits a number has, Scale how many of them stand
	// behind the decimal point; Precision 0 when describe does not say.
	Precision, Scale int
	// Restricted picklists refuse a value that is not among Values.
	Restricted, Createable, Updateable bool
	// Nillable fields may be null; DefaultedOnCreate ones get a value when a new
	// record says none.
	Nillable, DefaultedOnCreate bool
	// Unique values are those of one record in the org, CaseSensitive ones may
	// differ in case alone. Filterable fields may stand in a condition.
	Unique, CaseSensitive, Filterable bool
	// Custom fields are the org's own. Hidden ones are no longer in use
	// (deprecatedAndHidden).
	Custom, Hidden bool
	// ReferenceTo are the objects that a reference may point at, Controller is
	// the field that decides which values of a dependent picklist apply.
	ReferenceTo []string
	Controller  string
	// Values are the active picklist values, Labels how people read them, in the
	// same order; Labels may be nil.
	Values, Labels []string
}

// Draft is what has to be written to Salesforce for one request.
type Draft struct {
	// Fields of User by API name; nil clears a field. Empty when there is nothing
	// to write.
	Fields map[string]any
	// Sent is each attribute that the request changed, as it was sent (the body's
	// own values), for the echo; nil forgets what was remembered.
	Sent map[string]any
	// Notes are remarks for the audit: substitutions made, values left out. They
	// hold no e-mail address.
	Notes []string
	// Profile, Role and Manager are references that only the org can resolve; nil
	// when the request changes nothing about them, Value "" clears.
	Profile, Role, Manager *Reference
	// ProfileName and RoleName are Profile and Role as the Salesforce extension
	// says them. Where both are there they must lead to the same record.
	ProfileName, RoleName *Reference
	// Frozen is whether the user shall be frozen; nil when the request changes
	// nothing about it.
	Frozen *bool
	// PermissionSets are the entitlements other than the profile, by id or name,
	// the whole set that is wanted; nil when the request changes nothing about
	// them.
	PermissionSets *[]string
}

// Reference names another record.
type Reference struct {
	// Value is an id or a name (of a profile or a role), or an id, a userName or
	// an externalId (of a manager); "" clears.
	Value string
}

// mostFields are those of a full user, whose org has none of its own.
const mostFields = 28

// drafting is the work on one Draft. Problems are collected, so that one answer
// tells all that is wrong with a body.
type drafting struct {
	strict    bool
	defaults  Defaults
	org       Org
	creating  bool
	attribute string // whose value is being written
	draft     Draft
	problems  []string
	fixed     []string // problems of attributes that cannot change any more
	unknown   bool     // one of problems is a value that a picklist does not have
}

func (m *Mapping) drafting(org Org, creating bool) *drafting {
	return &drafting{
		strict: m.strict, defaults: m.defaults, org: org, creating: creating,
		draft: Draft{Fields: make(map[string]any, mostFields), Sent: make(map[string]any, mostAttributes)},
	}
}

// UnknownValueError is the ScimError of a draft with a value that a restricted
// picklist does not have, as far as the org's describe says: the org may have got
// it since.
type UnknownValueError struct{ scimerrors.ScimError }

// Unwrap gives the ScimError.
func (e UnknownValueError) Unwrap() error { return e.ScimError }

// done is the draft, or all problems in one ScimError: 400 invalidValue, or 400
// mutability when nothing else is wrong than what cannot change any more.
func (d *drafting) done() (Draft, error) {
	kind := scimerrors.ScimTypeInvalidValue
	switch {
	case len(d.problems) == 0 && len(d.fixed) == 0:
		return d.draft, nil
	case len(d.problems) == 0:
		kind = scimerrors.ScimTypeMutability
	}
	problem := scimerrors.ScimError{
		ScimType: kind,
		Detail:   strings.Join(append(d.problems, d.fixed...), "; "),
		Status:   http.StatusBadRequest,
	}
	if d.unknown {
		return Draft{}, UnknownValueError{problem}
	}
	return Draft{}, problem
}

func (d *drafting) set(field string, value any) { d.draft.Fields[field] = value }

// clear makes a field null, if the org lets it be written.
func (d *drafting) clear(field string) {
	if d.writable(field) {
		d.set(field, nil)
	}
}

// refuse adds a problem of the attribute at hand.
func (d *drafting) refuse(format string, args ...any) {
	d.problems = append(d.problems, label(d.attribute)+": "+fmt.Sprintf(format, args...))
}

// note adds a remark about the attribute at hand.
func (d *drafting) note(format string, args ...any) {
	d.draft.Notes = append(d.draft.Notes, label(d.attribute)+": "+fmt.Sprintf(format, args...))
}

// field is what the org says of a field. A field that the org was not asked
// about (no Field function) is taken to be there.
func (d *drafting) field(name string) (Field, bool) {
	if d.org.Field == nil {
		return Field{Createable: true, Updateable: true}, true
	}
	return d.org.Field(name)
}

// writable tells whether the org lets the field be written now; if not, that is
// noted, and the value lives in the echo alone.
func (d *drafting) writable(field string) bool {
	f, ok := d.field(field)
	switch {
	case !ok:
		d.note("this org has no field User.%s; the value is only remembered", field)
	case d.creating && !f.Createable, !d.creating && !f.Updateable:
		d.note("User.%s cannot be written in this org; the value is only remembered", field)
		ok = false
	}
	return ok
}

// fits checks a value against the field's length, in characters, before any
// call is made; ordinary is the length when the org does not say.
//
// unverified: Salesforce may count UTF-16 units, which differ for characters
// beyond the basic plane; it then answers STRING_TOO_LONG itself.
func (d *drafting) fits(field string, ordinary int, value string) bool {
	return d.fitsWith(field, ordinary, value, "")
}

// fitsWith is fits for a field whose values get a suffix, which counts.
func (d *drafting) fitsWith(field string, ordinary int, value string, end suffix) bool {
	limit := ordinary
	if f, ok := d.field(field); ok && f.Length > 0 {
		limit = f.Length
	}
	n := utf8.RuneCountInString(end.add(value))
	switch {
	case limit == 0 || n <= limit:
		return true
	case end == "":
		d.refuse("%d characters are too long for the Salesforce field %s, which holds %d", n, field, limit)
	default:
		d.refuse("%d characters, with the suffix %q that this connection adds, are too long for the Salesforce field %s, which holds %d", n, string(end), field, limit)
	}
	return false
}

// word takes a string value.
func (d *drafting) word(value any) (string, bool) {
	s, ok := value.(string)
	if !ok {
		d.refuse("a string is expected")
	}
	return s, ok
}

// elements takes the values of a multi-valued complex attribute.
func (d *drafting) elements(value any) ([]map[string]any, bool) {
	all, ok := elements(value)
	if !ok {
		d.refuse("a list of objects is expected")
	}
	return all, ok
}

// picked spells a value as a restricted picklist does; false, with a problem,
// when the picklist does not have it.
func (d *drafting) picked(field, value string) (string, bool) {
	f, ok := d.field(field)
	if !ok || !f.Restricted || len(f.Values) == 0 {
		return value, true
	}
	if i := slices.IndexFunc(f.Values, func(v string) bool { return strings.EqualFold(v, value) }); i >= 0 {
		return f.Values[i], true
	}
	if i := slices.IndexFunc(f.Labels, func(v string) bool { return strings.EqualFold(v, value) }); i >= 0 && i < len(f.Values) {
		return f.Values[i], true
	}
	d.unknown = true
	d.refuse("%q is none of the values that the Salesforce field %s takes; the nearest is %q", short(value), field, nearest(f.Values, value))
	return "", false
}

// short keeps what a client sent from filling a sentence with it.
func short(s string) string { return cut(s, 80) }

// label is an attribute path as people know it: without a URN.
func label(attribute string) string {
	return attribute[strings.LastIndex(attribute, ":")+1:]
}
