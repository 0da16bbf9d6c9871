package query

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

func TestDateLiterals(t *testing.T) {
	// noon is on Monday, 23 November 2026; weeks begin on Sunday, fiscal years
	// in February.
	c := calendar{zone: time.UTC, week: time.Sunday, fiscalOff: 1}
	for literal, want := range map[string][2]string{
		"TODAY":                    {"2026-11-23", "2026-11-24"},
		"YESTERDAY":                {"2026-11-22", "2026-11-23"},
		"TOMORROW":                 {"2026-11-24", "2026-11-25"},
		"THIS_WEEK":                {"2026-11-22", "2026-11-29"},
		"LAST_WEEK":                {"2026-11-15", "2026-11-22"},
		"NEXT_WEEK":                {"2026-11-29", "2026-12-06"},
		"THIS_MONTH":               {"2026-11-01", "2026-12-01"},
		"LAST_MONTH":               {"2026-10-01", "2026-11-01"},
		"next_month":               {"2026-12-01", "2027-01-01"},
		"THIS_QUARTER":             {"2026-10-01", "2027-01-01"},
		"LAST_QUARTER":             {"2026-07-01", "2026-10-01"},
		"NEXT_QUARTER":             {"2027-01-01", "2027-04-01"},
		"THIS_YEAR":                {"2026-01-01", "2027-01-01"},
		"LAST_YEAR":                {"2025-01-01", "2026-01-01"},
		"NEXT_YEAR":                {"2027-01-01", "2028-01-01"},
		"LAST_90_DAYS":             {"2026-08-25", "2026-11-24"},
		"NEXT_90_DAYS":             {"2026-11-24", "2027-02-22"},
		"LAST_N_DAYS:3":            {"2026-11-20", "2026-11-24"},
		"NEXT_N_DAYS:3":            {"2026-11-24", "2026-11-27"},
		"N_DAYS_AGO:3":             {"2026-11-20", "2026-11-21"},
		"LAST_N_WEEKS:2":           {"2026-11-08", "2026-11-22"},
		"NEXT_N_WEEKS:2":           {"2026-11-29", "2026-12-13"},
		"N_WEEKS_AGO:2":            {"2026-11-08", "2026-11-15"},
		"NEXT_N_MONTHS:2":          {"2026-12-01", "2027-02-01"},
		"LAST_N_MONTHS:13":         {"2025-10-01", "2026-11-01"},
		"N_MONTHS_AGO:1":           {"2026-10-01", "2026-11-01"},
		"LAST_N_QUARTERS:2":        {"2026-04-01", "2026-10-01"},
		"NEXT_N_QUARTERS:1":        {"2027-01-01", "2027-04-01"},
		"N_QUARTERS_AGO:3":         {"2026-01-01", "2026-04-01"},
		"LAST_N_YEARS:2":           {"2024-01-01", "2026-01-01"},
		"NEXT_N_YEARS:2":           {"2027-01-01", "2029-01-01"},
		"N_YEARS_AGO:2":            {"2024-01-01", "2025-01-01"},
		"THIS_FISCAL_QUARTER":      {"2026-11-01", "2027-02-01"},
		"LAST_FISCAL_QUARTER":      {"2026-08-01", "2026-11-01"},
		"NEXT_FISCAL_QUARTER":      {"2027-02-01", "2027-05-01"},
		"LAST_N_FISCAL_QUARTERS:2": {"2026-05-01", "2026-11-01"},
		"NEXT_N_FISCAL_QUARTERS:2": {"2027-02-01", "2027-08-01"},
		"N_FISCAL_QUARTERS_AGO:4":  {"2025-11-01", "2026-02-01"},
		"THIS_FISCAL_YEAR":         {"2026-02-01", "2027-02-01"},
		"LAST_FISCAL_YEAR":         {"2025-02-01", "2026-02-01"},
		"NEXT_FISCAL_YEAR":         {"2027-02-01", "2028-02-01"},
		"LAST_N_FISCAL_YEARS:2":    {"2024-02-01", "2026-02-01"},
		"NEXT_N_FISCAL_YEARS:1":    {"2027-02-01", "2028-02-01"},
		"N_FISCAL_YEARS_AGO:2":     {"2024-02-01", "2025-02-01"},
		"LAST_N_DAYS:0":            {"2026-11-23", "2026-11-24"},
	} {
		name, number, _ := strings.Cut(literal, ":")
		d, counted, ok := readRelativeDate(name)
		if !ok || counted != (number != "") {
			t.Errorf("%s is not known", literal)
			continue
		}
		if counted {
			d.count, _ = strconv.Atoi(number)
		}
		got := d.place(noon, c)
		if from, to := got.from.Format(time.DateOnly), got.to.Format(time.DateOnly); from != want[0] || to != want[1] {
			t.Errorf("%s: %s to %s, want %s to %s", literal, from, to, want[0], want[1])
		}
	}
	for _, word := range []string{
		"SOON", "THIS", "THIS_DAY", "LAST_N_FORTNIGHTS", "ALWAYS_WEEK", "LAST_WEEKS", "LAST_N_WEEK", "WEEKS_AGO", "N_WEEK_AGO", "", "_", "AGO", "_AGO",
		"N_N_WEEKS_AGO", "LAST_N", "LAST_N_",
	} {
		if _, _, ok := readRelativeDate(word); ok {
			t.Errorf("%s is known", word)
		}
	}
}

