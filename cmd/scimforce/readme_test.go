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
