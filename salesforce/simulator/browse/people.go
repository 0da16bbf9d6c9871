package browse

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

const (
	peopleAPage = 50
	// maxLooked is how many people a search looks through at a time. What
	// follows is a page of its own, so that no request is slow.
	maxLooked = 20_000
	maxSearch = 200 // characters of a search
)

// peoplePage is one page of an org's people.
type peoplePage struct {
	frame
	Query   string
	Total   string
	People  []personRow
	Looked  string // how many people the search looked through, "" of one that an index answered
	Begun   bool   // this is the first page
	First   string
	Further string // where to go on; "" at the end
}

// personRow is one line of the list.
type personRow struct {
	Name, Username, Link         string
	State, Profile, Role, LastIn string
	Kind                         string // UserType, where it is not Standard
}

func (p *pages) people(w http.ResponseWriter, r *http.Request, one Org) {
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	if runes := []rune(query); len(runes) > maxSearch {
		query = string(runes[:maxSearch])
	}
	after, _ := org.ID18(r.URL.Query().Get("after"))
	f := p.frame("People", one.Org, "people")
	shown := peoplePage{frame: f, Query: query, Begun: after == "", First: f.Org.Link + "/people"}
	if query != "" {
		shown.First += "?q=" + url.QueryEscape(query)
	}
	read(one.Org, func(v reader) {
		shown.Total = number(v.size("User"))
		var last string
		var looked int
		shown.People, last, looked = v.search(f.Org.Link, query, after)
		if looked > 0 && query != "" {
			shown.Looked = number(looked)
		}
		if last != "" {
			values := url.Values{"after": {last}}
			if query != "" {
				values.Set("q", query)
			}
			shown.Further = f.Org.Link + "/people?" + values.Encode()
		}
	})
	p.show(w, http.StatusOK, "people.html", shown)
}

// search finds people after an id. A whole Username, Federation ID or record id
// is looked up; anything else is looked for in names, Usernames and e-mail
// addresses, one bounded stretch at a time. last is where to go on, "" at the
// end; looked is how many people were looked through.
func (r reader) search(link, query, after string) (rows []personRow, last string, looked int) {
	users, ok := r.v.Object("User")
	if !ok {
		return nil, "", 0
	}
	if query != "" && after == "" {
		if found := r.exactly(users, query); len(found) > 0 {
			for _, user := range found {
				rows = append(rows, r.row(link, user))
			}
			return rows, "", 0
		}
	}
	wanted := strings.ToLower(query)
	for user := range r.v.Scan(users, org.Bound{ID: after}) {
		if len(rows) == peopleAPage || looked == maxLooked {
			return rows, last, looked
		}
		last = user.ID()
		looked++
		if wanted == "" || mentions(user, wanted) {
			rows = append(rows, r.row(link, user))
		}
	}
	return rows, "", looked
}

// exactly finds people by what indexes know.
func (r reader) exactly(users *org.Object, query string) []org.Record {
	if id, ok := org.ID18(query); ok {
		if user, ok := r.v.Get(users, id); ok {
			return []org.Record{user}
		}
	}
	for _, field := range []string{"Username", "FederationIdentifier"} {
		if found, _ := r.with("User", field, query, peopleAPage); len(found) > 0 {
			return found
		}
	}
	return nil
}

func mentions(user org.Record, wanted string) bool {
	for _, field := range []string{"Username", "Name", "Email"} {
		if s, ok := user.Get(field).(string); ok && strings.Contains(strings.ToLower(s), wanted) {
			return true
		}
	}
	return false
}

func (r reader) row(link string, user org.Record) personRow {
	row := personRow{
		Name: text(user, "Name"), Username: text(user, "Username"), Link: link + "/people/" + user.ID(),
		State: r.state(user), Profile: r.name(user.Get("ProfileId"), "Name"), Role: r.name(user.Get("UserRoleId"), "Name"),
	}
	if last, ok := user.Get("LastLoginDate").(time.Time); ok {
		row.LastIn = last.UTC().Format("2006-01-02 15:04")
	}
	if kind := text(user, "UserType"); kind != "Standard" {
		row.Kind = kind
	}
	return row
}
