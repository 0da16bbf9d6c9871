package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// What one call of graphs may hold, in all of them together.
const (
	MaxGraphs = 75
	MaxNodes  = 500
)

type wireGraph struct {
	ID       string           `json:"graphId"`
	Requests []wireSubrequest `json:"compositeRequest"`
}

// Graphs makes up to 75 graphs of up to 500 subrequests in all, in one call. A
// graph is subrequests that hold together: all of them happen or none, whatever
// becomes of the other graphs. They write or read single records; queries and
// collections are not taken.
//
// The error is for the call as a whole. When it is nil every subrequest of every
// graph has its answer. Salesforce gives up after 14 graphs have failed: the
// culprit of a graph that it did not come to is PROCESSING_HALTED, see Halted.
//
// unverified: that User and the objects of his access can be in one graph, as
// they can in one composite.
func (c *Client) Graphs(ctx context.Context, graphs ...[]Subrequest) ([]map[string]Subresponse, error) {
	r := request{method: http.MethodPost, path: "/composite/graph", resource: "/composite/graph"}
	wire := make([]wireGraph, len(graphs))
	nodes := 0
	for i, subs := range graphs {
		wire[i].ID = "g" + strconv.Itoa(i)
		refs := map[string]bool{}
		for _, s := range subs {
			if err := s.check(refs); err != nil {
				return nil, err
			}
			if s.statement != "" || s.rows != nil {
				return nil, fmt.Errorf("salesforce: subrequest %q is a query or a collection: a graph takes neither", s.ref)
			}
			r.write = r.write || s.method != http.MethodGet
			r.parts = append(r.parts, s.part)
			wire[i].Requests = append(wire[i].Requests, s.wire(c.base(), refs))
			refs[s.ref] = true
		}
		nodes += len(subs)
	}
	if len(graphs) == 0 || len(graphs) > MaxGraphs || nodes > MaxNodes {
		return nil, fmt.Errorf("salesforce: %d graphs of %d subrequests: there may be 1 to %d, of %d subrequests", len(graphs), nodes, MaxGraphs, MaxNodes)
	}
	var err error
	if r.body, err = encode(map[string]any{"graphs": wire}); err != nil {
		return nil, err
	}
	var answers []map[string]Subresponse
	r.read = func(a answer) (err error) {
		answers, err = decodeGraphs(a, graphs)
		return err
	}
	if err := c.do(ctx, r); err != nil {
		return nil, err
	}
	return answers, nil
}

// decodeGraphs reads {"graphs":[{"graphId":…,"graphResponse":{"compositeResponse":[…]}}]}.
// A graph that was refused before its subrequests were looked at has one answer
// that names none of them.
func decodeGraphs(a answer, graphs [][]Subrequest) ([]map[string]Subresponse, error) {
	var wire struct {
		Graphs []struct {
			ID       string `json:"graphId"`
			Response struct {
				Responses []wireSubresponse `json:"compositeResponse"`
			} `json:"graphResponse"`
		} `json:"graphs"`
	}
	if err := a.decode(&wire); err != nil {
		return nil, err
	}
	answers := make([]map[string]Subresponse, len(graphs))
	for i, subs := range graphs {
		for _, g := range wire.Graphs {
			if g.ID != "g"+strconv.Itoa(i) {
				continue
			}
			all := g.Response.Responses
			if len(all) == 1 && all[0].ReferenceID == "" && all[0].Status >= http.StatusBadRequest {
				one := all[0]
				all = nil
				for _, s := range subs {
					one.ReferenceID = s.ref
					all = append(all, one)
				}
			}
			var err error
			if answers[i], err = matchSubresponses(all, subs); err != nil {
				return nil, err
			}
			break
		}
		if answers[i] == nil {
			return nil, errShape
		}
	}
	return answers, nil
}

// Halted says that a graph was not come to: too many before it had failed.
func Halted(responses map[string]Subresponse) bool {
	err := Culprit(responses)
	return err != nil && HasCode(err, "PROCESSING_HALTED")
}

// wireSubresponse is one answer within that to a composite or a graph.
type wireSubresponse struct {
	Body        json.RawMessage `json:"body"`
	Status      int             `json:"httpStatusCode"`
	ReferenceID string          `json:"referenceId"`
}

// matchSubresponses gives each subrequest its answer. An answer that leaves one
// of them out is no answer.
func matchSubresponses(all []wireSubresponse, subs []Subrequest) (map[string]Subresponse, error) {
	responses := make(map[string]Subresponse, len(subs))
	for i, s := range subs {
		for _, w := range all {
			if w.ReferenceID != s.ref {
				continue
			}
			response, err := newSubresponse(i, s, w.Status, w.Body)
			if err != nil {
				return nil, err
			}
			responses[s.ref] = response
			break
		}
	}
	if len(responses) != len(subs) {
		return nil, errShape
	}
	return responses, nil
}
