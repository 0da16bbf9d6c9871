package directory

import (
	"database/sql"
	"log/slog"
	"time"

	"scimforce/salesforce"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

// Config is what a Directory works with.
type Config struct {
	// Salesforce speaks to the org. Required.
	Salesforce *salesforce.Client
	// Mapping translates between SCIM attributes and Salesforce fields. Required.
	Mapping *mapping.Mapping
	// DB keeps the echo, the tombstones and the managers that are awaited. The
	// caller opens and closes it; New brings this room's tables up to date.
	// Required.
	DB *sql.DB
	// Connection is the name of the connection that Salesforce is of. What DB
	// keeps is kept by it: two orgs may hold the same record ids, as production
	// and its full copy sandbox do. Required.
	Connection string
	// Policy says what leaving means beyond deactivation.
	Policy Policy
	// Defaults are for new users of whom the IdP says nothing else; only
	// Profile is read here, the rest is the mapping's.
	Defaults mapping.Defaults
	// Logger takes what no request can be told. Default slog.Default.
	Logger *slog.Logger
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Observe is told of rare events worth a metric, by a name of low
	// cardinality: "frozen_instead_of_deactivated", "user_revived",
	// "create_answer_lost", "store_failed". Default: nobody.
	Observe func(event string)
	// Window is how many records one call of a list fetches, 1 to 2,000 (the
	// most Salesforce returns in a page). Default 2,000.
	Window int
}

// Policy is what happens to the access of somebody who is deleted.
type Policy struct {
	// RemovePermissionSets and RemoveGroups take permission sets and public
	// groups away on DELETE. A mere active:false leaves them.
	RemovePermissionSets, RemoveGroups bool
	// FreezeWhenRefused freezes a user whom Salesforce refuses to deactivate.
	FreezeWhenRefused bool
}

// Want says what of a resource must be read; what is not wanted costs no query.
type Want struct {
	// Access is a user's groups and entitlements.
	Access bool
	// Members are a group's members.
	Members bool
	// Attributes are those that are shown, nil for all. Others may be missing
	// in the answer: the fields behind them are not asked for. Without all of them
	// meta.version is no version.
	Attributes *Attributes
}

// Query is a list request. StartIndex counts from 1; lower is 1. Count 0 asks
// for the total alone; a negative one is 0.
type Query struct {
	Filter            filter.Expression // nil: all
	Sort              Sort
	StartIndex, Count int
	// After, when set, is the place behind which the page begins, and StartIndex
	// is not heeded. The zero Position is the beginning.
	After *Position
	Want  Want
}

// Sort is the order of a list (RFC 7644 section 3.4.2.3). The zero Sort is the
// order of ids: of users that in which they were made, nearly.
type Sort struct {
	By         filter.Path
	Descending bool
}

// Position is a place in a list: behind the resource of this id. It says all
// that is needed to go on, also in another process.
type Position struct {
	// ID of the last resource before the place; "" for the beginning.
	ID string
	// Index is how many resources the pages before have passed.
	Index int
	// Walk names the sequence of pages, so that those who walk the same list at
	// the same time do not disturb each other's windows. At most 16 characters.
	Walk string
}

// Page is a part of a list: Total matches, of which Resources are those from
// StartIndex on. Next is where the page behind it begins, nil when there is
// none; it is told when the query had After.
type Page struct {
	Total, StartIndex int
	Resources         []map[string]any
	Next              *Position
}
