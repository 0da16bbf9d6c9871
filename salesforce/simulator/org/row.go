package org

import (
	"time"
)

// row is one version of a record. It keeps only the values that differ from
// their field's default, because most of the 150 fields of most users do not,
// and shares with other rows what many have alike.
type row struct {
	id   any   // string of 18 characters, boxed once for all who refer to it
	part *part // what rows share
	own  []any // values that are this row's alone
}

// part is what rows have alike: which fields are set, and the values of those
// that take few: picklists, checkboxes, references to other than users.
type part struct {
	layout  *layout
	common  []any
	deleted bool // rows of deleted records
}

// layout says where the value of a field is: 0 the field's default, n one of
// the part's values and, behind those, of the row's own.
type layout struct {
	at  []uint16 // by field
	set []uint16 // the fields that have one, ascending
}

// most rows share one of few parts; beyond these numbers they are not looked
// for any more.
const (
	mostLayouts = 4096
	mostParts   = 65_536
	mostWords   = 4096
)

// packer makes rows of one object out of full sets of values.
type packer struct {
	s       *store
	fields  []packed // as of the object
	layouts map[string]*layout
	parts   map[partKey]*part
	words   map[string]any // values of picklists, boxed once each
	key     []byte         // scratch
	gone    *part          // of rows of which only the id is kept
}

// packed is what a packer has to know of a field, in little room, since it looks
// at all fields of every record.
type packed struct {
	standard any // the field's default
	derived  bool
	common   bool
	kind     packedKind
}

type packedKind uint8

const (
	plainValue packedKind = iota
	referenceValue
	momentValue
)

// keeps reports whether a value has to be stored.
func (f *packed) keeps(v any) bool {
	switch standard := f.standard.(type) {
	case nil:
		return v != nil && !f.derived
	case bool:
		b, ok := v.(bool)
		return (!ok || b != standard) && !f.derived
	}
	return !f.derived && !same(v, f.standard)
}

type partKey struct {
	layout  *layout
	deleted bool
	values  string
}

func newPacker(s *store, obj *Object) *packer {
	p := &packer{
		s: s, fields: make([]packed, len(obj.Fields)),
		layouts: map[string]*layout{}, parts: map[partKey]*part{}, words: map[string]any{},
		gone: &part{layout: &layout{at: make([]uint16, len(obj.Fields))}, deleted: true},
	}
	for i := range obj.Fields {
		f := &obj.Fields[i]
		p.fields[i] = packed{standard: f.Default, derived: f.derive != nil, common: isCommon(f)}
		switch f.Type {
		case "reference":
			p.fields[i].kind = referenceValue
		case "datetime":
			p.fields[i].kind = momentValue
		}
	}
	return p
}

// isCommon reports whether a field takes few values, each a string or a bool.
func isCommon(f *Field) bool {
	switch f.Type {
	case "picklist", "boolean":
		return true
	case "reference":
		for _, to := range f.ReferenceTo {
			if to == "User" {
				return false
			}
		}
		return true
	}
	return false
}

// pack keeps of a full set of values those that are to be stored. values stays
// the caller's.
func (p *packer) pack(id any, values []any, deleted bool) *row {
	common, own := 0, 0
	p.key = p.key[:0]
	for i := 1; i < len(values); i++ {
		f := &p.fields[i]
		if !f.keeps(values[i]) {
			continue
		}
		p.key = append(p.key, byte(i), byte(i>>8))
		if f.common {
			common++
		} else {
			own++
		}
	}
	r := &row{id: id, own: make([]any, 0, own)}
	l := p.layout(values)
	var moment any // times of one row are mostly the same
	for _, i := range l.set {
		if p.fields[i].common {
			continue
		}
		v := values[i]
		switch p.fields[i].kind {
		case referenceValue:
			v = p.shareID(v)
		case momentValue:
			if moment != nil && same(moment, v) {
				v = moment
			}
			moment = v
		}
		r.own = append(r.own, v)
	}
	r.part = p.part(l, values, common, deleted)
	return r
}

// layout finds the layout of the fields in p.key.
func (p *packer) layout(values []any) *layout {
	if l, ok := p.layouts[string(p.key)]; ok {
		return l
	}
	l := &layout{at: make([]uint16, len(values))}
	n := uint16(0)
	for _, common := range []bool{true, false} {
		for k := 0; k < len(p.key); k += 2 {
			if i := int(p.key[k]) | int(p.key[k+1])<<8; p.fields[i].common == common {
				n++
				l.at[i] = n
			}
		}
	}
	for k := 0; k < len(p.key); k += 2 {
		l.set = append(l.set, uint16(p.key[k])|uint16(p.key[k+1])<<8)
	}
	if len(p.layouts) < mostLayouts {
		p.layouts[string(p.key)] = l
	}
	return l
}

// part finds or makes what the row shares with others.
func (p *packer) part(l *layout, values []any, size int, deleted bool) *part {
	p.key = p.key[:0]
	for _, i := range l.set {
		if !p.fields[i].common {
			continue
		}
		switch v := values[i].(type) {
		case string:
			p.key = append(p.key, byte(len(v)), byte(len(v)>>8))
			p.key = append(p.key, v...)
		case bool: // its field tells it from a string, its being stored the rest
			if v {
				p.key = append(p.key, 1)
			} else {
				p.key = append(p.key, 0)
			}
		}
	}
	if known, ok := p.parts[partKey{l, deleted, string(p.key)}]; ok {
		return known
	}
	made := &part{layout: l, deleted: deleted, common: make([]any, 0, size)}
	for _, i := range l.set {
		if !p.fields[i].common {
			continue
		}
		v := values[i]
		if p.fields[i].kind == referenceValue {
			v = p.shareID(v)
		} else {
			v = p.shareWord(v)
		}
		made.common = append(made.common, v)
	}
	if len(p.parts) < mostParts {
		p.parts[partKey{l, deleted, string(p.key)}] = made
	}
	return made
}

// shareID gives the id of a record as that record itself holds it.
func (p *packer) shareID(v any) any {
	if id, ok := v.(string); ok {
		if r, ok := p.s.target(id); ok {
			return r.r.id
		}
	}
	return v
}

func (p *packer) shareWord(v any) any {
	word, ok := v.(string)
	if !ok {
		return v
	}
	if known, ok := p.words[word]; ok {
		return known
	}
	if len(p.words) < mostWords {
		p.words[word] = v
	}
	return v
}

// same compares two stored values; times by instant.
func same(a, b any) bool {
	if at, ok := a.(time.Time); ok {
		bt, ok := b.(time.Time)
		return ok && at.Equal(bt)
	}
	return a == b
}
