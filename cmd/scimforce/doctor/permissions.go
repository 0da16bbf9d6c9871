package doctor

import "fmt"

// permission is a system permission that the bridge's user needs.
type permission struct {
	name, label string // API name without "Permissions", and as Setup shows it
	why         string // what does not work without it
}

// required are the permissions that the bridge needs, each with what it is for
// (Object Reference, special access rules of User, UserLogin, UserRole,
// PermissionSetAssignment; the guides of two identity providers).
func required() []permission {
	return []permission{
		{"ApiEnabled", "API Enabled", "every call of the API is refused"},
		{"ManageUsers", "Manage Users", "nobody can be frozen, and no public group's members can be changed"},
		{"ManageInternalUsers", "Manage Internal Users", "no user can be created, changed or deactivated"},
		{"AssignPermissionSets", "Assign Permission Sets", "no permission set can be given or taken away"},
		{"ViewAllUsers", "View All Users", "users may be missing from what the identity provider reads"},
		{"ViewRoles", "View Roles and Role Hierarchy", "the role of a user is invisible and cannot be set"},
		{"ViewSetup", "View Setup and Configuration", "the profile of a user is invisible and cannot be set"},
	}
}

// manageUsersBrings tells whether Manage Users brings a permission along:
// Setup enables it with the other (Okta's and Entra's guides list which).
func manageUsersBrings(name string) bool { return name != "ApiEnabled" }

// permissions judges each permission by what the user's profile and permission
// sets hold. Where these cannot be read, the refusal itself says what is missing.
func (f findings) permissions() []Check {
	sets, err := f.records(askSets)
	has := map[string]bool{}
	for _, set := range sets {
		for _, p := range required() {
			has[p.name] = has[p.name] || set.Bool("Permissions"+p.name)
		}
	}
	// Who is answered at all may use the API.
	has["ApiEnabled"] = has["ApiEnabled"] || f.reached() == nil
	var checks []Check
	for _, p := range required() {
		c := Check{ID: "permission-" + kebab(p.name), Title: "Permission " + p.label}
		switch {
		case f.reached() != nil:
			c.State, c.Detail = Unknown, notAsked(f.reached())
		case has[p.name] || has["ManageUsers"] && manageUsersBrings(p.name):
			c.State, c.Detail = OK, "The connection's user has it."
		case err != nil && p.name != "ViewSetup":
			c.State, c.Detail = Unknown, "The user's permission sets cannot be read: "+plain(err)+"."
			c.Remedy = "Give the user View Setup and Configuration first, then ask again."
		default:
			c.State, c.Detail = Failed, fmt.Sprintf("The connection's user does not have it: %s.", p.why)
			c.Remedy = "Assign the permission set SCIMForce_Bridge (deploy/salesforce), or enable " + p.label + " in the user's profile."
		}
		checks = append(checks, c)
	}
	return checks
}
