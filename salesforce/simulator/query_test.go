package simulator

import (
	"testing"
	"time"

	"scimforce/salesforce/simulator/query"
)

func TestCursorsTogetherHoldABoundedNumberOfRows(t *testing.T) {
	s := newCursorStore(time.Now)
	rows := make([]query.Record, maxCursorRows/4)
	var locators []string
	for range 6 {
		locators = append(locators, s.add(cursor{rows: rows}))
	}
	kept := 0
	for _, locator := range locators {
		if _, found := s.find(locator); found {
			kept++
		}
	}
	if _, found := s.find(locators[5]); !found || kept != 4 {
		t.Errorf("%d cursors are kept, the newest among them: %t", kept, found)
	}
	all := s.add(cursor{rows: make([]query.Record, 2*maxCursorRows)})
	if _, found := s.find(all); !found {
		t.Error("a result over the bound has no cursor: nobody could read it to its end")
	}
}
