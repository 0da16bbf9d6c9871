package browse

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// maxRows bounds each list on a page that is not cut into pages.
const maxRows = 500

// personPage is one person.
type personPage struct {
	frame
	personRow
	ID           string
	PendingEmail string // waits for the confirmation of its owner
	Facts        []fact
	Fields       []fact // all that are not empty
	Grants       []grant
	Logins       []login
}

// fact is a named value; Link leads to what it names.
type fact struct{ Label, Name, Value, Link string }

// grant is one thing that a person has, and by which record.
type grant struct{ Kind, Name, Detail, ID string }

// login is one row of LoginHistory.
type login struct{ At, Application, Kind, Status, Address string }

func (p *pages) person(w http.ResponseWriter, r *http.Request, one Org) {
	id, _ := org.ID18(chi.URLParam(r, "user"))
	shown := personPage{ID: id}
	found := false
	read(one.Org, func(v reader) {
		users, ok := v.v.Object("User")
		if !ok {
			return
		}
		var user org.Record
		if user, found = v.v.Get(users, id); found {
			shown.fill(v, Prefix+"/"+one.Org.ID(), user)
		}
	})
	if !found {
		p.missing(w, "There is no such person in this org.")
		return
	}
	shown.PendingEmail, _ = one.Org.PendingEmail(id)
	shown.frame = p.frame(shown.Name, one.Org, "people")
	p.show(w, http.StatusOK, "person.html", shown)
}

func (s *personPage) fill(r reader, link string, user org.Record) {
	s.personRow = r.row(link, user)
	manager, _ := user.Get("ManagerId").(string)
	s.Facts = []fact{
		{Label: "Profile", Value: s.Profile},
		{Label: "Licence", Value: r.licenceOf(user)},
		{Label: "Role", Value: s.Role},
		{Label: "Manager", Value: r.name(manager, "Name"), Link: link + "/people/" + manager},
		{Label: "Last login", Value: cmp.Or(s.LastIn, "never")},
	}
	s.Facts = slices.DeleteFunc(s.Facts, func(f fact) bool { return f.Value == "" })
	fields := user.Object().Fields
	for i := range fields {
		value := user.Value(i)
		if value == nil || value == false || fields[i].Type == "address" {
			continue
		}
		f := fact{Label: fields[i].Label, Name: fields[i].Name, Value: shown(value)}
		if target, ok := value.(string); ok && fields[i].Type == "reference" {
			if named := r.name(target, "Name"); named != "" {
				f.Value = named + " (" + target + ")"
			}
		}
		s.Fields = append(s.Fields, f)
	}
	s.Grants = r.grants(user.ID())
	s.Logins = r.logins(user.ID())
}

func (r reader) licenceOf(user org.Record) string {
	id, _ := user.Get("ProfileId").(string)
	profile, ok := r.v.Target(id)
	if !ok {
		return ""
	}
	return r.name(profile.Get("UserLicenseId"), "Name")
}

// grants lists what a person has beside his profile, the sets that profiles own
// left out.
func (r reader) grants(userID string) (list []grant) {
	assignments, _ := r.with("PermissionSetAssignment", "AssigneeId", userID, maxRows)
	for _, a := range assignments {
		if group, _ := a.Get("PermissionSetGroupId").(string); group != "" {
			list = append(list, grant{"Permission set group", r.name(group, "MasterLabel"), expiry(a), a.ID()})
			continue
		}
		id, _ := a.Get("PermissionSetId").(string)
		if r.name(id, "IsOwnedByProfile") == "no" {
			list = append(list, grant{"Permission set", r.name(id, "Label"), expiry(a), a.ID()})
		}
	}
	for _, kind := range []struct{ kind, object, user, field, name string }{
		{"Permission set licence", "PermissionSetLicenseAssign", "AssigneeId", "PermissionSetLicenseId", "MasterLabel"},
		{"Package licence", "UserPackageLicense", "UserId", "PackageLicenseId", "NamespacePrefix"},
		{"Group", "GroupMember", "UserOrGroupId", "GroupId", "Name"},
		{"Chatter group", "CollaborationGroupMember", "MemberId", "CollaborationGroupId", "Name"},
		{"Territory", "UserTerritory2Association", "UserId", "Territory2Id", "Name"},
	} {
		records, _ := r.with(kind.object, kind.user, userID, maxRows)
		for _, record := range records {
			target, _ := record.Get(kind.field).(string)
			list = append(list, grant{kind.kind, cmp.Or(r.name(target, kind.name), r.name(target, "DeveloperName"), target), "", record.ID()})
		}
	}
	return list
}

func expiry(assignment org.Record) string {
	if until := text(assignment, "ExpirationDate"); until != "" {
		return "until " + until
	}
	return ""
}

// loginsShown is how many of the last logins are shown.
const loginsShown = 20

// logins are the last rows of the person's LoginHistory, newest first.
func (r reader) logins(userID string) (list []login) {
	for _, record := range r.newest("LoginHistory", "UserId", userID, loginsShown) {
		list = append(list, login{
			At: text(record, "LoginTime"), Application: text(record, "Application"), Kind: text(record, "LoginType"),
			Status: text(record, "Status"), Address: text(record, "SourceIp"),
		})
	}
	return list
}
