package idp

import (
	"fmt"
	"net/http"
	"strings"
)

// Scope is what a credential may do.
type Scope string

const (
	// ScopeRead reads everything and changes nothing.
	ScopeRead Scope = "read"
	// ScopeUsers reads everything and changes users.
	ScopeUsers Scope = "users"
	// ScopeGroups reads everything and changes groups and their members.
	ScopeGroups Scope = "groups"
	// ScopeAll is users and groups, and whatever else there is to change.
	ScopeAll Scope = "all"
)

// ParseScope takes one of the four words, in any case. The error lists them.
func ParseScope(word string) (Scope, error) {
	switch s := Scope(strings.ToLower(strings.TrimSpace(word))); s {
	case ScopeRead, ScopeUsers, ScopeGroups, ScopeAll:
		return s, nil
	}
	return "", fmt.Errorf("%q is no scope: write read, users, groups or all", word)
}

// Allows reports whether a credential of this scope may use an HTTP method on
// resources of a type, "User" or "Group" as SCIM names them; any other type is
// for ScopeAll to change. A scope that is none of the four allows nothing.
func (s Scope) Allows(method, resource string) bool {
	switch s {
	case ScopeRead, ScopeUsers, ScopeGroups, ScopeAll:
	default:
		return false
	}
	switch {
	case method == http.MethodGet, method == http.MethodHead, s == ScopeAll:
		return true
	case s == ScopeUsers:
		return resource == "User"
	case s == ScopeGroups:
		return resource == "Group"
	}
	return false
}

// meet is what both scopes allow.
func (s Scope) meet(other Scope) Scope {
	switch {
	case s == other, other == ScopeAll:
		return s
	case s == ScopeAll:
		return other
	}
	return ScopeRead
}

// Needed is the narrowest scope that allows method on resource.
func Needed(method, resource string) Scope {
	for _, s := range []Scope{ScopeRead, ScopeUsers, ScopeGroups} {
		if s.Allows(method, resource) {
			return s
		}
	}
	return ScopeAll
}

// Caller is who sent a request.
type Caller struct {
	// Credential is the name that logs and the audit show. It is no secret.
	Credential string
	// Connection is the name of the authorized org that the caller works with.
	Connection string
	// Scope is what it may do there.
	Scope Scope
	// Person is the userName of whom the credential stands for, "" for a program.
	// A person reads himself and nothing else of the org.
	Person string
}
