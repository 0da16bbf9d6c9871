package doctor

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes a report for people: a line a check with its mark, and the
// remedy indented below.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Connection %s\n", r.Connection)
	width := 0
	for _, c := range r.Checks {
		width = max(width, len(c.Title))
	}
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "  %s %-*s  %s\n", mark(c.State), width, c.Title, c.Detail)
		if c.Remedy != "" {
			fmt.Fprintf(&b, "    → %s\n", c.Remedy)
		}
	}
	fmt.Fprintf(&b, "It took %d API calls.\n", r.Calls)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func mark(s State) string {
	switch s {
	case OK:
		return "✓"
	case Warning:
		return "!"
	case Failed:
		return "✗"
	default:
		return "?"
	}
}
