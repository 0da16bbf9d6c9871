// Package audit is the record of what the bridge did: one Entry for one SCIM
// request, with the Salesforce calls it cost and the remarks made on the way.
//
// It knows the shape of a Salesforce call and nothing else of the other rooms.
// What may not enter: request or response bodies, tokens, and anything that
// names a person (an e-mail address, a display name). A resource is named by
// its id only.
package audit

import (
	"context"
	"time"

	"scimforce/salesforce"
)

// Entry is what is remembered of one SCIM request.
type Entry struct {
	// Time is when the request arrived.
	Time time.Time
	// RequestID is the id answered in the X-Request-Id header.
	RequestID string
	// Credential is the name of the IdP credential, "" when it was refused.
	Credential string
	// Method is the HTTP method.
	Method string
	// Path is the path below the mount point, ids kept and no query:
	// "/Users/0055g00000AbCdEAAV".
	Path string
	// ResourceType is "User", "Group" or a discovery endpoint's name, "" when
	// the path is none of ours.
	ResourceType string
	// ResourceID is the id addressed, or the id made by a POST; "" for lists.
	ResourceID string
	// Status is the HTTP status answered.
	Status int
	// ScimType and Detail are those of the SCIM error, "" on success. Detail
	// may quote values of the request: sinks for people in general leave it
	// out.
	ScimType, Detail string
	// Duration runs from the arrival to the answer's last byte.
	Duration time.Duration
	// Calls are the Salesforce calls made under the request, in order of
	// completion.
	Calls []salesforce.Call
	// Notes are the remarks left by Note, in order.
	Notes []string
}

// Sink takes entries. Record must not block for long and must not fail the
// request: a sink that cannot write says so in its own log. It is called from
// many goroutines at once.
type Sink interface {
	Record(ctx context.Context, e Entry)
}

// Tee gives every entry to each of the sinks in turn; nil sinks are left out.
func Tee(sinks ...Sink) Sink {
	kept := make(tee, 0, len(sinks))
	for _, s := range sinks {
		if s != nil {
			kept = append(kept, s)
		}
	}
	return kept
}

type tee []Sink

// Record implements Sink.
func (t tee) Record(ctx context.Context, e Entry) {
	for _, s := range t {
		s.Record(ctx, e)
	}
}
