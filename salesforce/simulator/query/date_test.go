package query

import (
	"testing"
	"time"
)

func TestDateLiterals(t *testing.T) {
	// noon is on Monday, 23 November 2026; weeks begin on Sunday.
	for literal, want := range map[relativeDate][2]string{
		{word: "TODAY"}:                    {"2026-11-23", "2026-11-24"},
		{word: "YESTERDAY"}:                {"2026-11-22", "2026-11-23"},
		{word: "TOMORROW"}:                 {"2026-11-24", "2026-11-25"},
		{word: "THIS_WEEK"}:                {"2026-11-22", "2026-11-29"},
		{word: "LAST_WEEK"}:                {"2026-11-15", "2026-11-22"},
		{word: "NEXT_WEEK"}:                {"2026-11-29", "2026-12-06"},
		{word: "THIS_MONTH"}:               {"2026-11-01", "2026-12-01"},
		{word: "LAST_MONTH"}:               {"2026-10-01", "2026-11-01"},
		{word: "NEXT_MONTH"}:               {"2026-12-01", "2027-01-01"},
		{word: "THIS_YEAR"}:                {"2026-01-01", "2027-01-01"},
		{word: "LAST_YEAR"}:                {"2025-01-01", "2026-01-01"},
		{word: "NEXT_YEAR"}:                {"2027-01-01", "2028-01-01"},
		{word: "LAST_90_DAYS"}:             {"2026-08-25", "2026-11-24"},
		{word: "NEXT_90_DAYS"}:             {"2026-11-24", "2027-02-22"},
		{word: "LAST_N_DAYS", count: 3}:    {"2026-11-20", "2026-11-24"},
		{word: "NEXT_N_DAYS", count: 3}:    {"2026-11-24", "2026-11-27"},
		{word: "N_DAYS_AGO", count: 3}:     {"2026-11-20", "2026-11-21"},
		{word: "LAST_N_WEEKS", count: 2}:   {"2026-11-08", "2026-11-22"},
		{word: "NEXT_N_MONTHS", count: 2}:  {"2026-12-01", "2027-02-01"},
		{word: "LAST_N_MONTHS", count: 13}: {"2025-10-01", "2026-11-01"},
		{word: "LAST_N_YEARS", count: 2}:   {"2024-01-01", "2026-01-01"},
	} {
		if !knownDate(literal.word) {
			t.Errorf("%s is not known", literal.word)
		}
		got := literal.place(noon)
		if from, to := got.from.Format(time.DateOnly), got.to.Format(time.DateOnly); from != want[0] || to != want[1] {
			t.Errorf("%+v: %s to %s, want %s to %s", literal, from, to, want[0], want[1])
		}
	}
	for _, word := range []string{"SOON", "THIS", "THIS_DAY", "LAST_N_FORTNIGHTS", "ALWAYS_WEEK"} {
		if knownDate(word) {
			t.Errorf("%s is known", word)
		}
	}
}

func TestDaysAsRanges(t *testing.T) {
	o := newOrg(t, 0)
	insert(t, o, "Group", map[string]any{"Name": "made today"})
	for condition, want := range map[string]bool{
		"CreatedDate = TODAY":                              true,
		"CreatedDate != TODAY":                             false,
		"CreatedDate >= TODAY":                             true,
		"CreatedDate > TODAY":                              false,
		"CreatedDate > YESTERDAY":                          true,
		"CreatedDate <= YESTERDAY":                         false,
		"CreatedDate < TOMORROW":                           true,
		"CreatedDate = LAST_N_DAYS:1":                      true,
		"CreatedDate = LAST_MONTH":                         false,
		"CreatedDate IN (YESTERDAY, 2026-11-23T12:00:00Z)": true,
		"CreatedDate NOT IN (TODAY)":                       false,
	} {
		got := firstColumn(t, o, "SELECT Name FROM Group WHERE Name = 'made today' AND "+condition)
		if (len(got) == 1) != want {
			t.Errorf("%s: %v", condition, got)
		}
	}
}
