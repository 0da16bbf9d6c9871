package salesforce

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"

	"scimforce/salesforce/gather"
)

// A parcel is the rows that one caller wants to have written: records to make
// or to change, or ids to delete. Parcels of several callers may travel in one
// call, and each has an outcome of its own.
type parcel struct {
	ctx     context.Context // of the caller
	records []Record
	ids     []string
	// alone writes it as if nobody else were there.
	alone func(ctx context.Context) outcome
}

// outcome is what became of a parcel, in the form of CreateAll.
type outcome struct {
	results []Result
	err     error
}

func (p parcel) size() int { return len(p.records) + len(p.ids) }

// rows names the rows of a parcel that may not be written twice in one call.
//
// unverified: what Salesforce says of two rows of one id.
func (p parcel) rows() []string {
	var rows []string
	for _, id := range p.ids {
		rows = append(rows, id[:min(len(id), 15)]) // the rest is a checksum
	}
	for _, r := range p.records {
		if id := r.ID(); id != "" {
			rows = append(rows, id[:min(len(id), 15)])
		}
	}
	return rows
}

// company is the parcels that wait, by method and object.
type company struct {
	mu sync.Mutex
	of map[string]*gather.Writes[parcel, outcome]
}

// carry writes a parcel, together with those of the same method and object that
// are asked for meanwhile. What fills a call by itself gains nothing by company
// and goes at once.
func (c *Client) carry(ctx context.Context, method, object string, p parcel) outcome {
	if p.size() == 0 || p.size() > maxCollection {
		return p.alone(ctx)
	}
	p.ctx = ctx
	out, err := c.waiting(method, object).Do(ctx, p)
	if left, ok := errors.AsType[*gather.Left](err); ok {
		err = &Error{Method: method, Resource: collections, Cause: left.Cause, Write: true, Sent: left.Sent}
	}
	if err != nil {
		return outcome{slices.Repeat([]Result{{Err: err}}, p.size()), err}
	}
	return out
}

func (c *Client) waiting(method, object string) *gather.Writes[parcel, outcome] {
	c.company.mu.Lock()
	defer c.company.mu.Unlock()
	key := method + " " + object
	w := c.company.of[key]
	if w == nil {
		w = gather.NewWrites(gather.WritesConfig[parcel, outcome]{
			Max: maxCollection, Weigh: parcel.size,
			Send: func(ctx context.Context, parcels []parcel) []outcome {
				if len(parcels) == 1 {
					return []outcome{parcels[0].alone(ctx)}
				}
				contexts := make([]context.Context, len(parcels))
				for i, p := range parcels {
					contexts[i] = p.ctx
				}
				return c.deliver(WithRecordersOf(ctx, contexts...), method, object, parcels)
			},
		})
		if c.company.of == nil {
			c.company.of = map[string]*gather.Writes[parcel, outcome]{}
		}
		c.company.of[key] = w
	}
	return w
}

// deliver writes parcels in as few calls as can be: one, unless a row is in two
// of them, which are then written in their order.
func (c *Client) deliver(ctx context.Context, method, object string, parcels []parcel) []outcome {
	var out []outcome
	for len(parcels) > 0 {
		seen := map[string]bool{}
		n := 0
		for ; n < len(parcels); n++ {
			rows := parcels[n].rows()
			if slices.ContainsFunc(rows, func(row string) bool { return seen[row] }) {
				break
			}
			for _, row := range rows {
				seen[row] = true
			}
		}
		out = append(out, c.deliverTogether(ctx, method, object, parcels[:n])...)
		parcels = parcels[n:]
	}
	return out
}

// deliverTogether writes parcels in one call. A call that was refused whole,
// because of something in one of them, is made again in halves.
func (c *Client) deliverTogether(ctx context.Context, method, object string, parcels []parcel) []outcome {
	if len(parcels) == 1 {
		return []outcome{parcels[0].alone(ctx)}
	}
	var all parcel
	for _, p := range parcels {
		all.records, all.ids = append(all.records, p.records...), append(all.ids, p.ids...)
	}
	var results []Result
	var err error
	if method == http.MethodDelete {
		results, err = c.deleteAll(ctx, all.ids)
	} else {
		results, err = c.saveAll(ctx, method, object, all.records)
	}
	if IsRefused(err) {
		half := len(parcels) / 2
		return append(c.deliverTogether(ctx, method, object, parcels[:half]), c.deliverTogether(ctx, method, object, parcels[half:])...)
	}
	out := make([]outcome, len(parcels))
	for i, p := range parcels {
		if len(results) < p.size() { // refused before anything was sent
			out[i].err = err
			continue
		}
		out[i].results = results[:p.size():p.size()]
		results = results[p.size():]
		out[i].err = failedWith(out[i].results, err)
	}
	return out
}

// failedWith is the error of a call that failed as a whole, for rows of which
// one was in it or behind it; nil for rows that were done with before.
func failedWith(results []Result, err error) error {
	for _, r := range results {
		if e, ok := errors.AsType[*Error](r.Err); err != nil && r.Err != nil && (r.Err == err || !ok || !e.Sent) {
			return r.Err
		}
	}
	return nil
}

// CreateEach makes records that have nothing to do with each other, as CreateAll
// does; but when a call is refused because of something in one of them, the
// others are made without it. All that became of them is in the results.
func (c *Client) CreateEach(ctx context.Context, object string, records []Record) []Result {
	return c.each(ctx, http.MethodPost, object, records)
}

// UpdateEach is to UpdateAll what CreateEach is to CreateAll.
func (c *Client) UpdateEach(ctx context.Context, object string, records []Record) []Result {
	return c.each(ctx, http.MethodPatch, object, records)
}

func (c *Client) each(ctx context.Context, method, object string, records []Record) []Result {
	var results []Result
	for part := range slices.Chunk(records, maxCollection) {
		parcels := make([]parcel, len(part))
		for i, r := range part {
			one := []Record{r}
			parcels[i] = parcel{records: one, alone: func(ctx context.Context) outcome {
				results, err := c.saveAll(ctx, method, object, one)
				return outcome{results, err}
			}}
		}
		for _, out := range c.deliver(ctx, method, object, parcels) {
			r := Result{Err: out.err}
			if len(out.results) == 1 {
				r = out.results[0]
			}
			results = append(results, r)
		}
	}
	return results
}

// single is the parcel of one row, and its outcome as the method alone has it.
func (c *Client) single(ctx context.Context, method, object string, p parcel, alone func(context.Context) error) error {
	p.alone = func(ctx context.Context) outcome { return outcome{err: alone(ctx)} }
	out := c.carry(ctx, method, object, p)
	if out.err != nil || len(out.results) == 0 {
		return out.err
	}
	err := out.results[0].Err
	if IsNotFound(err) && HasCode(err, "INVALID_CROSS_REFERENCE_KEY") && method != http.MethodDelete {
		return alone(ctx) // of a row it does not say whether the row or a value of it is not there
	}
	return err
}

// named is a record with its id.
func (r Record) named(id string) Record {
	n := maps.Clone(r)
	if n == nil {
		n = Record{}
	}
	n["Id"] = id
	return n
}
