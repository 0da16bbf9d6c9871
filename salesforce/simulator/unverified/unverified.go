// Package unverified lists what the simulator answers from memory alone, where
// neither a recording of a real org nor its documentation was found. Whoever
// depends on such an answer should look at a sandbox once.
//
// The list is made of the simulator's own source: of each comment with the word
// "unverified", by the program in the folder gather. A test there fails when
// the two differ.
package unverified

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
)

//go:generate go run ./gather

//go:embed unverified.txt
var list string

// Entry is one behaviour that is only remembered.
type Entry struct {
	Room        string // folder of the simulator: "org", "query"; "simulator" for its own
	File        string // in that folder
	Declaration string // where in the file: "Org.Insert", "Config.FederationIDIgnoresCase"
	Words       string // what is not verified, as the code says it; "" where Code says it
	Code        string // the texts of the code that are meant, if any
}

// List gives all entries, by room and file.
func List() []Entry {
	var entries []Entry
	for line := range strings.Lines(list) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) == 5 {
			entries = append(entries, Entry{fields[0], fields[1], fields[2], fields[3], fields[4]})
		}
	}
	return entries
}

// String is the entry as the list holds it: its fields with a tab between them.
func (e Entry) String() string {
	return strings.Join([]string{e.Room, e.File, e.Declaration, e.Words, e.Code}, "\t")
}

// width is the longest line that Print writes where it can break lines, in
// characters.
const width = 100

// Print writes the list as a person reads it: by room, each entry with its
// place, what is not verified, and the texts that are meant.
func Print(w io.Writer) error {
	entries := List()
	var b strings.Builder
	fmt.Fprintf(&b, "The simulator answers %d times from memory. Where you depend on one of these, ask a sandbox.\n", len(entries))
	counts := map[string]int{}
	for _, e := range entries {
		counts[e.Room]++
	}
	room, place := "", ""
	for _, e := range entries {
		if e.Room != room {
			fmt.Fprintf(&b, "\n%s (%d)\n", e.Room, counts[e.Room])
			room, place = e.Room, ""
		}
		if here := strings.TrimSuffix(e.File+": "+e.Declaration, ": "); here != place {
			fmt.Fprintf(&b, "  %s\n", here)
			place = here
		}
		wrap(&b, "      ", e.sentence())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence says what is meant in one line.
func (e Entry) sentence() string {
	switch {
	case e.Code == "":
		return e.Words
	case e.Words == "":
		return "“" + e.Code + "”"
	}
	return e.Words + ": “" + e.Code + "”"
}

// wrap writes words in lines of at most width, two more blanks before all but
// the first.
func wrap(b *strings.Builder, indent, text string) {
	line := indent
	for word := range strings.FieldsSeq(text) {
		if line != indent && len([]rune(line))+len([]rune(word)) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			indent = "        "
			line = indent
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
