// Package oauth is the room that decides who may speak.
//
// Towards Salesforce it keeps one authorization of one org: [Authorizer] holds
// the access token in memory, refreshes it once however many callers ask, and
// keeps the refresh token in [Store] so that a rotated one survives a crash.

// Nothing of SCIM, of the Salesforce REST API or of HTTP routing may enter:
// the room knows tokens, the login host and its own two tables.
package oauth
