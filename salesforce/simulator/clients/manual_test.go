package clients

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// The manual's examples run as they stand there, but for the address; the last
// line, a comment, says what they print.
func TestTheManualsExamplesRun(t *testing.T) {
	for name, example := range map[string]struct {
		language, comment string
		serve             setting
	}{
		"jsforce":           {"js", "// ", setting{serve: servePlain}},
		"simple-salesforce": {"python", "# ", setting{serve: serveTLS}},
	} {
		t.Run(name, func(t *testing.T) {
			example.serve.app = func(a *simulator.App) { a.ConsumerKey, a.ConsumerSecret = "demo-consumer-key", "demo-consumer-secret" }
			example.serve.refreshToken = "demo-refresh-token"
			w := begin(t, example.serve)
			source := block(t, example.language)
			source = regexp.MustCompile(`https?://127\.0\.0\.1:8081`).ReplaceAllString(source, w.Address)
			code, want, found := strings.Cut(source, "\n"+example.comment)
			if !found {
				t.Fatalf("the example does not say what it prints:\n%s", source)
			}
			file := filepath.Join(t.TempDir(), "example."+example.language)
			if err := os.WriteFile(file, []byte(code+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := interpret(t, w, file).CombinedOutput()
			if err != nil || strings.TrimSpace(string(got)) != strings.TrimSpace(want) {
				t.Errorf("%v: printed %s, want %s", err, got, want)
			}
		})
	}
}

// The Go example of the manual is the package's own, which go test runs.
func TestTheManualsGoExampleIsThePackages(t *testing.T) {
	example, err := os.ReadFile("../example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(example), block(t, "go")) {
		t.Error("docs/simulator.md shows other code than example_test.go runs")
	}
}

// The org that the manual shows can be made.
func TestTheManualsOrgIsOne(t *testing.T) {
	cfg, err := org.ReadConfig(strings.NewReader(block(t, "yaml")))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Users = 3; len(cfg.Admins) != 1 || len(cfg.People) != 1 {
		t.Errorf("%+v", cfg)
	}
	if _, err := org.New(cfg); err != nil {
		t.Error(err)
	}
}

// block is the manual's one block of code in a language.
func block(t *testing.T, language string) string {
	t.Helper()
	manual, err := os.ReadFile("../../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(manual), "```"+language+"\n")
	code, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatalf("docs/simulator.md has no block of %s", language)
	}
	return code
}
