package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README's table is the manual: a setting that is missing there, or stands there and is none, misleads.
func TestTheReadmeListsTheSettings(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(SCIMFORCE_[A-Z_]+)`( \\(`_FILE`\\))? \\| (.*) \\|").FindAllStringSubmatch(string(readme), -1) {
		listed = append(listed, row[1])
		if row[2] != "" {
			listed = append(listed, row[1]+"_FILE")
		}
	}
	known := knownVariables(serveCommand{})
	slices.Sort(listed)
	if diff := cmp.Diff(known, listed); diff != "" {
		t.Errorf("README.md lists other settings than there are (-known +listed):\n%s", diff)
	}
	if !strings.Contains(string(readme), "`"+defaultAPIVersion+"`") {
		t.Errorf("README.md names another default API version than %s", defaultAPIVersion)
	}
}

func TestTheExampleConfigurationsAreValid(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(page), "```yaml\n")
	example, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("docs/configuration.md shows no example")
	}
	deployed, err := os.ReadFile("../../deploy/scimforce.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"docs/configuration.md": example, "deploy/scimforce.yaml": string(deployed)} {
		var settings fileSettings
		if problems := parseConfigFile([]byte(content), &settings); len(problems) > 0 {
			t.Errorf("%s: %q", name, problems)
		}
		if settings.Defaults.Profile == "" || !settings.Deprovisioning.FreezeWhenRefused {
			t.Errorf("%s sets %+v", name, settings)
		}
	}
}
