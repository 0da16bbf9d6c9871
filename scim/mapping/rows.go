package mapping

import (
	"slices"
	"strings"
)

// Row is one line of the table: one SCIM attribute.
type Row struct {
	// Attribute is the SCIM path: "title", "name.familyName", or with the URN of
	// an extension in front, "urn:...:User:department". It is the key of the echo.
	Attribute string
	// Fields of User that it is read from and, unless ReadOnly, written to. What
	// Salesforce makes itself (Name, UserType) is only read, and so is a path to a
	// parent as in "Manager.Name".
	Fields []string
	// OnlyRead says that Fields are never written, although the attribute is: its
	// value is remembered.
	OnlyRead bool
	// Echo says that the value as sent is remembered where Salesforce's differs.
	Echo bool
	// ReadOnly attributes cannot be written by an IdP.
	ReadOnly bool
	// Remark is for people.
	Remark string
}

// row is a Row together with how it is translated.
type row struct {
	Row
	at     path // of Attribute, set by New
	shape  shape
	absent absence
	search []lookup
	// essential attributes cannot be taken out of the mapping.
	essential bool
	// described rows are made from the org's describe by For; immutable ones take
	// a value when the user is created and keep it.
	described, immutable bool
	// convenience rows say in the Salesforce extension what others say as well.
	convenience bool
	// configured rows were changed by the configuration: hidden ones are written and
	// never shown, onlyOnCreate ones are left once the user is there, computed ones
	// are made by the bridge, and standard is written where there is no value.
	configured, hidden, onlyOnCreate bool
	computed                         *computed
	standard                         any
	// moved is 1 for a row that the configuration sent to another field.
	moved int
	// onRequest attributes are shown to those who ask for them by name ("returned"
	// is request, RFC 7643 section 7).
	onRequest bool
	// drifts says that what an IdP reads may differ from the field in more than
	// case, so that a search by the field alone would miss or wrongly find users.
	drifts bool
}

// absence is what it means when an attribute is left out of a PUT or removed by
// a PATCH (RFC 7644 section 3.5.1: what is left out may be cleared).
type absence int

const (
	cleared absence = iota // the field becomes null
	stays                  // Salesforce cannot hold null: the field is left as it is
)

// lookup is how an attribute, or one sub-attribute of it, is found in SOQL.
type lookup struct {
	sub   string
	field string
	kind  string // as Search.Kind
}

// anyOf finds a text in any of the fields.
func anyOf(sub string, fields ...string) []lookup {
	all := make([]lookup, len(fields))
	for i, field := range fields {
		all[i] = lookup{sub: sub, field: field, kind: "string"}
	}
	return all
}

// view is all that a value can be read from.
type view struct {
	record
	access Access
}

// shape is how the value of one row is translated. Values are JSON values, nil
// for none.
type shape interface {
	// plain is what Salesforce itself says.
	plain(v view) any
	// held is what the echo remembers of a record.
	held(r record) any
	// show is the value with the echo; false when the echo is stale, and
	// Salesforce's own value counts.
	show(v view, was Remembered) (any, bool)
	// write drafts the fields for a value. before is what the IdP read until now
	// (nil for a new user): what would not change a field is not written. A nil
	// value clears.
	write(d *drafting, before, value any)
	// same tells whether two values mean the same, so that nothing is to be done.
	same(a, b any) bool
}

// named tells whether an attribute path means this row, in any case and with or
// without the extension's URN.
func (r row) named(attribute string) bool {
	return strings.EqualFold(r.Attribute, attribute) ||
		strings.EqualFold(strings.TrimPrefix(r.Attribute, EnterpriseURN+":"), attribute) ||
		strings.EqualFold(strings.TrimPrefix(r.Attribute, EnterpriseURN+":"), strings.TrimPrefix(attribute, UserURN+":"))
}

// nameRemark is of displayName and name.formatted. One that was sent is the IdP's
// own: it stays when the IdP changes the parts of the name (it sends the whole
// anew when it means to, and would send the old one again if another came back),
// and gives way when somebody changes the name in Salesforce.
const nameRemark = "echo, else Name; as sent until the IdP sends another or the name is changed in Salesforce"

