package scim

import (
	"net/http"
	"slices"
	"strings"

	"scimforce/salesforce"
)

// bulkStep is a piece of work: an operation, or the end of a POST that was made
// without some of its references.
type bulkStep struct {
	operation int
	// finish says that it is the end: what was withheld is put in.
	finish bool
	// after is how many steps must be done before; before are those that wait.
	after  int
	before []int
}

// bulkPlan says which steps wait for which. Its steps stand in an order in which
// they could be done one after the other with the outcome that the client
// expects: that of the request, except that what a POST makes comes before what
// refers to it (RFC 7644 section 3.7 lets a server do so as long as the same
// state is reached). Each waits only for those that are about the same resource
// or name it; resources that have the same userName or displayName, now or by
// this bulk, count as one.
type bulkPlan struct{ steps []bulkStep }

// link finds the references between operations, and refuses those that lead
// nowhere: 409, as section 3.7.1 has it for what cannot be resolved.
func (b *bulkJob) link() {
	b.made = map[string]*bulkOperation{}
	about := map[string]bool{}
	for i := range b.operations {
		o := &b.operations[i]
		if o.method == http.MethodPost {
			b.made[o.bulkID] = o
		}
		if o.id != "" {
			about[idKey(o.id)] = true
		}
	}
	for i := range b.operations {
		o := &b.operations[i]
		if o.target != "" {
			o.references = append(o.references, o.target)
		}
		eachName("", any(o.data), func(name string) {
			if id, ok := strings.CutPrefix(name, bulkPrefix); ok {
				o.references = append(o.references, id)
			} else if len(name) <= maxID && about[idKey(name)] {
				o.mentions = append(o.mentions, idKey(name))
			}
		})
		slices.Sort(o.references) // maps have no order, and errors should
		o.references = slices.Compact(o.references)
		slices.Sort(o.mentions)
		o.mentions = slices.Compact(o.mentions)
		for _, id := range o.references {
			if b.made[id] == nil && o.refusal == nil {
				o.refusal = unresolved("%q refers to no POST of this bulk", bounded(bulkPrefix+id, 80))
			}
		}
	}
}

// maxID is more than any id has: longer texts name nothing.
const maxID = 18

// idKey is an id as keys have it: the 15 and the 18 characters of one id are one.
func idKey(id string) string {
	if full, ok := salesforce.ID18(id); ok {
		return full
	}
	return id
}

// planBulk makes the plan and decides what is withheld from which POST. held are
// the names that the resources of operations have so far, by idKey.
func planBulk(operations []bulkOperation, held map[string]string) *bulkPlan {
	p := &planner{
		plan: &bulkPlan{}, operations: operations, made: map[string]int{},
		same: map[string]string{}, claims: map[string]*claim{}, placed: make([]bool, len(operations)),
	}
	for i := range operations {
		o := &operations[i]
		if o.method == http.MethodPost {
			p.made[o.bulkID] = i
		}
		if o.refusal != nil {
			continue
		}
		if name := nameKey(held[o.resource()]); name != "" {
			p.join(o.resource(), o.kind.typ.Name+" "+name)
		}
		if name, _ := o.givesName(); name != "" {
			p.join(o.resource(), o.kind.typ.Name+" "+name)
		}
	}
	p.circles()
	for i := range operations {
		p.place(i)
	}
	return p.plan
}

type planner struct {
	plan       *bulkPlan
	operations []bulkOperation
	made       map[string]int // the POST of a bulkId
	circle     [][]int        // by operation: those it stands in a circle with, itself included
	placed     []bool

	// same leads from a resource or a name to another one that may be the same:
	// who has or gets a name, and who is made with it, as somebody who was deleted
	// comes back under his old id. What it leads to at last stands for all.
	same   map[string]string
	claims map[string]*claim
}

// claim is who has to do with a resource so far.
type claim struct {
	writer  int // the last step that changes it, -1 for none
	readers []int
}

// find is what stands for a resource or a name.
func (p *planner) find(key string) string {
	top := key
	for p.same[top] != "" {
		top = p.same[top]
	}
	for p.same[key] != "" { // the next way is short
		key, p.same[key] = p.same[key], top
	}
	return top
}

// join says that two keys may stand for the same.
func (p *planner) join(a, b string) {
	if a, b = p.find(a), p.find(b); a != b {
		p.same[a] = b
	}
}

// referred are the operations that one refers to, in the order of the request.
func (p *planner) referred(i int) []int {
	o := &p.operations[i]
	if o.refusal != nil {
		return nil
	}
	found := make([]int, 0, len(o.references))
	for _, id := range o.references {
		if j, ok := p.made[id]; ok {
			found = append(found, j)
		}
	}
	slices.Sort(found)
	return found
}

// place puts the steps of an operation into the plan, those of what it refers to
// before. Where operations refer to each other in a circle they are placed
// together: each is made without its references to later ones, in the order of
// the request, and gets them when all are there.
func (p *planner) place(i int) {
	if p.placed[i] {
		return
	}
	circle := p.circle[i]
	for _, m := range circle {
		p.placed[m] = true
	}
	for _, m := range circle {
		for _, j := range p.referred(m) {
			p.place(j)
		}
	}
	for _, m := range circle {
		p.add(m, false)
	}
	for _, m := range circle {
		if len(p.operations[m].deferred) > 0 {
			p.add(m, true)
		}
	}
}

// add puts one step into the plan.
func (p *planner) add(i int, finish bool) {
	o := &p.operations[i]
	step := len(p.plan.steps)
	p.plan.steps = append(p.plan.steps, bulkStep{operation: i, finish: finish})
	if o.refusal != nil {
		return
	}
	p.write(step, o.resource())
	for _, id := range o.references {
		if o.deferred[id] == finish {
			p.read(step, bulkPrefix+id)
		}
	}
	if finish {
		return
	}
	for _, id := range o.mentions {
		p.read(step, id)
	}
}

// resource is the key of what an operation is about.
func (o *bulkOperation) resource() string {
	switch {
	case o.method == http.MethodPost:
		return bulkPrefix + o.bulkID
	case o.target != "":
		return bulkPrefix + o.target
	}
	return idKey(o.id)
}

// claim is the one of a resource.
func (p *planner) claim(resource string) *claim {
	key := p.find(resource)
	c := p.claims[key]
	if c == nil {
		c = &claim{writer: -1}
		p.claims[key] = c
	}
	return c
}

// write says that a step changes a resource.
func (p *planner) write(step int, resource string) {
	c := p.claim(resource)
	p.wait(step, c.writer)
	for _, r := range c.readers {
		p.wait(step, r)
	}
	c.writer, c.readers = step, nil
}

// read says that a step needs a resource as the last writer leaves it.
func (p *planner) read(step int, resource string) {
	if c := p.claim(resource); c.writer != step {
		p.wait(step, c.writer)
		c.readers = append(c.readers, step)
	}
}

// wait makes a step wait for another one.
func (p *planner) wait(step, other int) {
	if other >= 0 {
		p.plan.steps[other].before = append(p.plan.steps[other].before, step)
		p.plan.steps[step].after++
	}
}
