package query

import "scimforce/salesforce/simulator/org"

// Templates are worth their making for wide projections alone; beyond so many
// shapes records are too unlike.
const (
	wideProjection = 16
	mostTemplates  = 256
)

// template is the JSON of all records of one shape: pieces that are the same in
// all of them, and columns that are not.
type template struct{ pieces []piece }

// piece is text and the column behind it, nil at the end.
type piece struct {
	text   []byte
	column *column
}

// template finds or makes the one that fits a record, the second time a shape is
// met; nil if there is none.
func (w *writer) template(p *projection, r org.Record) *template {
	if len(p.columns) < wideProjection {
		return nil
	}
	shape := r.Shape()
	if t, met := p.templates[shape]; t != nil || !met {
		if !met && len(p.templates) < mostTemplates {
			if p.templates == nil {
				p.templates = map[org.Shape]*template{}
			}
			p.templates[shape] = nil
		}
		return t
	}
	t := &template{}
	var text []byte
	for _, c := range p.columns {
		text = append(text, c.key...)
		if c.fixed(r) {
			text = w.column(text, c, r)
			continue
		}
		t.pieces = append(t.pieces, piece{text, c})
		text = nil
	}
	t.pieces = append(t.pieces, piece{text: text})
	p.templates[shape] = t
	return t
}

// fixed reports whether the column shows a field that is the same in all
// records of r's shape.
func (c *column) fixed(r org.Record) bool {
	leaf := &c.value.path.leaf
	return c.child == nil && c.at == nil && c.value.fn == nil && c.value.path.plain() && leaf.obj == r.Object() && !r.Varies(leaf.field)
}
