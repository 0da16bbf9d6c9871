package simulator

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// maxFound is how many records a search gives at most.
const maxFound = 2000

// search is what is looked for, and in which objects.
type search struct {
	term   string
	scope  string // "NAME", "EMAIL", "PHONE", else all
	limit  int    // of all objects together; 0 = maxFound
	wishes []searchWish
}

// searchWish is one object that is searched, the fields that are wanted of what
// is found, which of it, and how many.
type searchWish struct {
	object string
	fields []string
	where  string // a condition of SOQL; "" for none
	limit  int    // 0 = that of the search
}

// The part of SOSL that finds people and groups: FIND {term} IN scope FIELDS
// RETURNING Object(Field, Field LIMIT n), Object LIMIT n.
var (
	findClause    = regexp.MustCompile(`(?is)^\s*FIND\s*\{((?:\\.|[^}\\])*)\}\s*(?:IN\s+(ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\s*)?(?:RETURNING\s+(.*?))?\s*(?:LIMIT\s+(\d{1,4}))?\s*$`)
	returningItem = regexp.MustCompile(`(?is)^\s*,?\s*(\w+)\s*(?:\(\s*([\w.,\s]*?)(?:\s+LIMIT\s+(\d{1,4}))?\s*\))?\s*`)
)

// runSearch answers GET /search?q=FIND {...} RETURNING ...
func (s *Simulator) runSearch(q *request) answer {
	find, ok := parseSearch(q.query.Get("q"))
	if !ok {
		// unverified: the words about a search that cannot be read.
		return messageFirst(http.StatusBadRequest, "MALFORMED_SEARCH", "the search cannot be read: "+q.query.Get("q"))
	}
	return s.find(q, find)
}

func parseSearch(statement string) (search, bool) {
	m := findClause.FindStringSubmatch(statement)
	if m == nil {
		return search{}, false
	}
	find := search{term: m[1], scope: strings.ToUpper(m[2])}
	find.limit, _ = strconv.Atoi(m[4])
	for rest := m[3]; rest != ""; {
		item := returningItem.FindStringSubmatch(rest)
		if item == nil {
			return search{}, false
		}
		wish := searchWish{object: item[1]}
		if item[2] != "" {
			wish.fields = strings.Split(item[2], ",")
		}
		wish.limit, _ = strconv.Atoi(item[3])
		find.wishes = append(find.wishes, wish)
		rest = rest[len(item[0]):]
	}
	return find, true
}

// parameterizedSearch answers GET and POST /parameterizedSearch, which say the
// same in parameters and in JSON.
func (s *Simulator) parameterizedSearch(q *request) answer {
	var find search
	var fields []string
	if q.method == http.MethodPost {
		doc, bad := parseBody(q.body)
		if bad != nil {
			return *bad
		}
		if err := readSearch(doc, &find, &fields); err != nil {
			return *refuse(err)
		}
	} else {
		values := q.query
		find.term, find.scope = values.Get("q"), strings.ToUpper(values.Get("in"))
		find.limit, _ = strconv.Atoi(values.Get("overallLimit"))
		fields = splitList(values.Get("fields"))
		for _, name := range splitList(values.Get("sobject")) {
			wish := searchWish{object: name, fields: splitList(values.Get(name + ".fields")), where: values.Get(name + ".where")}
			wish.limit, _ = strconv.Atoi(values.Get(name + ".limit"))
			find.wishes = append(find.wishes, wish)
		}
	}
	if strings.TrimSpace(find.term) == "" {
		// unverified: the words about a search for nothing.
		return messageFirst(http.StatusBadRequest, "MALFORMED_SEARCH", "search term must be longer than one character: "+find.term)
	}
	for i := range find.wishes {
		if len(find.wishes[i].fields) == 0 {
			find.wishes[i].fields = fields
		}
	}
	return s.find(q, find)
}

