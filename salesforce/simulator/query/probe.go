package query

import (
	"cmp"
	"iter"
	"slices"

	"scimforce/salesforce/simulator/org"
)

// records is a walk, ascending by id, that meets each record once.
type records = iter.Seq[org.Record]

// probe finds the records among which all matches of a condition are, without
// looking at every record.
type probe interface {
	size() int // at most how many records, roughly
	// walk gives those that the bound admits.
	walk(b org.Bound) records
}

// better chooses the narrower of two probes, either of which may be missing.
func better(a, b probe) probe {
	if a == nil || b != nil && b.size() < a.size() {
		return b
	}
	return a
}

// keys finds the records whose indexed field is one of the values.
func (sc scope) keys(field int, values []string) keys {
	k := keys{view: sc.view, obj: sc.obj, field: field, values: values}
	if len(values) > 1 {
		k.values = slices.Compact(slices.Sorted(slices.Values(values)))
	}
	for _, v := range k.values {
		k.count += sc.view.Matches(sc.obj, field, v)
	}
	return k
}

type keys struct {
	view   *org.View
	obj    *org.Object
	field  int
	values []string // each once
	count  int
}

func (k keys) size() int { return k.count }

func (k keys) walk(b org.Bound) records {
	if len(k.values) == 1 {
		return k.view.Lookup(k.obj, k.field, k.values[0], b)
	}
	out := make([]org.Record, 0, k.count)
	for _, v := range k.values {
		out = slices.AppendSeq(out, k.view.Lookup(k.obj, k.field, v, b))
	}
	return byID(out)
}

// union is for conditions joined by OR.
type union []probe

func (u union) size() int {
	n := 0
	for _, p := range u {
		n += p.size()
	}
	return n
}

func (u union) walk(b org.Bound) records {
	var out []org.Record
	for _, p := range u {
		out = slices.AppendSeq(out, p.walk(b))
	}
	return byID(out)
}

// byID puts records in the order of their ids, each once.
func byID(found []org.Record) records {
	slices.SortFunc(found, func(a, b org.Record) int { return cmp.Compare(a.ID(), b.ID()) })
	return slices.Values(slices.CompactFunc(found, func(a, b org.Record) bool { return a.ID() == b.ID() }))
}
