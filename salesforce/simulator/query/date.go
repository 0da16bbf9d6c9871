package query

import (
	"strings"
	"time"
)

func knownDate(word string) bool {
	switch word {
	case "TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS",
		"LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO", "LAST_N_WEEKS", "NEXT_N_WEEKS", "LAST_N_MONTHS", "NEXT_N_MONTHS",
		"LAST_N_YEARS", "NEXT_N_YEARS":
		return true
	}
	relation, unit, ok := strings.Cut(word, "_")
	return ok && (relation == "THIS" || relation == "LAST" || relation == "NEXT") &&
		(unit == "WEEK" || unit == "MONTH" || unit == "YEAR")
}

// place puts a date literal on the calendar. Days are those of UTC; a real org
// takes the running user's time zone (unverified here).
func (d relativeDate) place(now time.Time) span {
	now = now.UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	days := func(from, to int) span { return span{today.AddDate(0, 0, from), today.AddDate(0, 0, to)} }
	switch d.word {
	case "TODAY":
		return days(0, 1)
	case "YESTERDAY":
		return days(-1, 0)
	case "TOMORROW":
		return days(1, 2)
	case "LAST_90_DAYS":
		return days(-90, 1)
	case "NEXT_90_DAYS":
		return days(1, 91)
	case "LAST_N_DAYS":
		return days(-d.count, 1)
	case "NEXT_N_DAYS":
		return days(1, 1+d.count)
	case "N_DAYS_AGO":
		return days(-d.count, 1-d.count)
	}
	relation, unit, _ := strings.Cut(d.word, "_")
	var start time.Time
	step := func(n int) (years, months, days int) { return n, 0, 0 }
	switch strings.TrimSuffix(strings.TrimPrefix(unit, "N_"), "S") {
	case "WEEK":
		start = today.AddDate(0, 0, -int(today.Weekday()))
		step = func(n int) (int, int, int) { return 0, 0, 7 * n }
	case "MONTH":
		start = today.AddDate(0, 0, 1-today.Day())
		step = func(n int) (int, int, int) { return 0, n, 0 }
	default:
		start = time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	count := 1
	if strings.HasPrefix(unit, "N_") {
		count = d.count
	}
	switch relation {
	case "LAST":
		return span{start.AddDate(step(-count)), start}
	case "NEXT":
		return span{start.AddDate(step(1)), start.AddDate(step(1 + count))}
	default:
		return span{start, start.AddDate(step(1))}
	}
}
