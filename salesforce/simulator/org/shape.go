package org

// Shape is what records of one object have alike. It is comparable; there are
// far fewer shapes than records.
type Shape struct{ part *part }

// Shape is the record's.
func (r Record) Shape() Shape { return Shape{r.r.part} }

// Varies reports whether records of r's shape may differ in the field; in any
// other they all have the value that r has.
func (r Record) Varies(field int) bool {
	p := r.r.part
	return field == 0 || r.t.obj.Fields[field].derive != nil || int(p.layout.at[field]) > len(p.common)
}
