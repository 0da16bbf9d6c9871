package simulator

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// objectDescribe is a describe, as far as the files of testdata/fields speak of it.
type objectDescribe struct {
	Createable, Updateable, Deletable, Queryable, Replicateable, Retrieveable, Searchable bool

	KeyPrefix          string
	ChildRelationships []struct{ ChildSObject, Field, RelationshipName string }
	Fields             []fieldDescribe
}

type fieldDescribe struct {
	Name, Label, Type string
	Length            int
	RelationshipName  *string
	ReferenceTo       []string

	Createable, Updateable, Nillable, DefaultedOnCreate, Filterable, Groupable, Sortable, IDLookup, Unique bool
}

// The files under testdata/fields are written by hand, one for each object:
//
//	source: where it was recorded or documented
//	calls: what the object can do, all of it                    (optional)
//	prefix: of its ids                                          (optional)
//	flags: letters that the lines are exact about: Create, Update, Required,
//	       Default, Filter, Group, Sort, Lookup                 (optional)
//	labels: field=label, a space as an underscore               (optional)
//	absent: fields that an org like this one does not have      (optional)
//	children: name=object.field                                 (optional)
//
//	Field type length flags [object,object or -] [relationship or null]
//
// A length or flags of "-" are none.
func TestDescribeSaysOfEachFieldWhatWasRecorded(t *testing.T) {
	f := start(t)
	paths, err := filepath.Glob("testdata/fields/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range paths {
		object := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(object, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			head, lines, _ := strings.Cut(string(data), "\n\n")
			words := map[string]string{}
			for line := range strings.SplitSeq(head, "\n") {
				name, rest, _ := strings.Cut(line, ": ")
				words[name] = rest
			}
			if words["source"] == "" {
				t.Fatal("no source")
			}
			var d objectDescribe
			if err := json.Unmarshal([]byte(f.call("GET", "/services/data/v66.0/sobjects/"+object+"/describe", "").body), &d); err != nil {
				t.Fatal(err)
			}
			d.compare(t, words)
			for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
				d.compareField(t, words["flags"], strings.Fields(line))
			}
		})
	}
}

func (d *objectDescribe) compare(t *testing.T, words map[string]string) {
	if words["prefix"] != "" && d.KeyPrefix != words["prefix"] {
		t.Errorf("prefix %s, recorded %s", d.KeyPrefix, words["prefix"])
	}
	calls := map[string]bool{
		"create": d.Createable, "update": d.Updateable, "delete": d.Deletable, "query": d.Queryable,
		"retrieve": d.Retrieveable, "getUpdated": d.Replicateable, "search": d.Searchable,
	}
	for call, has := range calls {
		if want := slices.Contains(strings.Fields(words["calls"]), call); words["calls"] != "" && has != want {
			t.Errorf("%s is %t, recorded %t", call, has, want)
		}
	}
	for _, pair := range strings.Fields(words["labels"]) {
		name, label, _ := strings.Cut(pair, "=")
		if f, _ := d.field(name); f.Label != strings.ReplaceAll(label, "_", " ") {
			t.Errorf("%s has the label %s, recorded %s", name, f.Label, label)
		}
	}
	for _, name := range strings.Fields(words["absent"]) {
		if _, has := d.field(name); has {
			t.Errorf("has a field %s", name)
		}
	}
	for _, child := range strings.Fields(words["children"]) {
		found := false
		for _, c := range d.ChildRelationships {
			found = found || child == c.RelationshipName+"="+c.ChildSObject+"."+c.Field
		}
		if !found {
			t.Errorf("no child relationship %s", child)
		}
	}
}

func (d *objectDescribe) field(name string) (fieldDescribe, bool) {
	i := slices.IndexFunc(d.Fields, func(f fieldDescribe) bool { return f.Name == name })
	if i < 0 {
		return fieldDescribe{}, false
	}
	return d.Fields[i], true
}

// compareField holds a field against a line.
func (d *objectDescribe) compareField(t *testing.T, exact string, line []string) {
	f, ok := d.field(line[0])
	if !ok {
		t.Errorf("no field %s", line[0])
		return
	}
	length := 0
	if line[2] != "-" {
		length, _ = strconv.Atoi(line[2])
	}
	if f.Type != line[1] || f.Length != length || f.Unique {
		t.Errorf("%s is %s %d (unique %t), recorded %s", f.Name, f.Type, f.Length, f.Unique, strings.Join(line, " "))
	}
	flags := map[string]bool{
		"C": f.Createable, "U": f.Updateable, "R": !f.Nillable, "D": f.DefaultedOnCreate,
		"F": f.Filterable, "G": f.Groupable, "S": f.Sortable, "L": f.IDLookup,
	}
	for flag, has := range flags {
		if strings.Contains(exact, flag) && has != strings.Contains(line[3], flag) {
			t.Errorf("%s: %s is %t, recorded %s", f.Name, flag, has, line[3])
		}
	}
	if len(line) > 4 && line[4] != "-" && strings.Join(f.ReferenceTo, ",") != line[4] {
		t.Errorf("%s refers to %v, recorded %s", f.Name, f.ReferenceTo, line[4])
	}
	if len(line) > 5 {
		name := "null"
		if f.RelationshipName != nil {
			name = *f.RelationshipName
		}
		if name != line[5] {
			t.Errorf("%s has the relationship %s, recorded %s", f.Name, name, line[5])
		}
	}
}
