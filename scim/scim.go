// Package scim is what an identity provider sees: SCIM 2.0 over HTTP
// (RFC 7643, RFC 7644).
//
// One request walks through it once: door.go (request id, credential, size,
// deadline, metrics, log, audit), routes.go (which verb), body.go and query.go
// (what was asked, strictly read), the Directory (what is done), projection.go
// and answer.go (what is shown), errors.go (what went wrong, in SCIM's words).
//
// What may not enter: SOQL, field names, a Salesforce call. This room knows
// Salesforce only by the error codes of errors.go, the one place where a
// Salesforce error becomes a SCIM error, and by the Recorder whose calls it
// hands to the audit. It keeps no state of users.
package scim

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"scimforce/oauth/idp"
	"scimforce/scim/audit"
	"scimforce/scim/directory"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

// Directory is where people and access are kept: the verbs behind the routes.
// Resources are maps as encoding/json decodes them, attribute names canonical.
// Errors are SCIM errors (errors.ScimError values), *salesforce.Error or
// oauth's typed errors, possibly wrapped; anything else is answered as 500.
type Directory interface {
	// UserType is the resource type of the users of ctx's caller: its Salesforce
	// extension has the fields of his org. CurrentUserType is the same for those
	// who look at schemas, perhaps because the org has changed. With an error may
	// come the type as far as it is known; it is good for that only.
	UserType(ctx context.Context) (resource.Type, error)
	CurrentUserType(ctx context.Context) (resource.Type, error)
	GroupType(ctx context.Context) (resource.Type, error)

	CreateUser(ctx context.Context, user map[string]any) (map[string]any, error)
	User(ctx context.Context, id string, want directory.Want) (map[string]any, error)
	Users(ctx context.Context, q directory.Query) (directory.Page, error)
	ReplaceUser(ctx context.Context, id string, match directory.Condition, user map[string]any) (map[string]any, error)
	PatchUser(ctx context.Context, id string, match directory.Condition, operations []patch.Operation) (map[string]any, error)
	DeleteUser(ctx context.Context, id string, match directory.Condition) error

	CreateGroup(ctx context.Context, group map[string]any) (map[string]any, error)
	Group(ctx context.Context, id string, want directory.Want) (map[string]any, error)
	Groups(ctx context.Context, q directory.Query) (directory.Page, error)
	ReplaceGroup(ctx context.Context, id string, match directory.Condition, group map[string]any) (map[string]any, error)
	PatchGroup(ctx context.Context, id string, match directory.Condition, operations []patch.Operation, want directory.Want) (map[string]any, error)
	DeleteGroup(ctx context.Context, id string, match directory.Condition) error
}

// Config is what a handler needs.
type Config struct {
	// Directory does the work. Required.
	Directory Directory
	// Authenticate says who sent a request. Its errors are those of package
	// idp: *RefusedError is answered with 401, or 429 where it asks to wait,
	// and *UnavailableError with 503. Whom it names is in the context of every
	// call of the Directory, under CallerFrom. Required.
	Authenticate func(*http.Request) (idp.Caller, error)
	// BaseURL is the public URL of the SCIM root, "https://host/scim/v2",
	// the start of every meta.location and $ref. Empty: taken from each
	// request's Host and scheme.
	BaseURL string
	// MaxBody is the largest request body in bytes. Default 1 MiB.
	MaxBody int64
	// MaxBulkBody is the largest body of a bulk in bytes, advertised as
	// bulk.maxPayloadSize. Default 4 MiB: 1,000 full users are about 3.
	MaxBulkBody int64
	// RequestTimeout bounds one request. Default 55 s: Okta gives up at 60.
	RequestTimeout time.Duration
	// Logger takes one line a request. Default: slog.Default.
	Logger *slog.Logger
	// Audit takes one entry a request. Default: none.
	Audit audit.Sink
	// Metrics is where the request metrics are registered. Default: nowhere.
	Metrics prometheus.Registerer
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// CursorKey signs the cursors of RFC 9865. Replicas must share it, or a list
	// begun on one cannot be continued on another. Default: random bytes, so
	// that cursors end with the process.
	CursorKey []byte
}

const (
	defaultMaxBody        = 1 << 20
	defaultMaxBulkBody    = 4 << 20
	defaultRequestTimeout = 55 * time.Second
)

// New returns the handler of the SCIM routes: /Users, /Groups, /Bulk,
// /ServiceProviderConfig, /ResourceTypes and /Schemas, relative to its mount
// point. Mount it with http.StripPrefix or chi's Mount; the prefix that was
// taken away reaches locations through BaseURL, or through the request when
// BaseURL is empty.
func New(c Config) (http.Handler, error) {
	var problems []error
	if c.Directory == nil {
		problems = append(problems, errors.New("scim: Config.Directory is missing"))
	}
	if c.Authenticate == nil {
		problems = append(problems, errors.New("scim: Config.Authenticate is missing"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if c.MaxBody <= 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.MaxBulkBody <= 0 {
		c.MaxBulkBody = max(defaultMaxBulkBody, c.MaxBody)
	}
	if c.RequestTimeout <= 0 {
		c.RequestTimeout = defaultRequestTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Audit == nil {
		c.Audit = audit.Tee()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	m, err := newMetrics(c.Metrics)
	if err != nil {
		return nil, err
	}
	signer, err := newCursors(c.CursorKey, c.Now)
	if err != nil {
		return nil, err
	}
	s := &server{Config: c, metrics: m, errors: translator{table: refusals()}, cursors: signer}
	s.router = s.mux()
	return s, nil
}
