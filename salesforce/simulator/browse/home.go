package browse

import (
	"cmp"
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// homePage is "/": all orgs.
type homePage struct {
	frame
	Orgs    []summary
	Control []Command
}

// summary is one org in a few lines.
type summary struct {
	heading
	Address, Edition, Instance, Clock string
	Usage                             string // "12 of 15,000"; "" when unknown
	Counts                            []figure
	Licences                          []seats
	Faults                            []string
	Calls                             []Call // the last few
}

// figure is a number with its noun, and where it leads.
type figure struct{ Noun, Number, Link string }

const (
	callsAtHome    = 5
	licencesAtHome = 12
)

func (p *pages) home(w http.ResponseWriter, r *http.Request) {
	shown := homePage{frame: p.frame("Simulated Salesforce", nil, "")}
	for _, c := range p.cfg.Control {
		shown.Control = append(shown.Control, Command{c.What, strings.Replace(c.Line, "ADDRESS", addressOf(r), 1)})
	}
	for _, one := range p.cfg.Orgs {
		shown.Orgs = append(shown.Orgs, summarize(one, addressOf(r)))
	}
	p.show(w, http.StatusOK, "home.html", shown)
}

// addressOf is how the browser reached the page.
func addressOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func summarize(one Org, here string) summary {
	s := summary{heading: *headingOf(one.Org), Address: cmp.Or(one.Address, here)}
	if one.Usage != nil {
		used, most := one.Usage()
		s.Usage = number(used) + " of " + number(most)
	}
	if one.Faults != nil {
		s.Faults = one.Faults()
	}
	if one.Calls != nil {
		calls := one.Calls()
		s.Calls = calls[:min(len(calls), callsAtHome)]
	}
	read(one.Org, func(r reader) {
		if record, ok := r.v.Target(one.Org.ID()); ok {
			s.Edition, s.Instance = text(record, "OrganizationType"), text(record, "InstanceName")
		}
		s.Clock = shown(r.v.Now())
		for _, f := range []struct{ noun, object, tab string }{
			{"people", "User", "people"},
			{"profiles", "Profile", "access#profiles"},
			{"roles", "UserRole", "access#roles"},
			{"permission sets", "PermissionSet", "access#sets"},
			{"permission set groups", "PermissionSetGroup", "access#sets"},
			{"groups and queues", "Group", "access#groups"},
		} {
			if _, ok := r.v.Object(f.object); ok {
				s.Counts = append(s.Counts, figure{f.noun, number(r.size(f.object)), s.Link + "/" + f.tab})
			}
		}
		s.Licences, _ = r.licences("UserLicense", licencesAtHome)
	})
	return s
}

// seats is one licence and how much of it is taken.
type seats struct {
	Name, Key   string
	Used, Total string
	Taken       int // Used as a number
	Percent     int // 0 to 100
	Gone        bool
	Status      string
}

// licences lists the records of UserLicense, PermissionSetLicense or
// PackageLicense, those in use first.
func (r reader) licences(object string, most int) (list []seats, more bool) {
	records, more := r.all(object, maxRows)
	for _, record := range records {
		list = append(list, seatsOf(record))
	}
	sortSeats(list)
	return list[:min(len(list), most)], more || len(list) > most
}

func seatsOf(record org.Record) seats {
	total, _ := firstNumber(record, "TotalLicenses", "AllowedLicenses")
	used, _ := firstNumber(record, "UsedLicenses")
	s := seats{
		Name:  cmp.Or(text(record, "MasterLabel"), text(record, "Name"), text(record, "NamespacePrefix")),
		Key:   cmp.Or(text(record, "LicenseDefinitionKey"), text(record, "PermissionSetLicenseKey"), text(record, "DeveloperName")),
		Taken: used, Used: number(used), Total: number(total), Status: text(record, "Status"),
	}
	if total < 0 { // a package licence for the whole org
		s.Total = "unlimited"
		return s
	}
	s.Gone = used >= total
	if total > 0 {
		s.Percent = min(100, (used*100+total-1)/total)
	}
	return s
}

func firstNumber(record org.Record, fields ...string) (int, bool) {
	for _, field := range fields {
		if n, ok := record.Get(field).(int64); ok {
			return int(n), true
		}
	}
	return 0, false
}
