package simulator

import (
	"fmt"
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
)

// Limits of a request of graphs, as documented.
const (
	maxGraphs        = 75
	maxGraphNodes    = 500
	maxGraphDepth    = 15
	maxGraphKinds    = 15
	maxGraphFailures = 14
)

// graph is one group of subrequests that hold together.
type graph struct {
	id   string
	subs []subrequest
}

// graphs answers POST /composite/graph: groups of subrequests, each group all
// or nothing and none bound to another. Unlike a composite's, the innocent
// subrequests of a failed graph repeat the error of the culprit (recorded for
// version 50.0).
func (s *Simulator) graphs(q *request) answer {
	doc, bad := parseBody(q.body)
	if bad != nil {
		return *bad
	}
	var list []graph
	err := doc.Object(doc.Value, jsonin.Field{Name: "graphs", Read: doc.List(func(v *jsonin.Value) *jsonin.Error {
		var g graph
		err := doc.Object(v,
			jsonin.Field{Name: "graphId", Read: doc.Text(&g.id)},
			jsonin.Field{Name: "compositeRequest", Read: readComposite(doc, &g.subs)},
		)
		list = append(list, g)
		return err
	})})
	if err != nil {
		return *refuse(err)
	}
	if len(list) == 0 || len(list) > maxGraphs {
		// unverified: code and words for a request with no or too many graphs.
		return codeFirst(http.StatusBadRequest, "LIMIT_EXCEEDED", fmt.Sprintf("Limit of %d reached for number of Graphs in the request", maxGraphs))
	}
	for _, g := range list {
		if bad := checkNames(q.version, g.subs); bad != nil {
			return *bad
		}
	}
	results := make([]object, len(list))
	nodes, failures := 0, 0
	for i, g := range list {
		nodes += len(g.subs)
		var successful bool
		results[i], successful = s.runGraph(q, g, nodes, failures)
		if !successful {
			failures++
		}
	}
	return ok(object{{"graphs", results}})
}

// runGraph runs one graph, after so many nodes with its own and so many failed
// graphs before it.
func (s *Simulator) runGraph(q *request, g graph, nodes, failures int) (result object, successful bool) {
	done := func(response []object, successful bool) (object, bool) {
		return object{{"graphId", g.id}, {"graphResponse", object{{"compositeResponse", response}}}, {"isSuccessful", successful}}, successful
	}
	if message := s.graphLimit(q, g, nodes); message != "" {
		return done([]object{{
			{"body", []object{{{"errorCode", "LIMIT_EXCEEDED"}, {"message", message}}}},
			{"httpHeaders", object{}},
			{"httpStatusCode", http.StatusBadRequest},
			{"referenceId", nil},
		}}, false)
	}
	answers := make([]answer, len(g.subs))
	if failures >= maxGraphFailures {
		for i := range answers {
			// unverified: the words about graphs that come after fourteen failed ones.
			answers[i] = halted("The graph was not processed because too many graphs before it failed.")
		}
		return done(compositeResponse(g.subs, answers), false)
	}
	culprit := s.runAtomic(q, g.subs, answers)
	if culprit >= 0 {
		for i := range answers {
			answers[i] = answers[culprit]
		}
	}
	return done(compositeResponse(g.subs, answers), culprit < 0)
}

// graphLimit says which limit the graph breaks, "" for none. That of nodes was
// recorded.
// unverified: the words of the graph limits of depth and of kinds.
func (s *Simulator) graphLimit(q *request, g graph, nodes int) string {
	if nodes > maxGraphNodes {
		return fmt.Sprintf("Limit of %d reached for number of Nodes in the Graph", maxGraphNodes)
	}
	if graphDepth(g.subs) > maxGraphDepth {
		return fmt.Sprintf("Limit of %d reached for depth of the Graph", maxGraphDepth)
	}
	kinds := map[string]bool{}
	for _, sub := range g.subs {
		if in, bad := s.inner(q, sub, nil); bad == nil {
			if s.match(in); in.object != nil {
				kinds[in.object.Name] = true
			}
		}
	}
	if len(kinds) > maxGraphKinds {
		return fmt.Sprintf("Limit of %d reached for number of Node types in the Graph", maxGraphKinds)
	}
	return ""
}

// graphDepth is the longest chain of references.
func graphDepth(subs []subrequest) int {
	depths := map[string]int{}
	deepest := 0
	for _, sub := range subs {
		depth := 1
		text := sub.url
		if sub.body != nil {
			text += string(sub.doc.Raw(sub.body))
		}
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			name := m[1]
			if end := strings.IndexAny(name, ".["); end >= 0 {
				name = name[:end]
			}
			depth = max(depth, depths[name]+1)
		}
		depths[sub.referenceID] = depth
		deepest = max(deepest, depth)
	}
	return deepest
}
