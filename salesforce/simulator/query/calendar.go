package query

import (
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// userCalendar is the calendar of the running user, as documented: days by his
// time zone, weeks by his locale; the org's own for whoever is no user. Fiscal
// years are the org's.
func userCalendar(v *org.View, a org.Actor) calendar {
	c := calendar{zone: time.UTC}
	var zone, locale string
	if organizations, ok := v.Object("Organization"); ok {
		for r := range v.Scan(organizations, org.Bound{}) {
			zone, _ = r.Get("TimeZoneSidKey").(string)
			locale, _ = r.Get("DefaultLocaleSidKey").(string)
			if month, ok := r.Get("FiscalYearStartMonth").(int64); ok && month >= 1 && month <= 12 {
				c.fiscalOff = int(month) - 1
			}
		}
	}
	if users, ok := v.Object("User"); ok && a.UserID != "" {
		if r, ok := v.Get(users, a.UserID); ok {
			zone, _ = r.Get("TimeZoneSidKey").(string)
			locale, _ = r.Get("LocaleSidKey").(string)
		}
	}
	if place, err := time.LoadLocation(zone); err == nil {
		c.zone = place
	}
	c.week = firstDay(locale)
	return c
}

// firstDay is the day on which weeks begin in a locale such as de_CH_EURO.
func firstDay(locale string) time.Weekday {
	parts := strings.Split(locale, "_")
	if len(parts) < 2 {
		return time.Sunday
	}
	// unverified: the countries whose weeks begin on Sunday
	const sunday = " AS AU BD BR BW BZ CA CN CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW "
	if strings.Contains(sunday, " "+parts[1]+" ") {
		return time.Sunday
	}
	return time.Monday
}