// table is the default mapping. It agrees with Salesforce's own SCIM service
// except where that loses what an IdP sends: displayName, externalId and
// costCenter are kept by the echo, and organization can be written.
// Lengths are those of the User object reference; describe's count when known.
// usernames is what the org's usernames end in.
func table(usernames suffix) []row {
	rows := []row{
		readOnly("id", "18 characters", lookup{field: "Id", kind: "id"}),
		plainText("externalId", text{}, "an IdP's own id; FederationIdentifier is the key of SAML logins, so it is not used unless configured"),
		{
			Row:       Row{Attribute: "userName", Fields: []string{"Username"}, Echo: true, Remark: "Salesforce lower-cases it; compared ignoring case; in the form of an e-mail address"},
			shape:     text{field: "Username", length: 80, suffix: usernames, fold: true, required: true, check: checkUserName},
			absent:    stays,
			essential: true,
			search:    []lookup{{field: "Username", kind: "string"}},
		},
		{
			Row:       Row{Attribute: "name.familyName", Fields: []string{"LastName"}, Echo: true, Remark: "required by Salesforce: the last word of displayName, or userName, when missing"},
			shape:     text{field: "LastName", length: 80, required: true},
			absent:    stays,
			essential: true,
			search:    []lookup{{field: "LastName", kind: "string"}},
		},
		plainText("name.givenName", text{field: "FirstName", length: 40}, ""),
		plainText("name.middleName", text{field: "MiddleName", length: 40, rare: true}, "where the org has it, else echo only"),
		plainText("name.honorificSuffix", text{field: "Suffix", length: 40, rare: true}, "where the org has it, else echo only"),
		plainText("name.honorificPrefix", text{}, "echo only"),
		plainText("name.formatted", text{fallback: "Name"}, nameRemark),
		plainText("displayName", text{fallback: "Name"}, nameRemark),
		plainText("profileUrl", text{}, "echo only"),
		plainText("userType", text{fallback: "UserType"}, "echo, else what Salesforce derives from the profile"),
		plainText("title", text{field: "Title", length: 80}, ""),
		{
			Row:    Row{Attribute: "nickName", Fields: []string{"CommunityNickname"}, Echo: true, Remark: "unique in the org; made from userName when missing"},
			shape:  text{field: "CommunityNickname", length: 40, required: true},
			absent: stays,
			search: []lookup{{field: "CommunityNickname", kind: "string"}},
			drifts: true,
		},
		localeRow(language, "en-US is written en_US; an unknown language falls to its base, then to the default"),
		localeRow(locale, "en-US is written en_US; an unknown locale falls to its base, then to the default"),
		localeRow(timeZone, "IANA names on both sides; an unknown one falls to the default"),
		{
			Row:       Row{Attribute: "active", Fields: []string{"IsActive"}, Remark: "false as well when the user is frozen"},
			shape:     boolean{field: "IsActive"},
			absent:    stays,
			essential: true,
			search:    []lookup{{field: "IsActive", kind: "bool"}},
		},
		{
			Row:    Row{Attribute: "emails", Fields: []string{"Email"}, Echo: true, Remark: "the primary, else type work, else the first is the one that Salesforce holds"},
			shape:  emails{},
			absent: stays,
			search: []lookup{{field: "Email", kind: "string"}, {sub: "value", field: "Email", kind: "string"}},
			drifts: true,
		},
		{
			Row:    Row{Attribute: "phoneNumbers", Fields: []string{"Phone", "MobilePhone", "Fax"}, Echo: true, Remark: "types work, mobile and fax; others echo only"},
			shape:  phones{},
			search: slices.Concat(anyOf("", "Phone", "MobilePhone", "Fax"), anyOf("value", "Phone", "MobilePhone", "Fax")),
			drifts: true,
		},
		{
			Row:   Row{Attribute: "addresses", Fields: []string{"Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode"}, Echo: true, Remark: "type work; others echo only; codes where the org has state and country picklists"},
			shape: addresses{},
			search: slices.Concat(
				anyOf("streetAddress", "Street"), anyOf("locality", "City"), anyOf("postalCode", "PostalCode"),
				anyOf("region", "State", "StateCode"), anyOf("country", "Country", "CountryCode"),
			),
			drifts: true,
		},
		{
			Row:   Row{Attribute: "photos", Fields: []string{"FullPhotoUrl", "SmallPhotoUrl"}, ReadOnly: true, Remark: "on request"},
			shape: photos{}, onRequest: true,
		},
		{
			Row:   Row{Attribute: "groups", ReadOnly: true, Remark: "what the user has been given, of every kind"},
			shape: groups{},
		},
		{
			Row:    Row{Attribute: "roles", Fields: []string{"UserRoleId", "UserRole.Name"}, Echo: true, Remark: "one value, an id or a name; a PUT without it takes away only what the IdP knew of"},
			shape:  roles{},
			search: []lookup{{field: "UserRoleId", kind: "id"}, {sub: "value", field: "UserRoleId", kind: "id"}, {sub: "display", field: "UserRole.Name", kind: "string"}},
			drifts: true,
		},
		{
			Row:    Row{Attribute: "entitlements", Fields: []string{"ProfileId", "Profile.Name"}, Echo: true, Remark: "the profile and the permission sets, by id or name; a PUT takes away only what the IdP knew of"},
			shape:  entitlements{},
			absent: stays,
			drifts: true,
		},
		plainText(EnterpriseURN+":employeeNumber", text{field: "EmployeeNumber", length: 20}, ""),
		plainText(EnterpriseURN+":costCenter", text{}, "echo only"),
		plainText(EnterpriseURN+":organization", text{field: "CompanyName", length: 80}, ""),
		plainText(EnterpriseURN+":division", text{field: "Division", length: 80}, ""),
		plainText(EnterpriseURN+":department", text{field: "Department", length: 80}, ""),
		{
			Row:   Row{Attribute: EnterpriseURN + ":manager", Fields: []string{"ManagerId", "Manager.Name"}, Echo: true, Remark: "an id, a userName or an externalId; one who does not exist yet is remembered"},
			shape: manager{},
			search: []lookup{
				{field: "ManagerId", kind: "id"},
				{sub: "value", field: "ManagerId", kind: "id"},
				{sub: "displayName", field: "Manager.Name", kind: "string"},
			},
			drifts: true,
		},
		{
			Row:         Row{Attribute: profileAttribute, Fields: []string{"ProfileId", "Profile.Name"}, Echo: true, Remark: "the name of the profile, for who cannot send entitlements; an id is understood"},
			shape:       profileByName(),
			absent:      stays,
			convenience: true,
			search:      []lookup{{field: "Profile.Name", kind: "string"}},
			drifts:      true,
		},
		{
			Row:         Row{Attribute: roleAttribute, Fields: []string{"UserRoleId", "UserRole.Name"}, Echo: true, Remark: "the name of the role, for who cannot send roles; an API name and an id are understood"},
			shape:       roleByName(),
			convenience: true,
			search:      []lookup{{field: "UserRole.Name", kind: "string"}},
			drifts:      true,
		},
		{
			Row:         Row{Attribute: frozenAttribute, Echo: true, Remark: "whether he is kept from logging in; freezes and unfreezes"},
			shape:       frozen{},
			absent:      stays,
			convenience: true,
		},
		readOnly("meta.created", "", lookup{field: "CreatedDate", kind: "datetime"}),
		readOnly("meta.lastModified", "", lookup{field: "SystemModstamp", kind: "datetime"}),
		readOnly("meta.version", "from SystemModstamp, the echo, whether the user is frozen and, where they are shown, what he has been given"),
	}
	return rows
}

// plainText is the row of an attribute with one text value that may be cleared.
func plainText(attribute string, t text, remark string) row {
	r := row{
		Row:    Row{Attribute: attribute, Echo: true, Remark: remark},
		shape:  t,
		drifts: t.field == "" || t.rare,
	}
	if field := t.source(); field != "" {
		r.Fields = []string{field}
		r.search = []lookup{{field: field, kind: "string"}}
	} else {
		r.search = []lookup{{kind: "string"}}
	}
	return r
}

func localeRow(k localeKind, remark string) row {
	return row{
		Row:    Row{Attribute: k.attribute(), Fields: []string{k.field()}, Echo: true, Remark: remark},
		shape:  k,
		absent: stays,
		search: []lookup{{field: k.field(), kind: "enum"}},
		drifts: true,
	}
}

// readOnly is the row of an attribute that Render makes itself.
func readOnly(attribute, remark string, found ...lookup) row {
	r := row{Row: Row{Attribute: attribute, ReadOnly: true, Remark: remark}, shape: made{}, search: found}
	for _, l := range found {
		r.Fields = append(r.Fields, l.field)
	}
	if attribute == "meta.version" {
		r.Fields = []string{"SystemModstamp"}
	}
	return r
}