func TestDaysAreThoseOfTheUser(t *testing.T) {
	o := newOrg(t, 0)
	admin := org.Actor{UserID: o.AdminID()}
	insert(t, o, "Group", map[string]any{"Name": "at noon, UTC"})
	for _, zone := range []string{"Pacific/Auckland", "America/Los_Angeles", "Europe/London"} {
		if errs := o.Update(admin, "User", o.AdminID(), map[string]any{"TimeZoneSidKey": zone}); errs != nil {
			t.Fatal(zone, errs)
		}
		// In Auckland it is the 24th already.
		day := map[bool]string{true: "2026-11-24", false: "2026-11-23"}[zone == "Pacific/Auckland"]
		result, err := Run(o, admin, "SELECT DAY_ONLY(convertTimezone(CreatedDate)) d FROM Group WHERE Name = 'at noon, UTC' GROUP BY DAY_ONLY(convertTimezone(CreatedDate))")
		if err != nil || !strings.Contains(string(result.Rows[0]), `"d":"`+day+`"`) {
			t.Errorf("%s: %s, %v", zone, result.Rows, err)
		}
		o.Advance(-13 * time.Hour) // it is yesterday in London, and in Auckland still the 23rd
		result, err = Run(o, admin, "SELECT Id FROM Group WHERE Name = 'at noon, UTC' AND CreatedDate = TODAY")
		o.Advance(13 * time.Hour)
		if err != nil || result.Total != 0 {
			t.Errorf("%s: %+v, %v", zone, result, err)
		}
		o.Advance(9 * time.Hour) // the evening of the 23rd, in Auckland the 24th
		result, err = Run(o, admin, "SELECT Id FROM Group WHERE Name = 'at noon, UTC' AND CreatedDate = TODAY")
		o.Advance(-9 * time.Hour)
		if err != nil || result.Total != 1 {
			t.Errorf("%s: %+v, %v", zone, result, err)
		}
		o.Advance(14 * time.Hour) // the 24th in London and in Auckland, in Los Angeles still the 23rd
		result, err = Run(o, admin, "SELECT Id FROM Group WHERE Name = 'at noon, UTC' AND CreatedDate = TODAY")
		o.Advance(-14 * time.Hour)
		if err != nil || (result.Total == 1) != (zone != "Europe/London") {
			t.Errorf("%s: %+v, %v", zone, result, err)
		}
		result, err = Run(o, admin, "SELECT Id FROM Group WHERE Name = 'at noon, UTC' AND DAY_ONLY(CreatedDate) = 2026-11-23")
		if err != nil || result.Total != 1 {
			t.Errorf("%s: %+v, %v", zone, result, err)
		}
	}
}

func TestCalendars(t *testing.T) {
	o := newOrg(t, 0)
	admin := org.Actor{UserID: o.AdminID()}
	for locale, want := range map[string]time.Weekday{"de_DE": time.Monday, "en_US": time.Sunday, "fr_CH": time.Monday, "ja_JP": time.Sunday, "en_GB": time.Monday} {
		if errs := o.Update(admin, "User", o.AdminID(), map[string]any{"LocaleSidKey": locale, "TimeZoneSidKey": "Asia/Tokyo"}); errs != nil {
			t.Fatal(locale, errs)
		}
		_ = o.ViewAs(admin, func(v *org.View) error {
			if c := userCalendar(v, admin); c.week != want || c.zone.String() != "Asia/Tokyo" {
				t.Errorf("%s: weeks begin on %s in %s", locale, c.week, c.zone)
			}
			return nil
		})
	}
	row, _ := o.Find("Organization", o.ID())
	_ = o.View(func(v *org.View) error {
		if c := userCalendar(v, org.Actor{}); c.zone.String() != row["TimeZoneSidKey"] {
			t.Errorf("who is no user lives in %s, not in %s", c.zone, row["TimeZoneSidKey"])
		}
		return nil
	})
	for _, odd := range []string{"", "x", "_", "de", "__", "de_"} {
		firstDay(odd)
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

func TestDateFieldsAreComparedWithDays(t *testing.T) {
	o, err := org.New(org.Config{Users: 3, Now: func() time.Time { return noon }, CustomFields: []org.CustomField{{Name: "Start__c", Type: "date"}}})
	if err != nil {
		t.Fatal(err)
	}
	var people []string
	for i, row := range run(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' ORDER BY Id").IDs {
		day := []any{"2026-11-22", "2026-11-23", "2026-11-24", nil}[i%4]
		if errs := o.Update(org.Actor{UserID: o.AdminID()}, "User", row, map[string]any{"Start__c": day}); errs != nil {
			t.Fatal(errs)
		}
		people = append(people, row)
	}
	for condition, want := range map[string]int{
		"= 2026-11-23": 1, "!= 2026-11-23": 3, "> 2026-11-22": 2, ">= 2026-11-23": 2, "< 2026-11-23": 1, "<= 2026-11-23": 2, "= null": 1,
		"IN (2026-11-22, 2026-11-24)": 2, "NOT IN (2026-11-22)": 3, "= TODAY": 1, "= YESTERDAY": 1, "> TODAY": 1,
	} {
		if got := len(run(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' AND Start__c "+condition).IDs); got != want {
			t.Errorf("%s finds %d of %d, want %d", condition, got, len(people), want)
		}
	}
}
