package directory

import (
	"context"
	"errors"
	"fmt"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// queries collects SOQL queries, and writes before them, into one composite
// call. Salesforce takes 25 subrequests in one, at most 5 of them queries.
type queries struct {
	subs []salesforce.Subrequest
	errs []error
}

func newQueries(before ...salesforce.Subrequest) *queries {
	return &queries{subs: before}
}

func (q *queries) add(ref string, s soql.Select) {
	statement, err := s.Build()
	if err != nil {
		q.errs = append(q.errs, fmt.Errorf("directory: query of %s: %w", s.From, err))
		return
	}
	q.subs = append(q.subs, salesforce.QuerySub(ref, statement))
}

// run makes the call. Reads and single writes do not depend on each other.
func (q *queries) run(ctx context.Context, client *salesforce.Client) (answers, error) {
	return q.send(ctx, client, false)
}

// runTogether makes the call in one transaction: all of it happens or nothing.
func (q *queries) runTogether(ctx context.Context, client *salesforce.Client) (answers, error) {
	return q.send(ctx, client, true)
}

func (q *queries) send(ctx context.Context, client *salesforce.Client, allOrNone bool) (answers, error) {
	if err := errors.Join(q.errs...); err != nil {
		return answers{}, err
	}
	responses, err := client.Composite(ctx, allOrNone, q.subs...)
	if err != nil {
		return answers{}, err
	}
	return answers{client, responses}, nil
}

// answers are the subresponses of one composite call, by reference.
type answers struct {
	client    *salesforce.Client
	responses map[string]salesforce.Subresponse
}

func (a answers) has(ref string) bool { _, ok := a.responses[ref]; return ok }

func (a answers) err(ref string) error {
	r, ok := a.responses[ref]
	if !ok {
		return fmt.Errorf("directory: Salesforce left %q unanswered", ref)
	}
	return r.Err()
}

// records returns all records of a query, following its pages.
func (a answers) records(ctx context.Context, ref string) ([]salesforce.Record, error) {
	if err := a.err(ref); err != nil {
		return nil, err
	}
	return a.client.Rest(ctx, a.responses[ref])
}

// optional is records for an object that the org or the running user may lack:
// then there are none.
func (a answers) optional(ctx context.Context, ref string) ([]salesforce.Record, error) {
	records, err := a.records(ctx, ref)
	if salesforce.HasCode(err, "INVALID_TYPE") {
		return nil, nil
	}
	return records, err
}

// count is the number of records a query matched, whatever its LIMIT gave.
func (a answers) count(ref string) (int, error) {
	if err := a.err(ref); err != nil {
		return 0, err
	}
	return a.responses[ref].TotalSize(), nil
}
