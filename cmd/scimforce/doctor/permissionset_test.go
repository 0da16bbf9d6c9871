package doctor

import (
	"encoding/xml"
	"os"
	"slices"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
)

// deployed are the permissions of the metadata that administrators deploy.
func deployed(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile("../../../deploy/salesforce/force-app/main/default/permissionsets/" + bridgeSet + ".permissionset-meta.xml")
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		XMLName     xml.Name `xml:"http://soap.sforce.com/2006/04/metadata PermissionSet"`
		Permissions []struct {
			Enabled bool   `xml:"enabled"`
			Name    string `xml:"name"`
		} `xml:"userPermissions"`
	}
	if err := xml.Unmarshal(content, &set); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range set.Permissions {
		if p.Enabled {
			names = append(names, p.Name)
		}
	}
	return names
}

func TestTheDeployedPermissionSetIsGreen(t *testing.T) {
	names := deployed(t)
	for _, c := range newPatient(t, names).run().Checks {
		if c.State != OK {
			t.Errorf("%s is %s: %s", c.ID, c.State, c.Detail)
		}
	}
	if slices.Contains(names, "ModifyAllData") || slices.Contains(names, "ViewAllData") || slices.Contains(names, "CustomizeApplication") {
		t.Error("the set gives more than the bridge needs")
	}
}

// The jobs of the bridge, in the order in which one user goes through them.
func jobs(p *patient) []struct {
	name string
	do   func() org.Errors
} {
	row, _ := p.Org.UserByUsername(bridgeUser)
	me, _ := row["Id"].(string)
	actor := org.Actor{UserID: me}
	var ada, profile, set, group string
	profile = p.idOf("Profile", minimum)
	set, group = p.idOf("PermissionSet", "Sales_Console"), p.idOf("Group", "All Sales")
	insert := func(object string, values map[string]any) org.Errors {
		_, errs := p.Org.Insert(actor, object, values)
		return errs
	}
	return []struct {
		name string
		do   func() org.Errors
	}{
		{"create", func() (errs org.Errors) {
			ada, errs = p.Org.Insert(actor, "User", map[string]any{
				"Username": "ada@acme.example", "LastName": "Lovelace", "Email": "ada@acme.example", "Alias": "ada", "ProfileId": profile,
				"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
			})
			return errs
		}},
		{"update", func() org.Errors { return p.Org.Update(actor, "User", ada, map[string]any{"Title": "Countess"}) }},
		{"permission set", func() org.Errors {
			return insert("PermissionSetAssignment", map[string]any{"AssigneeId": ada, "PermissionSetId": set})
		}},
		{"group", func() org.Errors {
			return insert("GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": ada})
		}},
		{"freeze", func() org.Errors {
			login, _ := p.Org.RecordLogin(ada)
			return p.Org.Update(actor, "UserLogin", login, map[string]any{"IsFrozen": true})
		}},
		{"deactivate", func() org.Errors { return p.Org.Update(actor, "User", ada, map[string]any{"IsActive": false}) }},
	}
}

func TestTheDeployedPermissionSetIsEnoughForEveryJob(t *testing.T) {
	for _, job := range jobs(newPatient(t, deployed(t), withTargets)) {
		if errs := job.do(); errs != nil {
			t.Fatalf("%s: %v", job.name, errs)
		}
	}
}

func TestWithoutAPermissionItsJobIsRefused(t *testing.T) {
	// Manage Users brings the others along, so that without one of them there
	// is no Manage Users either, as in an org that does without it.
	for without, jobName := range map[string]string{
		"ManageInternalUsers": "create", "AssignPermissionSets": "permission set", "ManageUsers": "freeze", "ViewSetup": "create",
	} {
		t.Run(without, func(t *testing.T) {
			rest := slices.DeleteFunc(deployed(t), func(n string) bool {
				// what brings View Setup along goes with Manage Users
				return n == without || n == "ManageUsers" || n == "ManageProfilesPermissionsets"
			})
			for _, job := range jobs(newPatient(t, rest, withTargets)) {
				errs := job.do()
				if job.name == jobName {
					if errs == nil {
						t.Errorf("%s works without %s", job.name, without)
					}
					return
				}
				if errs != nil && job.name != "group" { // which needs Manage Users too
					t.Fatalf("%s: %v", job.name, errs)
				}
			}
		})
	}
}

// idOf finds a record by its name.
func (p *patient) idOf(object, name string) (id string) {
	p.t.Helper()
	obj, _ := p.Org.Object(object)
	_ = p.Org.View(func(v *org.View) error { // fn never fails
		for r := range v.Scan(obj, org.Bound{}) {
			if row := r.Row(); row["Name"] == name {
				id = r.ID()
			}
		}
		return nil
	})
	if id == "" {
		p.t.Fatalf("the org has no %s %s", object, name)
	}
	return id
}

// withTargets gives the org what access is given to.
func withTargets(c *simulatortest.Config) {
	c.Org.PermissionSets = append(c.Org.PermissionSets, org.PermissionSet{Name: "Sales_Console"})
	c.Org.Groups = []org.Group{{Name: "All Sales"}}
}
