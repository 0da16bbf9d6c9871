package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// document is a file of the repository.
func document(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// excerpt is what stands in a document between a line and the end of its block.
func excerpt(t *testing.T, path, line string) string {
	t.Helper()
	_, after, found := strings.Cut(document(t, path), line)
	block, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatalf("%s has no block with %q", path, line)
	}
	return block
}

// The README's table is the manual: a setting that is missing there, or stands there and is none, misleads.
func TestTheReadmeListsTheSettings(t *testing.T) {
	readme := document(t, "README.md")
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(SCIMFORCE_[A-Z_]+)`( \\(`_FILE`\\))? \\| (.*) \\|").FindAllStringSubmatch(readme, -1) {
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
	if !strings.Contains(readme, "`"+defaultAPIVersion+"`") {
		t.Errorf("README.md names another default API version than %s", defaultAPIVersion)
	}
}

func TestTheExampleConfigurationsAreValid(t *testing.T) {
	for name, content := range map[string]string{
		"docs/configuration.md": excerpt(t, "docs/configuration.md", "```yaml\n"),
		"deploy/scimforce.yaml": document(t, "deploy/scimforce.yaml"),
	} {
		var settings fileSettings
		if problems := parseConfigFile([]byte(content), &settings); len(problems) > 0 {
			t.Errorf("%s: %q", name, problems)
		}
		if settings.Defaults.Profile == "" || !settings.Deprovisioning.FreezeWhenRefused {
			t.Errorf("%s sets %+v", name, settings)
		}
	}
}

// The simulator's manual names flags and kinds of weather; those that are none mislead.
func TestTheSimulatorsManualNamesFlagsThatThereAre(t *testing.T) {
	manual := document(t, "docs/simulator.md")
	code, help, _ := run(t, nil, "simulate", "--help")
	if code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	for _, flag := range regexp.MustCompile("`(--[a-z-]+)").FindAllStringSubmatch(manual, -1) {
		if !regexp.MustCompile(`(?m)` + regexp.QuoteMeta(flag[1]) + `\b`).MatchString(help) {
			t.Errorf("docs/simulator.md names %s, which is no flag", flag[1])
		}
	}
	for _, kind := range weatherKinds() {
		if !strings.Contains(manual, "`"+kind+"`") {
			t.Errorf("docs/simulator.md does not tell of the weather %s", kind)
		}
	}
}

// Commands and flags that a manual names and that are none mislead.
func TestTheManualOfTheCommandLineNamesWhatThereIs(t *testing.T) {
	for _, path := range []string{"docs/command-line.md", "docs/doctor.md"} {
		for _, sample := range regexp.MustCompile(`(?m)^\$ .*\bscimforce (.*)$`).FindAllStringSubmatch(document(t, path), -1) {
			var command, flags []string
			for word := range strings.FieldsSeq(sample[1]) {
				switch {
				case strings.HasPrefix(word, "--"):
					flags = append(flags, word)
				case flags == nil && len(command) < 2: // what follows is a name or an id
					command = append(command, word)
				}
			}
			code, help, told := run(t, nil, append(command, "--help")...)
			if code != exitOK {
				t.Errorf("%s: %q is no command: %s", path, command, told)
			}
			for _, flag := range flags {
				if !regexp.MustCompile(regexp.QuoteMeta(flag) + `\b`).MatchString(help) {
					t.Errorf("%s: %q has no flag %s", path, command, flag)
				}
			}
		}
	}
	manual := document(t, "docs/command-line.md")
	_, help, _ := run(t, nil, "--help")
	for _, command := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(help, -1) {
		if !strings.Contains(manual, "scimforce "+command[1]) && !strings.Contains(manual, "`"+command[1]+"`") {
			t.Errorf("docs/command-line.md does not tell of %s", command[1])
		}
	}
}
