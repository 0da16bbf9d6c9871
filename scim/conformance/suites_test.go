package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/scimtest"
)

// installed is where `make needs` puts what testdata/pip pins.
const installed = "../../.build/clients/pip/scim-conformance"

// form is what stands for a random text in one attribute.
type form struct {
	Use  string `json:"use"`            // "{}" in a text is the random text; "" leaves the attribute out
	Most int    `json:"most,omitempty"` // characters; 0 is as many as there are
	// Number says that it is one.
	Number bool `json:"number,omitempty"`
}

func TestScim2TesterFindsWhatIsExpectedAndNothingElse(t *testing.T) {
	s, base := scimtest.Serve(t, seats)
	input := map[string]any{
		"base": base, "token": scimtest.Token,
		"values": map[string]form{
			"userName":             {Use: "{}@scim2-tester.example"},
			"employeeNumber":       {Use: "{}", Most: 20},
			"addresses.postalCode": {Use: "{}", Most: 20},
			"roles.value":          {Use: idOf(t, s.Org, "UserRole")},
			"entitlements.value":   {Use: idOf(t, s.Org, "PermissionSet")},
			"entitlements.type":    {Use: "Permission Set"},
			"addresses.type":       {Use: "work"},
			"Latitude":             {Use: "48.5", Number: true},
			"Longitude":            {Use: "11.25", Number: true},
			"Alias":                {Use: "{}", Most: 8},
			"SenderEmail":          {Use: "{}@scim2-tester.example"},
			"DelegatedApproverId":  {Use: s.Org.AdminID()},
			".profile":             {Use: "Read Only"},
			".role":                {Use: "CEO"},
			".frozen":              {Use: "false"}, // nobody whom a suite makes has tried to log in
			"CallCenterId":         {},             // the org has no call center
			"IndividualId":         {},             // and no object Individual
			"ContactId":            {},             // makes somebody of outside of a new user, and can never be given to another
		},
	}
	var results []struct {
		Status string `json:"status"`
		finding
	}
	run(t, &results, input, filepath.Join(installed, "bin", "python"), "-B", "testdata/scim2tester.py")
	if len(results) < 80 {
		for _, r := range results {
			t.Logf("%s %s %s %.1500s", r.Status, r.Check, r.Resource, r.Reason)
		}
		t.Fatalf("the suite made %d checks, which cannot be all", len(results))
	}
	var found []finding
	for _, r := range results {
		if r.Status != "SUCCESS" {
			found = append(found, r.finding)
		}
	}
	compare(t, "testdata/scim2-tester.json", found)
}

func TestScimSanityFindsWhatIsExpectedAndNothingElse(t *testing.T) {
	_, base := scimtest.Serve(t, seats)
	var report struct {
		Summary struct{ Total int }
		Results []struct{ Name, Status, Phase, Message string }
	}
	run(t, &report, nil, filepath.Join(installed, "bin", "scim-sanity"), "probe", base,
		"--token", scimtest.Token, "--user-domain", "scim-sanity.example", "--i-accept-side-effects", "--json-output")
	if len(report.Results) < 28 {
		t.Fatalf("the suite made %d checks, which cannot be all", len(report.Results))
	}
	var found []finding
	for _, r := range report.Results {
		if r.Status != "pass" {
			found = append(found, finding{Check: r.Name, Reason: r.Status + ": " + r.Message})
		}
	}
	compare(t, "testdata/scim-sanity.json", found)
}

// seats lets an org have the users that the suites make.
func seats(c *scimtest.Config) { c.Org.LicenseSeats = map[string]int{"Salesforce": 10_000} }

// run starts a suite with input as JSON and reads the JSON that it prints. That
// a suite ends with an error is no matter: it does when it has findings.
func run(t *testing.T, printed, input any, name string, args ...string) {
	t.Helper()
	if _, err := os.Stat(name); err != nil {
		t.Fatalf("the suites are not installed, run `make needs`: %v", err)
	}
	sent, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(slices.DeleteFunc(os.Environ(), isProxy), "PYTHONHASHSEED=0")
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(sent), &stdout, &stderr
	failed := command.Run()
	if err := json.Unmarshal(stdout.Bytes(), printed); err != nil {
		t.Fatalf("%s (%v) printed no result: %v\n%s\n%s", name, failed, err, stdout.String(), stderr.String())
	}
}

// idOf is the id of some record of an object that has one a client may assign.
func idOf(t *testing.T, o *org.Org, object string) (id string) {
	t.Helper()
	_ = o.View(func(v *org.View) error { // fn never fails
		obj, _ := v.Object(object)
		for r := range v.Scan(obj, org.Bound{}) {
			if owned, _ := r.Get("IsOwnedByProfile").(bool); !owned && id == "" {
				id = r.ID()
			}
		}
		return nil
	})
	if id == "" {
		t.Fatalf("the org has no %s", object)
	}
	return id
}

// isProxy recognises the settings that would send a loopback request elsewhere.
func isProxy(setting string) bool {
	name, _, _ := strings.Cut(strings.ToLower(setting), "=")
	return strings.HasSuffix(name, "_proxy")
}
