package scim

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/directory"
)

// bulkProgress is an operation that was begun.
type bulkProgress struct {
	ctx  context.Context
	seen progress
	// withheld are the PATCH operations that put in what its POST was made
	// without.
	withheld []any
}

// perform does one step. What comes of the operation is in it afterwards; when
// it is complete it has its entry in the audit and its place in the metrics, as
// if it had come by itself.
func (b *bulkJob) perform(step bulkStep) {
	o := &b.operations[step.operation]
	if o.problem != nil {
		return // its first half has failed
	}
	if o.running == nil {
		ctx, seen := b.server.begin(b.request.Context())
		o.running = &bulkProgress{ctx: ctx, seen: seen}
	}
	var err error
	if step.finish {
		err = b.guard(o, b.complete)
	} else {
		err = b.guard(o, b.carryOut)
	}
	if err == nil && !step.finish && len(o.deferred) > 0 {
		return
	}
	status := o.answer.status
	if err != nil {
		p := b.server.errors.translate(err, b.call.requestID)
		if step.finish {
			p = halfDone(p, o.id)
		}
		o.problem, status = &p, p.Status
	}
	b.record(o, status, err)
}

// guard makes an error of a panic.
func (b *bulkJob) guard(o *bulkOperation, do func(*bulkOperation) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
			b.server.Logger.ErrorContext(o.running.ctx, "panic in an operation of a bulk",
				slog.String("request_id", b.call.requestID), slog.String("stack", string(debug.Stack())))
		}
	}()
	return do(o)
}

// carryOut does an operation; of a POST that refers to what is made after it,
// what can be done without that.
func (b *bulkJob) carryOut(o *bulkOperation) error {
	if o.refusal != nil {
		return o.refusal
	}
	if err := mayUse(b.call.caller, o.method, o.kind.typ.Name); err != nil {
		return err
	}
	if o.target != "" {
		o.id = b.made[o.target].id
	}
	data := o.data
	if len(o.deferred) > 0 {
		data, o.running.withheld = withhold(data, o.deferred)
	}
	body, err := b.resolved(o, data)
	if err != nil {
		return err
	}
	a, err := b.ask(o, o.method, o.id, body)
	if err != nil {
		return err
	}
	o.answer = a
	if o.method == http.MethodPost {
		o.id = a.id
	}
	return nil
}

// complete puts in what a POST was made without.
func (b *bulkJob) complete(o *bulkOperation) error {
	body, err := b.resolved(o, map[string]any{"schemas": []any{patchOpURN}, "Operations": o.running.withheld})
	if err != nil {
		return err
	}
	a, err := b.ask(o, http.MethodPatch, o.id, body)
	if err == nil && a.version != "" {
		o.answer.version = a.version
	}
	return err
}

// resolved is data with ids for references. What they refer to has been tried.
func (b *bulkJob) resolved(o *bulkOperation, data map[string]any) (map[string]any, error) {
	if o.target != "" && o.id == "" {
		return nil, unresolved("%q was not made, as its POST failed or was not begun", bounded(bulkPrefix+o.target, 80))
	}
	if len(o.references) == 0 || data == nil {
		return data, nil
	}
	var missing string
	found, _ := replaceNames("", data, func(name string) (string, bool) {
		id, refers := strings.CutPrefix(name, bulkPrefix)
		if !refers {
			return "", false
		}
		made := b.made[id].id
		if made == "" {
			missing = max(missing, name)
		}
		return made, true
	}).(map[string]any)
	if missing != "" {
		return nil, unresolved("%q was not made, as its POST failed or was not begun", bounded(missing, 80))
	}
	return found, nil
}

// ask does one request for an operation.
func (b *bulkJob) ask(o *bulkOperation, method, id string, body map[string]any) (answer, error) {
	ctx := o.running.ctx
	q := ask{method: method, id: id, shown: readProjection(nil, o.kind.typ), base: b.call.base}
	if o.version != "" && method == o.method && method != http.MethodPost {
		q.match = directory.Condition{o.version}
	}
	if body != nil {
		q.body = forgiven(ctx, o.kind.typ, method, body)
	}
	return o.kind.perform(ctx, q)
}

// unresolved is the 409 of RFC 7644 section 3.7.1 for a reference that cannot be
// resolved.
func unresolved(format string, args ...any) error {
	return refuse(http.StatusConflict, scimerrors.ScimTypeInvalidValue, "The reference cannot be resolved: "+format+".", args...)
}

// halfDone is what is said when a resource was made and its references to others
// of its circle were not: 409 where Salesforce does not want them (RFC 7644
// section 3.7.1), as it wants no circle of groups.
func halfDone(p problem, id string) problem {
	if p.Status == http.StatusBadRequest {
		p.Status, p.ScimType = http.StatusConflict, ""
	}
	p.Detail = join(p.Detail, "The resource was made, with the id "+id+", but without its references to resources later in the bulk.")
	return p
}

// record writes down an operation that is complete.
func (b *bulkJob) record(o *bulkOperation, status int, err error) {
	c := &call{requestID: b.call.requestID, caller: b.call.caller, below: o.path, base: b.call.base, resource: "none", id: o.id, err: err}
	if o.kind != nil {
		c.resource = o.kind.typ.Name
		if o.target != "" && o.id != "" {
			c.below = o.kind.typ.Endpoint + "/" + o.id
		}
	}
	r := *b.request
	r.Method, r.URL = o.method, &url.URL{Path: c.below}
	b.server.record(o.running.ctx, &r, c, o.running.seen, status, o.problem)
}
