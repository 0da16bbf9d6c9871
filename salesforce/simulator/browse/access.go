package browse

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// accessPage is what people can have in an org.
type accessPage struct {
	frame
	Licences []licenceTable
	Profiles []profileRow
	Roles    []roleRow
	Sets     []setRow
	Groups   []groupRow
	Most     string // the most rows of each list
	Cut      bool   // there are more
}

type licenceTable struct {
	Heading string
	Seats   []seats
}

type (
	profileRow struct{ Name, Licence, People, Permissions string }
	roleRow    struct{ Name, Above, People string }
	setRow     struct{ Label, Name, Kind, Licence, People string }
	groupRow   struct{ Name, Kind, Members string }
)

func (p *pages) access(w http.ResponseWriter, _ *http.Request, one Org) {
	shown := accessPage{frame: p.frame("Access", one.Org, "access"), Most: number(maxRows)}
	read(one.Org, func(r reader) {
		shown.fillLicences(r)
		shown.fillProfiles(r)
		shown.fillRoles(r)
		shown.fillSets(r)
		shown.fillGroups(r)
	})
	p.show(w, http.StatusOK, "access.html", shown)
}

func (s *accessPage) fillLicences(r reader) {
	for _, kind := range [][2]string{
		{"UserLicense", "User licences"},
		{"PermissionSetLicense", "Permission set licences"},
		{"PackageLicense", "Package licences"},
		{"ActiveFeatureLicenseMetric", "Feature licences"},
	} {
		list, more := r.licences(kind[0], maxRows)
		s.Cut = s.Cut || more
		if len(list) > 0 {
			s.Licences = append(s.Licences, licenceTable{kind[1], list})
		}
	}
}

// grantable are the permissions named in the list of profiles: those that
// decide what an integration user can do.
func grantable() [][2]string {
	return [][2]string{
		{"PermissionsApiEnabled", "API Enabled"},
		{"PermissionsManageUsers", "Manage Users"},
		{"PermissionsAssignPermissionSets", "Assign Permission Sets"},
		{"PermissionsViewSetup", "View Setup"},
		{"PermissionsModifyAllData", "Modify All Data"},
	}
}

func (s *accessPage) fillProfiles(r reader) {
	records, more := r.all("Profile", maxRows)
	s.Cut = s.Cut || more
	for _, profile := range records {
		var may []string
		for _, permission := range grantable() {
			if text(profile, permission[0]) == "yes" {
				may = append(may, permission[1])
			}
		}
		s.Profiles = append(s.Profiles, profileRow{
			Name: text(profile, "Name"), Licence: r.name(profile.Get("UserLicenseId"), "Name"),
			People: number(r.count("User", "ProfileId", profile.ID())), Permissions: strings.Join(may, ", "),
		})
	}
	slices.SortStableFunc(s.Profiles, func(a, b profileRow) int { return cmp.Compare(a.Name, b.Name) })
}

func (s *accessPage) fillRoles(r reader) {
	records, more := r.all("UserRole", maxRows)
	s.Cut = s.Cut || more
	for _, role := range records {
		s.Roles = append(s.Roles, roleRow{
			Name: text(role, "Name"), Above: r.name(role.Get("ParentRoleId"), "Name"),
			People: number(r.count("User", "UserRoleId", role.ID())),
		})
	}
	slices.SortStableFunc(s.Roles, func(a, b roleRow) int { return cmp.Compare(a.Name, b.Name) })
}

// fillSets leaves out the sets that profiles and permission set groups own.
func (s *accessPage) fillSets(r reader) {
	records, more := r.all("PermissionSet", maxRows)
	s.Cut = s.Cut || more
	for _, set := range records {
		if text(set, "IsOwnedByProfile") != "no" || text(set, "Type") == "Group" {
			continue
		}
		licence, _ := set.Get("LicenseId").(string)
		s.Sets = append(s.Sets, setRow{
			Label: text(set, "Label"), Name: text(set, "Name"), Kind: "set", Licence: cmp.Or(r.name(licence, "Name"), r.name(licence, "MasterLabel")),
			People: number(r.count("PermissionSetAssignment", "PermissionSetId", set.ID())),
		})
	}
	records, more = r.all("PermissionSetGroup", maxRows)
	s.Cut = s.Cut || more
	for _, group := range records {
		s.Sets = append(s.Sets, setRow{
			Label: text(group, "MasterLabel"), Name: text(group, "DeveloperName"), Kind: "group of sets",
			People: number(r.count("PermissionSetAssignment", "PermissionSetGroupId", group.ID())),
		})
	}
	slices.SortStableFunc(s.Sets, func(a, b setRow) int { return cmp.Compare(a.Label, b.Label) })
}

func (s *accessPage) fillGroups(r reader) {
	records, more := r.all("Group", maxRows)
	s.Cut = s.Cut || more
	for _, group := range records {
		// The groups of roles have no name of their own.
		name := cmp.Or(text(group, "Name"), r.name(group.Get("RelatedId"), "Name"), text(group, "DeveloperName"))
		s.Groups = append(s.Groups, groupRow{name, text(group, "Type"), number(r.count("GroupMember", "GroupId", group.ID()))})
	}
	slices.SortStableFunc(s.Groups, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
}

// sortSeats puts what is used most in front.
func sortSeats(list []seats) {
	slices.SortStableFunc(list, func(a, b seats) int {
		return cmp.Or(cmp.Compare(b.Taken, a.Taken), cmp.Compare(a.Name, b.Name))
	})
}
