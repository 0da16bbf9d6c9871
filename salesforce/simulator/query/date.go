package query

import (
	"strings"
	"time"
)

// span is a stretch of time, from and up to but not including; a single moment
// ends where it begins.
type span struct{ from, to time.Time }

func (s span) instant() bool { return s.from.Equal(s.to) }

// relativeDate is a date literal such as LAST_N_DAYS:5, not yet placed in time:
// so many units, beginning so many units from the one that now is in.
type relativeDate struct {
	form  string // THIS, LAST, NEXT, LAST_N, NEXT_N, AGO
	unit  string // DAY, WEEK, MONTH, QUARTER, YEAR, FISCAL_QUARTER, FISCAL_YEAR
	count int
}

// readRelativeDate reads the name of a date literal; counted is true where a
// number has to follow.
func readRelativeDate(literal string) (d relativeDate, counted, ok bool) {
	literal = strings.ToUpper(literal)
	switch literal {
	case "TODAY":
		return relativeDate{form: "THIS", unit: "DAY"}, false, true
	case "YESTERDAY":
		return relativeDate{form: "LAST", unit: "DAY"}, false, true
	case "TOMORROW":
		return relativeDate{form: "NEXT", unit: "DAY"}, false, true
	case "LAST_90_DAYS":
		return relativeDate{"LAST_N", "DAY", 90}, false, true
	case "NEXT_90_DAYS":
		return relativeDate{"NEXT_N", "DAY", 90}, false, true
	}
	units, ago := strings.CutSuffix(literal, "_AGO")
	if ago {
		d.form = "AGO"
		units, counted = strings.CutPrefix(units, "N_")
		if !counted {
			return d, false, false
		}
	} else {
		for _, form := range []string{"LAST_N", "NEXT_N", "THIS", "LAST", "NEXT"} {
			rest, found := strings.CutPrefix(literal, form+"_")
			if !found {
				continue
			}
			d.form, units, counted = form, rest, strings.HasSuffix(form, "_N")
			break
		}
	}
	d.unit = units
	if counted {
		d.unit = strings.TrimSuffix(units, "S")
	}
	switch d.unit {
	case "DAY":
		ok = counted // LAST_DAY is none, LAST_N_DAYS is
	case "WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR":
		ok = d.form != "" && counted == (d.unit != units)
	}
	return d, counted, ok
}

// place puts a date literal on the calendar of a user.
func (d relativeDate) place(now time.Time, c calendar) span {
	now = now.In(c.zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, c.zone)
	start := c.begin(d.unit, today)
	switch d.form {
	case "LAST":
		return span{c.step(d.unit, start, -1), start}
	case "NEXT":
		return span{c.step(d.unit, start, 1), c.step(d.unit, start, 2)}
	case "LAST_N":
		end := start
		if d.unit == "DAY" {
			end = c.step(d.unit, start, 1) // of these alone today is one
		}
		return span{c.step(d.unit, start, -d.count), end}
	case "NEXT_N":
		return span{c.step(d.unit, start, 1), c.step(d.unit, start, 1+d.count)}
	case "AGO":
		return span{c.step(d.unit, start, -d.count), c.step(d.unit, start, 1-d.count)}
	}
	return span{start, c.step(d.unit, start, 1)}
}

// calendar is how a user reckons time.
type calendar struct {
	zone      *time.Location
	week      time.Weekday // on which a week begins
	fiscalOff int          // months from January to the first of the fiscal year
}

// begin is the first moment of the unit that a day is in.
func (c calendar) begin(unit string, day time.Time) time.Time {
	switch unit {
	case "WEEK":
		return day.AddDate(0, 0, -int(day.Weekday()-c.week+7)%7)
	case "MONTH":
		return day.AddDate(0, 0, 1-day.Day())
	case "QUARTER":
		return c.months(day, 3, 0)
	case "YEAR":
		return c.months(day, 12, 0)
	case "FISCAL_QUARTER":
		return c.months(day, 3, c.fiscalOff)
	case "FISCAL_YEAR":
		return c.months(day, 12, c.fiscalOff)
	}
	return day
}

// months is the first day of the stretch of so many months, counted from that
// month of a year, which a day is in.
func (c calendar) months(day time.Time, length, from int) time.Time {
	into := (int(day.Month()) - 1 - from + 12) % length
	return time.Date(day.Year(), day.Month()-time.Month(into), 1, 0, 0, 0, 0, day.Location())
}

func (c calendar) step(unit string, from time.Time, n int) time.Time {
	switch unit {
	case "WEEK":
		return from.AddDate(0, 0, 7*n)
	case "MONTH":
		return from.AddDate(0, n, 0)
	case "QUARTER", "FISCAL_QUARTER":
		return from.AddDate(0, 3*n, 0)
	case "YEAR", "FISCAL_YEAR":
		return from.AddDate(n, 0, 0)
	}
	return from.AddDate(0, 0, n)
}

// dateFunctions gives what a date function makes of a time, nil for a name that
// is none's. All but DAY_ONLY give a number.
func dateFunctions(function string) func(c calendar, t time.Time) any {
	number := func(f func(c calendar, t time.Time) int) func(calendar, time.Time) any {
		return func(c calendar, t time.Time) any { return int64(f(c, t)) }
	}
	switch function {
	case "CALENDAR_YEAR":
		return number(func(_ calendar, t time.Time) int { return t.Year() })
	case "CALENDAR_QUARTER":
		return number(func(_ calendar, t time.Time) int { return (int(t.Month())-1)/3 + 1 })
	case "CALENDAR_MONTH":
		return number(func(_ calendar, t time.Time) int { return int(t.Month()) })
	case "DAY_IN_MONTH":
		return number(func(_ calendar, t time.Time) int { return t.Day() })
	case "DAY_IN_WEEK":
		return number(func(_ calendar, t time.Time) int { return int(t.Weekday()) + 1 })
	case "DAY_IN_YEAR":
		return number(func(_ calendar, t time.Time) int { return t.YearDay() })
	case "DAY_ONLY":
		return func(_ calendar, t time.Time) any {
			return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		}
	case "FISCAL_YEAR":
		// unverified: a fiscal year that begins in another month than January is named for the year it ends in
		return number(func(c calendar, t time.Time) int {
			if c.fiscalOff == 0 {
				return t.Year()
			}
			return c.begin("FISCAL_YEAR", t).Year() + 1
		})
	case "FISCAL_QUARTER":
		return number(func(c calendar, t time.Time) int { return (int(t.Month())-1-c.fiscalOff+12)%12/3 + 1 })
	case "FISCAL_MONTH":
		return number(func(c calendar, t time.Time) int { return (int(t.Month())-1-c.fiscalOff+12)%12 + 1 })
	case "HOUR_IN_DAY":
		return number(func(_ calendar, t time.Time) int { return t.Hour() })
	case "WEEK_IN_MONTH":
		return number(func(_ calendar, t time.Time) int { return (t.Day()-1)/7 + 1 })
	case "WEEK_IN_YEAR":
		return number(func(_ calendar, t time.Time) int { return (t.YearDay()-1)/7 + 1 })
	}
	return nil
}
