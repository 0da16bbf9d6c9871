package org

import "testing"

func TestRecordsOfOneShapeAreAlikeButWhereTheyVary(t *testing.T) {
	o := newOrg(t, Config{Users: 300})
	users, _ := o.Object("User")
	first := map[Shape]Record{}
	pairs, fixed := 0, 0
	_ = o.View(func(v *View) error { // fn never fails
		for r := range v.Scan(users, Bound{}) {
			other, known := first[r.Shape()]
			if !known {
				first[r.Shape()] = r
				continue
			}
			pairs++
			for i := range users.Fields {
				if r.Varies(i) != other.Varies(i) {
					t.Errorf("%s varies for one of two records of a shape", users.Fields[i].Name)
				}
				if r.Varies(i) {
					continue
				}
				fixed++
				if !same(r.Value(i), other.Value(i)) {
					t.Errorf("%s: %v and %v", users.Fields[i].Name, r.Value(i), other.Value(i))
				}
			}
		}
		return nil
	})
	if pairs < 150 || fixed < 100*pairs {
		t.Errorf("%d records share a shape with another, and %d fields with it", pairs, fixed)
	}
}