// readSearch reads the body of a parameterized search.
func readSearch(doc *jsonin.Document, find *search, fields *[]string) *jsonin.Error {
	var overall, each string
	return doc.Object(doc.Value,
		jsonin.Field{Name: "q", Read: doc.Text(&find.term)},
		jsonin.Field{Name: "in", Read: doc.Text(&find.scope)},
		jsonin.Field{Name: "fields", Read: doc.Texts(fields)},
		jsonin.Field{Name: "overallLimit", Read: func(v *jsonin.Value) *jsonin.Error {
			err := doc.Text(&overall)(v)
			find.limit, _ = strconv.Atoi(overall)
			return err
		}},
		jsonin.Field{Name: "defaultLimit", Read: doc.Text(&each)},
		jsonin.Field{Name: "sobjects", Read: doc.List(func(v *jsonin.Value) *jsonin.Error {
			wish := searchWish{}
			err := doc.Object(v,
				jsonin.Field{Name: "name", Read: doc.Text(&wish.object)},
				jsonin.Field{Name: "fields", Read: doc.Texts(&wish.fields)},
				jsonin.Field{Name: "where", Read: doc.Text(&wish.where)},
				jsonin.Field{Name: "limit", Read: func(v *jsonin.Value) *jsonin.Error {
					var text string
					err := doc.Text(&text)(v)
					wish.limit, _ = strconv.Atoi(text)
					return err
				}},
			)
			find.wishes = append(find.wishes, wish)
			return err
		})},
	)
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// find answers {"searchRecords":[...]}: each object's findings one after the
// other. Without objects it looks in those of people and groups.
// unverified: the order of the records that a search finds, which here is that of their ids.
func (s *Simulator) find(q *request, find search) answer {
	if len(find.wishes) == 0 {
		find.wishes = []searchWish{{object: "User"}, {object: "Group"}}
	}
	left := maxFound
	if find.limit > 0 {
		left = min(left, find.limit)
	}
	records := []json.RawMessage{}
	for _, wish := range find.wishes {
		o, known := q.org.Object(wish.object)
		if !known {
			return messageFirst(http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+wish.object+"' is not supported.")
		}
		most := left
		if wish.limit > 0 {
			most = min(most, wish.limit)
		}
		ids, bad := q.matching(o, find, wish.where, most)
		if bad != nil {
			return *bad
		}
		left -= len(ids)
		if len(ids) == 0 {
			continue
		}
		fields := wish.fields
		if len(fields) == 0 {
			fields = []string{"Id"}
		}
		found, bad := s.selectedAll(q, o, ids, fields)
		if bad != nil {
			return *bad
		}
		for _, id := range ids {
			if one, still := found[id]; still {
				records = append(records, one)
			}
		}
	}
	return ok(object{{"searchRecords", records}})
}

// matching gives the ids of records in which every word of the term is a word of
// a field that is searched, and of which the condition is true.
func (q *request) matching(o *org.Object, find search, where string, most int) (ids []string, bad *answer) {
	words := searchWords(find.term)
	meets := map[string]bool{}
	if where != "" {
		found, err := query.Run(q.org, q.actor, "SELECT Id FROM "+o.Name+" WHERE "+where)
		if err != nil {
			a := queryError(err)
			return nil, &a
		}
		for _, id := range found.IDs {
			meets[id] = true
		}
	}
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		if !v.Reads(o) || len(words) == 0 {
			return nil
		}
		var fields []int
		for i := range o.Fields {
			if searched(&o.Fields[i], find.scope) && v.Sees(o, i) {
				fields = append(fields, i)
			}
		}
		for r := range v.Scan(o, org.Bound{}) {
			if len(ids) >= most {
				return nil
			}
			if where != "" && !meets[r.ID()] {
				continue
			}
			var there []string
			for _, i := range fields {
				there = append(there, searchWords(text(r.Value(i)))...)
			}
			if !slices.ContainsFunc(words, func(word string) bool {
				return !slices.ContainsFunc(there, func(one string) bool { return matchesWord(one, word) })
			}) {
				ids = append(ids, r.ID())
			}
		}
		return nil
	})
	return ids, nil
}

// searched says whether a search of that scope looks into the field.
func searched(f *org.Field, scope string) bool {
	switch scope {
	case "NAME":
		return f.NameField || f.Name == "FirstName" || f.Name == "LastName"
	case "EMAIL":
		return f.Type == "email"
	case "PHONE":
		return f.Type == "phone"
	}
	return f.Type == "string" || f.Type == "email" || f.Type == "phone" || f.Type == "textarea"
}

func searchWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" \t\n\\\"@,;()", r) })
}

// matchesWord compares a word with one of the term, which may end in "*".
func matchesWord(there, word string) bool {
	if start, open := strings.CutSuffix(word, "*"); open {
		return strings.HasPrefix(there, start)
	}
	return there == word
}
