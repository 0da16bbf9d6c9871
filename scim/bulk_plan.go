package scim

import (
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
// state is reached). Each waits only for those that it could get in the way of:
//
//   - that are about the same resource, or name it;
//   - that give or take the same userName or displayName.
type bulkPlan struct{ steps []bulkStep }

// link finds the references between operations, and refuses those that lead
// nowhere: 409, as section 3.7.1 has it for what cannot be resolved.
func (b *bulkJob) link() {
	b.made = map[string]*bulkOperation{}
	about := map[string]bool{}
	for i := range b.operations {
		o := &b.operations[i]
		if o.method == "POST" {
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
	p := &planner{plan: &bulkPlan{}, keys: map[string]*claims{}, names: map[string][]string{}, held: held, operations: operations}
	p.made = map[string]int{}
	for i, o := range operations {
		if o.method == "POST" {
			p.made[o.bulkID] = i
		}
	}
	p.circles()
	p.placed = make([]bool, len(operations))
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
	keys       map[string]*claims
	names      map[string][]string // by resource: the names it was given in this bulk
	held       map[string]string
}

// claims are the steps that have to do with one key so far.
type claims struct {
	writer  int // the last one that changes it, -1 for none
	readers []int
}

// referred are the operations that one refers to.
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
		if bulkPrefix+id != o.resource() && o.deferred[id] == finish {
			p.read(step, bulkPrefix+id)
		}
	}
	if finish {
		return
	}
	for _, id := range o.mentions {
		if id != o.resource() {
			p.read(step, id)
		}
	}
	for _, name := range p.namesOf(o) {
		p.write(step, "name "+o.kind.typ.Name+" "+name)
	}
}

// resource is the key of what an operation is about.
func (o *bulkOperation) resource() string {
	switch {
	case o.method == "POST":
		return bulkPrefix + o.bulkID
	case o.target != "":
		return bulkPrefix + o.target
	}
	return idKey(o.id)
}

// namesOf are the names that an operation gives or takes: while a name is
// somebody's, nobody else can have it.
func (p *planner) namesOf(o *bulkOperation) []string {
	given, named := o.givesName()
	if !named && o.method != "DELETE" {
		return nil
	}
	resource := o.resource()
	all := slices.Clone(p.names[resource])
	if name := p.held[resource]; name != "" {
		all = append(all, nameKey(name))
	}
	if given != "" {
		all = append(all, given)
		if !slices.Contains(p.names[resource], given) {
			p.names[resource] = append(p.names[resource], given)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// wait makes a step wait for another one.
func (p *planner) wait(step, other int) {
	if other < 0 || other == step || slices.Contains(p.plan.steps[other].before[max(0, len(p.plan.steps[other].before)-1):], step) {
		return
	}
	p.plan.steps[other].before = append(p.plan.steps[other].before, step)
	p.plan.steps[step].after++
}

func (p *planner) key(key string) *claims {
	c := p.keys[key]
	if c == nil {
		c = &claims{writer: -1}
		p.keys[key] = c
	}
	return c
}

// write says that a step changes what key stands for.
func (p *planner) write(step int, key string) {
	c := p.key(key)
	if len(c.readers) == 0 {
		p.wait(step, c.writer)
	}
	for _, r := range c.readers {
		p.wait(step, r)
	}
	c.writer, c.readers = step, nil
}

// read says that a step needs what key stands for as the last writer leaves it.
func (p *planner) read(step int, key string) {
	c := p.key(key)
	p.wait(step, c.writer)
	c.readers = append(c.readers, step)
}
