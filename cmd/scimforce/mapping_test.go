//go:build linux

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
)

// documented gives an org the custom fields that docs/attribute-mapping.md speaks
// of.
func documented(c *simulatortest.Config) {
	c.Org.CustomFields = []org.CustomField{
		{Name: "Cost_Center__c", Length: 20},
		{Name: "Badge__c", Length: 8},
		{Name: "Region__c", Type: "picklist", Values: []org.CustomValue{{Value: "EMEA"}, {Value: "APAC"}}},
	}
}

func TestTheMappingIsComparedWithTheOrg(t *testing.T) {
	p := newPlace(t, documented)
	config := filepath.Join(t.TempDir(), "scimforce.yaml")
	environ := with(p.environ, "SCIMFORCE_CONFIG="+config)
	writeFile(t, config, "mapping:\n  - {attribute: costCenter, field: Cost_Center__c}\n  - {field: Region__c, constant: EMEA}\n  - {attribute: phoneNumbers, field: ''}\n")
	wantRun(t, environ, []string{"mapping", "check"}, exitNotAsked, "holds no connection yet")
	p.mustSave()
	p.mustSave("--name", "uat")

	code, text, told := run(t, environ, "mapping", "check")
	if code != exitOK || told != "" || strings.Count(text, "The mapping fits the org.") != 2 {
		t.Fatalf("exit code %d: %s%s", code, text, told)
	}
	p.wantNoSecrets(text)
	for _, line := range []string{
		`Connection uat`, `userName +Username +.*`, `enterprise:costCenter +Cost_Center__c +mapped by the configuration`, `salesforce:Region__c +Region__c +always "EMEA"`,
		`Cost_Center__c +enterprise:costCenter +read and written`, `Region__c +salesforce:Region__c +read only; the bridge writes it`, `UserType +userType +read only`, `salesforce:Badge__c +Badge__c +.*`,
	} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(text) {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
	if strings.Contains(text, "phoneNumbers") {
		t.Error("an attribute that was taken out is shown")
	}

	writeFile(t, config, "mapping:\n  - {attribute: costCenter, field: Cost_Centre__c}\n  - {field: Region__c, constant: EMEAA}\n")
	code, text, _ = run(t, environ, "mapping", "check", "--connection", "uat")
	if code != exitFailed || !strings.Contains(text, "What does not fit (2):") || !strings.Contains(text, "the nearest is Cost_Center__c") || !strings.Contains(text, `the nearest is "EMEA"`) || strings.Contains(text, "Connection default") {
		t.Errorf("exit code %d: %s", code, text)
	}
	for want, args := range map[string][]string{
		`there is no connection "nowhere"`: {"--connection", "nowhere"}, "SCIMFORCE_API_VERSION": {"--api-version", "six"}, "SCIMFORCE_CONFIG": {"--config", "/nowhere.yaml"},
	} {
		wantRun(t, environ, append([]string{"mapping", "check"}, args...), exitNotAsked, want)
	}
	p.Close()
	wantRun(t, environ, []string{"mapping", "check"}, exitNotAsked, "scimforce doctor says more")
}

// Every example of docs/attribute-mapping.md is one that fits an org with the
// fields it speaks of.
func TestTheExamplesOfTheMappingFitAnOrg(t *testing.T) {
	p := newPlace(t, documented)
	p.mustSave()
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(document(t, "docs/attribute-mapping.md"), -1)
	if len(blocks) < 6 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		config := filepath.Join(t.TempDir(), "scimforce.yaml")
		writeFile(t, config, block[1])
		if code, text, told := run(t, p.environ, "mapping", "check", "--config", config); code != exitOK {
			t.Errorf("%s\nexit code %d: %s%s", block[1], code, text, told)
		}
	}
}

// A bridge whose mapping does not fit its org says so in its log, before anybody
// asks for a user.
func TestABridgeWhoseMappingDoesNotFitSaysSoAtItsStart(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0")
	directory := t.TempDir()
	config := filepath.Join(directory, "scimforce.yaml")
	writeFile(t, config, "defaults: {profile: Standard User}\nmapping:\n  - {attribute: costCenter, field: Department_Code__c}\n")
	bridge := start(t, append(against(simulator, filepath.Join(directory, "scimforce.db")), "SCIMFORCE_CONFIG="+config), "serve")
	wantReady(t, bridge)
	if log := bridge.stderr.String(); !strings.Contains(log, "the attribute mapping does not fit the org") || !strings.Contains(log, "User.Department_Code__c") {
		t.Errorf("the log does not say so: %s", log)
	}
}
