// Package salesforce is what Salesforce sees of this program: a client of its
// REST API for records, queries, collections, composites and descriptions of
// objects.
//
// Every request leaves by one door, the method do, which authorizes it, bounds
// it in time and size, repeats it where repeating does no harm, watches the
// daily allocation and tells what was called. Whatever goes wrong on the way
// becomes an [*Error], and callers ask questions of it ([IsDuplicate],
// [IsUnavailable], [OutcomeUnknown]) instead of reading texts: messages come
// in the language of the running user, only codes are stable.
//
// The package knows nothing of SCIM and nothing of how a token is come by: it
// is handed an [Authorizer]. What records mean is not its business either.
package salesforce
