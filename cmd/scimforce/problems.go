package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// configError is everything that is wrong with a configuration, each problem
// with what to do about it.
type configError struct{ problems []string }

func (e *configError) Error() string {
	heading := "the configuration has one problem, nothing was started:"
	if n := len(e.problems); n != 1 {
		heading = fmt.Sprintf("the configuration has %d problems, nothing was started:", n)
	}
	return heading + "\n  - " + strings.Join(e.problems, "\n  - ")
}

// problems collects what is wrong.
type problems []string

func (p *problems) addf(format string, arguments ...any) {
	*p = append(*p, fmt.Sprintf(format, arguments...))
}

// err is nil when nothing was added.
func (p *problems) err() error {
	if len(*p) == 0 {
		return nil
	}
	return &configError{problems: slices.Clone(*p)}
}

// nearest is the name among known that is closest to name, "" when none is
// close enough to have been meant.
func nearest(name string, known []string) string {
	best, least := "", max(3, len(name)/3)+1
	for _, candidate := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}
