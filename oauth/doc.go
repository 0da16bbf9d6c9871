// Package oauth is the room that decides who may speak to Salesforce.
//
// A [Connection] is one org that the bridge speaks to as one app. [Store] keeps
// the connections, their sealed secrets and their grants, in SQLite or
// PostgreSQL. [WebServer] leads an administrator through Salesforce's pages to a
// refresh token; [ConnectJWT] and [ConnectClientCredentials] need no person.
// [Authorizer] hands out the access tokens of one connection: it refreshes once
// however many callers ask, in however many processes, and keeps a rotated
// refresh token so that it survives a crash. [Explain] words whatever goes wrong.
//
// Who calls the bridge is the matter of the package idp, how secrets are sealed
// that of vault, what a database is that of database.
//
// Nothing of SCIM, of the Salesforce REST API or of HTTP routing may enter: the
// room knows tokens, the login host and its own tables.
package oauth
