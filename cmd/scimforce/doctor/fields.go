package doctor

import (
	"fmt"
	"strings"
)

// written are the fields of User that the bridge cannot do its job without: the
// ones every user has to have, those that give and take access.
func written() []string {
	return []string{
		"Username", "LastName", "Email", "Alias", "TimeZoneSidKey", "LocaleSidKey", "EmailEncodingKey", "LanguageLocaleKey",
		"ProfileId", "UserRoleId", "IsActive", "FirstName", "Title", "Department", "ManagerId",
	}
}

// fields judges User as the connection's user sees it in describe.
func (f findings) fields() []Check {
	access := Check{ID: "user-fields", Title: "Fields of User"}
	custom := Check{ID: "required-fields", Title: "Required custom fields"}
	states := Check{ID: "state-picklists", Title: "State and country picklists"}
	all := []*Check{&access, &custom, &states}
	why := f.reached()
	if why == nil {
		why = f.userFieldsErr
	}
	if why != nil {
		for _, c := range all {
			c.State, c.Detail = Unknown, notAsked(why)
		}
		return []Check{access, custom, states}
	}

	var invisible, fixed []string
	for _, name := range written() {
		switch field, ok := f.userFields.Field(name); {
		case !ok:
			invisible = append(invisible, name)
		case !field.Createable || !field.Updateable:
			fixed = append(fixed, name)
		}
	}
	switch {
	case len(invisible)+len(fixed) == 0:
		access.State, access.Detail = OK, "The user may read and write the fields that provisioning needs."
	default:
		access.State = Failed
		var parts []string
		if invisible != nil {
			parts = append(parts, "invisible: "+strings.Join(invisible, ", "))
		}
		if fixed != nil {
			parts = append(parts, "read-only: "+strings.Join(fixed, ", "))
		}
		access.Detail = "Some fields are closed to the connection's user; " + strings.Join(parts, "; ") + "."
		access.Remedy = "ProfileId needs View Setup and Configuration, UserRoleId View Roles and Role Hierarchy; for others open field-level security in a permission set of the user."
	}

	var required []string
	for _, field := range f.userFields.Fields {
		if strings.HasSuffix(field.Name, "__c") && field.Createable && !field.Nillable && !field.DefaultedOnCreate {
			required = append(required, field.Name)
		}
	}
	custom.State, custom.Detail = OK, "No custom field of User is required without a default."
	if required != nil {
		custom.State = Warning
		custom.Detail = fmt.Sprintf("No user can be created without %s.", strings.Join(required, ", "))
		custom.Remedy = "Map an attribute to each of them in the configuration's mapping, or give the field a default in Salesforce."
	}

	states.State, states.Detail = OK, "They are off: states and countries are plain text."
	if _, on := f.userFields.Field("CountryCode"); on {
		states.Detail = "They are on: an address must name a state and country that the org knows, by code or by name."
	}
	return []Check{access, custom, states}
}
