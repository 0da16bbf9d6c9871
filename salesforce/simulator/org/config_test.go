package org

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// acme is the org of the example file.
func acme(t testing.TB) Config {
	t.Helper()
	file, err := os.Open("testdata/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cfg, err := ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestTheExampleFileMakesTheOrgItDescribes(t *testing.T) {
	o := newOrg(t, acme(t))
	user := func(name string) Row {
		t.Helper()
		row, ok := o.UserByUsername(name + "@acme-robotics.example")
		if !ok {
			t.Fatalf("no user %s", name)
		}
		return row
	}
	ada, tom, ines, omar := user("ada.admin"), user("tom.ward"), user("ines.keller"), user("omar.haddad")
	if ada["Id"] != o.AdminID() || ada["Title"] != "Salesforce Administrator" || ada["Email"] != "ada.admin@acme-robotics.example" ||
		!o.CheckPassword("ada.admin@acme-robotics.example", "demo") {
		t.Errorf("administrator: %v", ada)
	}
	if tom["ManagerId"] != user("maria.lang")["Id"] || tom["UserRoleId"] != o.idOf(t, "UserRole", "Name", "Sales Europe") ||
		tom["Cost_Center__c"] != "1010" || tom["Office__c"] != "London" || tom["LocaleSidKey"] != "en_GB" || tom["Alias"] != "tward" {
		t.Errorf("Tom: %v", tom)
	}
	if ines["Name"] != "Ines Maria Keller" || ines["Cost_Center__c"] != "0000" || ines["UserPermissionsMarketingUser"] != true {
		t.Errorf("Ines: %v", ines)
	}
	if ruth := user("ruth.cole"); ruth["TimeZoneSidKey"] != "America/New_York" {
		t.Errorf("Ruth: %v", ruth)
	}
	if lucia := user("lucia.conti"); lucia["EmployeeNumber"] != "004711" || lucia["Contractor__c"] != true {
		t.Errorf("Lucia: %v", lucia)
	}
	if !o.IsFrozen(omar["Id"].(string)) || user("old.hand")["IsActive"] != false {
		t.Error("not frozen, or active")
	}
	workflow := user("provisioning")["Id"].(string)
	if errs := o.Update(Actor{}, "User", workflow, map[string]any{"IsActive": false}); len(errs) != 1 ||
		errs[0].Message != "You cannot deactivate the Default Workflow User" {
		t.Errorf("deactivating: %v", errs)
	}
	seller := o.idOf(t, "PermissionSet", "Name", "Seller")
	if _, ok := o.s.assignment(tom["Id"].(string), seller); !ok {
		t.Error("Tom has not the permission set group")
	}
	for group, want := range map[string]int{"All_Sales": 2, "Everybody_Who_Sells": 2, "Service_Desk": 2} {
		var id string
		for _, g := range o.s.table("Group").find("DeveloperName", group) {
			if kind := g.text("Type"); kind == "Regular" || kind == "Queue" {
				id = g.ID()
			}
		}
		if got := o.s.table("GroupMember").count("GroupId", id); got != want {
			t.Errorf("%s has %d members, not %d", group, got, want)
		}
	}
	org := o.mustFind(t, "Organization", o.ID())
	if org["Name"] != "Acme Robotics" || org["OrganizationType"] != "Enterprise Edition" || org["InstanceName"] != "EU42" || org["DefaultLocaleSidKey"] != "en_GB" {
		t.Errorf("organization: %v", org)
	}
	licence := o.mustFind(t, "UserLicense", o.idOf(t, "UserLicense", "Name", "Salesforce"))
	if licence["TotalLicenses"] != int64(8) || licence["UsedLicenses"] != int64(7) {
		t.Errorf("seats: %v of %v", licence["UsedLicenses"], licence["TotalLicenses"])
	}
	if licence["LicenseDefinitionKey"] != "SFDC" {
		t.Errorf("a changed licence has another key: %v", licence["LicenseDefinitionKey"])
	}
	o.verifyIndexes(t)
}

func TestCustomFieldsAreDeclared(t *testing.T) {
	o := newOrg(t, acme(t))
	users, _ := o.Object("User")
	field := func(name string) Field {
		i, ok := users.FieldIndex(name)
		if !ok {
			t.Fatalf("no field %s", name)
		}
		return users.Fields[i]
	}
	if f := field("Cost_Center__c"); f.Label != "Cost Center" || f.Nillable || !f.Custom || f.Default != "0000" || f.Length != 10 || !f.DefaultedOnCreate {
		t.Errorf("%+v", f)
	}
	if f := field("Badge_Number__c"); !f.Unique || !f.ExternalID || !f.IDLookup || !f.indexed || f.Default != nil {
		t.Errorf("%+v", f)
	}
	if f := field("Languages__c"); f.Length != 4099 || f.Sortable || f.Groupable || !f.Filterable || !f.RestrictedPicklist || f.InlineHelpText != "The languages in which customers are served." {
		t.Errorf("%+v", f)
	}
	if f := field("Day_Rate__c"); f.Precision != 18 || f.Scale != 2 || f.SoapType != "xsd:double" {
		t.Errorf("%+v", f)
	}
	if f := field("Badge_Label__c"); !f.Calculated || f.Createable || f.Updateable || !f.Nillable || f.Length != 1300 {
		t.Errorf("%+v", f)
	}
	office := field("Office__c")
	if office.ControllerName != "Region__c" || !office.RestrictedPicklist {
		t.Errorf("%+v", office)
	}
	if diff := cmp.Diff([]PicklistValue{
		{Value: "London", Label: "London", Active: true, ValidFor: []byte{0x80}},
		{Value: "Zurich", Label: "Zurich", Active: true, ValidFor: []byte{0x80}},
		{Value: "Boston", Label: "Boston", Active: true, ValidFor: []byte{0x40}},
		{Value: "Home", Label: "Home office", Active: true},
	}, office.Picklist); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptyFileIsTheZeroConfig(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "name:\n"} {
		cfg, err := ReadConfig(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(newOrg(t, Config{Users: 3}).dump(), newOrg(t, Config{Users: 3, Name: cfg.Name, Roles: cfg.Roles}).dump()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"an unknown key", "nmae: Acme\n", `line 1: the file has no "nmae": write one of name, edition`},
		{"a list that is none", "profiles: yes\n", "line 1: profiles: write a list, each entry behind a -"},
		{"a flag that is none", "sandbox: maybe\n", `line 1: sandbox: "maybe": write true or false`},
		{"a number out of bounds", "users: 9000000\n", `line 1: users: "9000000": write a number from 0 to 5000000`},
		{"an unknown edition", "edition: Gold\n", `edition "Gold" is none: write one of Essentials`},
		{"an alias", "name: &a Acme\ninstance: *a\n", "line 2: instance: *a: aliases are not read, write the value out"},
		{"a second document", "name: A\n---\nname: B\n", "there is a second document after ---"},
		{"no YAML", "name: [\n", "did not find expected node content"},
		{"an unknown licence", "profiles:\n  - name: P\n    license: Gold\n", `line 3: profile P: there is no licence "Gold": add it to licenses`},
		{"a formula that is none", "validationRules:\n  - {name: A, formula: 1 +}\n  - {name: B, formula: 'TRUE', field: Shoe}\n", `line 3: validation rule B: User has no field "Shoe"`},
		{"a name too long", "groups:\n  - name: " + strings.Repeat("g", 41) + "\n", "line 2: Group: Name \"ggg"},
		{"a status that is none", "packageLicenses:\n  - {namespace: p, status: Gone}\n", `line 2: PackageLicense: Status "Gone" is not one of its values`},
		{"an unknown locale", "locale: Klingon\n", `Organization: DefaultLocaleSidKey "Klingon" is not one of its values`},
		{"an unknown feature", "featureLicenses:\n  Marketing: 3\n", `line 2: featureLicenses has no "Marketing": write one of MarketingUser`},
		{"an unknown permission", "profiles:\n  - name: P\n    permissions: [Fly]\n", `line 3: profile P: the simulator knows no permission "Fly": leave it out`},
		{"a role twice", "roles:\n  - name: CEO\n    roles: [{name: CEO}]\n", `line 3: role "CEO" is there twice: leave one out`},
		{"an unknown set in a group", "permissionSetGroups:\n  - name: G\n    permissionSets: [No]\n", `line 3: permission set group G: there is no permission set "No"`},
		{"a member of no kind", "groups:\n  - name: G\n    members: ['team:x']\n", `line 3: group G: member "team:x": write a Username, role:NAME`},
		{"a custom field of no name", "customFields:\n  - name: Cost\n", `line 2: custom field "Cost": write a name of up to 40 letters`},
		{"a picklist without values", "customFields:\n  - name: A__c\n    type: multipicklist\n", "line 2: custom field A__c: a picklist has values"},
		{"a formula of no such type", "customFields:\n  - name: A__c\n    type: email\n    formula: Title\n", "line 3: custom field A__c: a formula results in no email"},
		{"a required formula", "customFields:\n  - name: A__c\n    formula: Title\n    required: true\n", "line 3: custom field A__c: a formula is neither required"},
		{"a formula of another type", "customFields:\n  - {name: A__c, type: double, formula: Title}\n", "custom field A__c: Formula result is data type (Text), incompatible with expected data type (Number)."},
		{"a formula of a formula", "customFields:\n  - {name: A__c, formula: Title}\n  - {name: B__c, formula: A__c}\n", "custom field B__c: "},
		{"a required hierarchy field", "customFields:\n  - name: A__c\n    type: reference\n    required: true\n", `line 3: custom field A__c: a reference is neither required`},
		{"a custom field of no type", "customFields:\n  - name: A__c\n    type: text\n", `line 3: custom field A__c: type "text" is none: write one of string`},
		{"a controller that is none", "customFields:\n  - {name: A__c, type: picklist, values: [x], controller: B__c}\n", `line 2: custom field A__c: controller "B__c" is no custom picklist`},
		{"a person without a name", "people:\n  - LastName: X\n", "line 2: a person without a name: write Username: NAME@DOMAIN"},
		{"an unknown key of a person", "people:\n  - Username: a@b.cc\n    rolle: CEO\n", `line 3: a person has no "rolle": write one of any field of User by its API name, profile`},
		{"an unknown field of a person", "people:\n  - Username: a@b.cc\n    LastName: X\n    Shoe: 43\n", "line 4: a@b.cc: No such column 'Shoe' on sobject of type User (INVALID_FIELD)"},
		{"a person the org refuses", "people:\n  - Username: a@b.cc\n    LastName: X\n    Email: nobody\n", "line 4: a@b.cc: Email: Email: invalid email address: nobody (INVALID_EMAIL_ADDRESS)"},
		{"a person without a last name", "people:\n  - Username: a@b.cc\n", "line 2: a@b.cc: LastName, Alias: Required fields are missing: [LastName, Alias] (REQUIRED_FIELD_MISSING)"},
		{"no seat left", "licenses: [{name: Salesforce, seats: 1}]\npeople:\n  - {Username: a@b.cc, LastName: X}\n", "line 3: a@b.cc: License Limit Exceeded"},
		{"a name taken twice", "people:\n  - {Username: a@b.cc, LastName: X}\n  - {Username: A@b.cc, LastName: X}\n", `line 3: person "A@b.cc" is there twice`},
		{"an unknown manager", "people:\n  - {Username: a@b.cc, LastName: X, manager: z@b.cc}\n", `line 2: a@b.cc: there is no person "z@b.cc"`},
		{"all at once", "nmae: A\nsandbox: 1\n", "line 1: the file has no \"nmae\""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadConfig(strings.NewReader(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if test.name == "all at once" && !strings.Contains(err.Error(), "line 2: sandbox") {
				t.Errorf("only the first: %v", err)
			}
		})
	}
}

func TestAFileIsBounded(t *testing.T) {
	_, err := ReadConfig(strings.NewReader(strings.Repeat("#", maxConfig+1)))
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}

func TestRequiredCustomFieldsOfPlausiblePeopleAreFilled(t *testing.T) {
	o := newOrg(t, Config{Users: 3, CustomFields: []CustomField{{Name: "Badge__c", Required: true, Unique: true, Length: 8}}})
	seen := map[any]bool{}
	for r := range o.s.users().walk(o.s.users().slots, Bound{}) {
		if v := r.Get("Badge__c"); r.text("FirstName") != "" {
			if v == nil || seen[v] {
				t.Errorf("%s has badge %v", r.text("Username"), v)
			}
			seen[v] = true
		}
	}
}

func TestPlausiblePeopleLeaveNamesToThoseOfTheFile(t *testing.T) {
	o := newOrg(t, Config{Users: 60, People: []Person{
		{Fields: map[string]any{"Username": "Amara.Okafor@acme.example", "LastName": "Okafor"}},
		{Fields: map[string]any{"Username": "b@acme.example", "LastName": "B", "CommunityNickname": "bruno.silva"}},
	}})
	seen := map[string]bool{}
	for r := range o.s.users().walk(o.s.users().slots, Bound{}) {
		for _, name := range []string{r.text("Username"), "nickname " + r.text("CommunityNickname")} {
			if seen[name] {
				t.Errorf("two have %s", name)
			}
			seen[name] = true
		}
	}
}

func TestPlausiblePeopleNeedSeats(t *testing.T) {
	for _, test := range []struct {
		seats int
		ok    bool
	}{{98, false}, {99, true}} { // 98 of 100 are active, and the administrator
		o, err := New(Config{Users: 100, LicenseSeats: map[string]int{"SFDC": test.seats}})
		if (err == nil) != test.ok {
			t.Errorf("%d seats: %v", test.seats, err)
		}
		if err == nil {
			if used := o.s.used[o.idOf(t, "UserLicense", "Name", "Salesforce")]; used != test.seats {
				t.Errorf("%d of %d seats used", used, test.seats)
			}
		}
	}
}

func TestDailyAPIRequestsFollowTheEdition(t *testing.T) {
	seats := map[string]int{"SFDC": 20, "AUL": 10}
	for _, test := range []struct {
		cfg  Config
		want int
	}{
		{Config{Edition: "Developer"}, 15_000},
		{Config{LicenseSeats: seats}, 130_000},
		{Config{Edition: "Professional", LicenseSeats: seats}, 130_000},
		{Config{Edition: "Unlimited", LicenseSeats: seats}, 250_000},
		{Config{Edition: "Performance", LicenseSeats: seats}, 250_000},
		{Config{Sandbox: true}, 5_000_000},
	} {
		if got := test.cfg.DailyAPIRequests(); got != test.want {
			t.Errorf("%s: %d, not %d", test.cfg.Edition, got, test.want)
		}
	}
}

func FuzzReadConfig(f *testing.F) {
	file, err := os.ReadFile("testdata/acme.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(file))
	f.Add("roles: [{name: a, roles: [{name: b}]}]")
	f.Add("people: [{Username: a@b.cc, LastName: [x]}]")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		cfg, err := ReadConfig(strings.NewReader(text))
		if err != nil {
			return
		}
		cfg.Users = min(cfg.Users, 3)
		if _, err := New(cfg); err != nil {
			t.Errorf("read and refused: %v", err)
		}
	})
}
