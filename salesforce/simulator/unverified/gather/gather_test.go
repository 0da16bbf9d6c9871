package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/unverified"
)

// The tests run in this folder, one below the one of go generate.
func TestTheListIsWhatTheCodeSays(t *testing.T) {
	entries, err := find("../..")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../" + list)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), string(render(entries))); diff != "" {
		t.Errorf("%s is not what the code says, run `go generate ./salesforce/simulator/...` (-listed +said):\n%s", list, diff)
	}
	if diff := cmp.Diff(entries, unverified.List()); diff != "" {
		t.Errorf("the list reads otherwise than it was written (-written +read):\n%s", diff)
	}
}

func TestEveryMarkSaysWhatItMeans(t *testing.T) {
	for _, e := range unverified.List() {
		if e.Words == "" && e.Code == "" {
			t.Errorf("%s/%s: the mark in %s says nothing of its own: write `// unverified: the words`", e.Room, e.File, e.Declaration)
		}
	}
}

func TestWhatAMarkIsAbout(t *testing.T) {
	tests := map[string]struct{ source, declaration, words, code string }{
		"a comment above a statement": {
			source: "func (s *Simulator) f() {\n\t// unverified: code and sentence.\n\treturn one(\"CODE\", \"A sentence\")\n}", declaration: "Simulator.f", words: "code and sentence", code: "CODE | A sentence",
		},
		"a comment above an if": {
			source: "func f() error {\n\t// unverified: the words.\n\tif bad {\n\t\treturn one(\"no\")\n\t}\n\treturn two(\"other\")\n}", declaration: "f", words: "the words", code: "no",
		},
		"a comment above a block": {
			source: "func f() {\n\t// unverified: the descriptions below.\n\tswitch {\n\tcase a:\n\t\tsay(\"x\")\n\t}\n}", declaration: "f", words: "the descriptions below",
		},
		"a bare mark behind code": {
			source: "func f() {\n\tsay(\"the words\", \"\") // unverified\n}", declaration: "f", code: "the words",
		},
		"a mark over several lines": {
			source: "func f() {\n\t// unverified: a null leaves\n\t// a checkbox as it is.\n\tcontinue\n}", declaration: "f", words: "a null leaves a checkbox as it is",
		},
		"a sentence of a longer comment": {
			source: "// f refuses an id. Unverified: codes and sentences. It is fast.\nfunc f() {}", declaration: "f", words: "f refuses an id (codes and sentences)",
		},
		"a mark inside a sentence": {
			source: "// f gives names, in some order (unverified: which). It is fast.\nfunc f() {}", declaration: "f", words: "f gives names, in some order (unverified: which)",
		},
		"the comment of a function that only returns": {
			source: "// f is unverified.\nfunc f() string { return \"text\" }", declaration: "f", words: "f is unverified", code: "text",
		},
		"more texts than can be meant": {
			source: "// f lists things. Unverified: one of them.\nfunc f() []string { return []string{\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"} }", declaration: "f", words: "f lists things (one of them)",
		},
		"a text that stands there twice": {
			source: "var f = fld(\"Name\", \"Name\", \"string\") // unverified: the type", declaration: "f", words: "the type", code: "Name | string",
		},
		"a second paragraph": {
			source: "// f is known. It is.\n//\n// unverified: how fast.\nfunc f() {}", declaration: "f", words: "how fast",
		},
		"a field": {
			source: "type Config struct {\n\t// Nope says no. Unverified: to whom.\n\tNope bool\n\tYes bool // always\n}", declaration: "Config.Nope", words: "Nope says no (to whom)",
		},
		"a comment behind a field": {
			source: "type Config struct {\n\tNope bool\n\tYes bool // unverified: whether\n}", declaration: "Config.Yes", words: "whether",
		},
		"one of several constants": {
			source: "const (\n\ta = 1\n\tb = 2 // unverified: the number\n\tc = 3\n)", declaration: "b", words: "the number",
		},
		"behind the last line of a declaration": {
			source: "var a = f(\"x\") // unverified: the letter\n\nvar b = 1", declaration: "a", words: "the letter", code: "x",
		},
		"the comment of the next declaration": {
			source: "func e() {}\n\n// f is something. Unverified: what.\nfunc f() {}", declaration: "f", words: "f is something (what)",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := marksOf("x.go", "package x\n\n"+test.source+"\n")
			if err != nil {
				t.Fatal(err)
			}
			want := []unverified.Entry{{Declaration: test.declaration, Words: test.words, Code: test.code}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheWordIsNoMarkWhereItIsSpokenOf(t *testing.T) {
	for _, source := range []string{
		"// Package x marks what is remembered \"unverified\" in its code.\npackage x",
		"package x\n\n// f is verified.\nfunc f() { say(\"unverified\") }",
	} {
		got, err := marksOf("x.go", source)
		if err != nil || len(got) > 0 {
			t.Errorf("%s: %v %v", source, got, err)
		}
	}
}

func TestALongTextIsCut(t *testing.T) {
	got, err := marksOf("x.go", "package x\n\nvar a = \""+strings.Repeat("ü", 400)+"\" // unverified\n")
	if err != nil || len(got) != 1 || len(got[0].Code) > maxCode+3 || !strings.HasSuffix(got[0].Code, "ü...") {
		t.Errorf("%v %v", got, err)
	}
}
