package query

import (
	"encoding/json"
	"strconv"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/wire"
)

// writer writes records as JSON straight from the org.
type writer struct {
	view  *org.View
	user  *user
	base  string // "/services/data/v66.0/sobjects/"
	heads []head
	pager
}

// head is what every record of an object begins with, up to its id.
type head struct {
	obj  *org.Object
	kind string
	text []byte
}

func newWriter(p *plan, version string, pages pager) *writer {
	return &writer{view: p.view, user: p.user, base: "/services/data/v" + version + "/sobjects/", pager: pages}
}

// begin writes the attributes of a record.
func (w *writer) begin(dst []byte, r org.Record, named bool) []byte {
	obj := r.Object()
	kind := obj.Name
	if named {
		kind = "Name" // unverified: that attributes of a polymorphic parent say Name
	}
	for i := range w.heads {
		if h := &w.heads[i]; h.obj == obj && h.kind == kind {
			dst = append(dst, h.text...)
			dst = append(dst, r.ID()...)
			return append(dst, `"}`...)
		}
	}
	text := append(wire.AppendString([]byte(`{"attributes":{"type":`), kind), `,"url":"`...)
	text = append(text, w.base+obj.Name+"/"...)
	w.heads = append(w.heads, head{obj, kind, text})
	return w.begin(dst, r, named)
}

// record writes one record: attributes, then what the projection takes.
func (w *writer) record(dst []byte, p *projection, r org.Record) []byte {
	dst = w.begin(dst, r, p.named)
	if t := w.template(p, r); t != nil {
		for i := range t.pieces {
			one := &t.pieces[i]
			dst = append(dst, one.text...)
			if one.column != nil {
				dst = w.column(dst, one.column, r)
			}
		}
		return append(dst, '}')
	}
	for _, c := range p.columns {
		dst = append(dst, c.key...)
		dst = w.column(dst, c, r)
	}
	return append(dst, '}')
}

// column writes what one column shows of a record.
func (w *writer) column(dst []byte, c *column, r org.Record) []byte {
	switch {
	case c.child != nil:
		return w.children(dst, c, r)
	case c.at != nil:
		return w.parent(dst, c, r)
	case c.value.fn == nil && len(c.value.path.hops) == 0:
		return appendValue(dst, c.value.path.leaf.read(r), c.value.def)
	}
	return appendValue(dst, c.value.read(w.view, r), c.value.def)
}

func (w *writer) parent(dst []byte, c *column, r org.Record) []byte {
	id, _ := c.at.read(r).(string)
	up, ok := w.view.Target(id)
	if !ok {
		return append(dst, "null"...)
	}
	if shown, ok := c.cases[up.Object()]; ok {
		return w.record(dst, shown, up)
	}
	return w.record(dst, c.parent, up)
}

// appendValue writes a value of a record; null where there is none.
func appendValue(dst []byte, v any, def *org.Field) []byte {
	switch v := v.(type) {
	case string:
		return wire.AppendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return wire.AppendDouble(dst, v)
	case time.Time:
		if def.Type == "date" {
			return wire.AppendDate(dst, v)
		}
		return wire.AppendDatetime(dst, v)
	case nil:
		return append(dst, "null"...)
	}
	data, err := json.Marshal(v) // an address
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, data...)
}
