package scim

import "slices"

// circles finds the operations that refer to each other in circles (Tarjan's
// strongly connected components) and decides what is withheld: in each circle
// the references to operations that come later in the request, and to the
// operation itself. What is left leads backwards only, which is no circle.
func (p *planner) circles() {
	f := &finder{p: p, index: make([]int, len(p.operations)), low: make([]int, len(p.operations)), open: make([]bool, len(p.operations))}
	p.circle = make([][]int, len(p.operations))
	for i := range p.operations {
		if f.index[i] == 0 {
			f.visit(i)
		}
	}
	for i := range p.operations {
		for _, j := range p.referred(i) {
			if j < i || p.circle[i][0] != p.circle[j][0] {
				continue
			}
			o := &p.operations[i]
			if o.deferred == nil {
				o.deferred = map[string]bool{}
			}
			o.deferred[p.operations[j].bulkID] = true
		}
	}
}

// finder is one run of Tarjan's algorithm.
type finder struct {
	p          *planner
	next       int
	index, low []int // from 1; 0: not seen yet
	open       []bool
	stack      []int
}

// visit goes at most as deep as a bulk has operations.
func (f *finder) visit(i int) {
	f.next++
	f.index[i], f.low[i], f.open[i] = f.next, f.next, true
	f.stack = append(f.stack, i)
	for _, j := range f.p.referred(i) {
		switch {
		case f.index[j] == 0:
			f.visit(j)
			f.low[i] = min(f.low[i], f.low[j])
		case f.open[j]:
			f.low[i] = min(f.low[i], f.index[j])
		}
	}
	if f.low[i] != f.index[i] {
		return
	}
	at := slices.Index(f.stack, i)
	circle := slices.Clone(f.stack[at:])
	f.stack = f.stack[:at]
	slices.Sort(circle)
	for _, m := range circle {
		f.open[m] = false
		f.p.circle[m] = circle
	}
}
