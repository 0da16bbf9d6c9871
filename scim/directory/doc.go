// Package directory holds the verbs of the bridge: provision, change,
// deactivate and list people; grant and take away access.
//
// It is the only room that knows both what a SCIM request means and which
// Salesforce calls answer it, and it spends those calls sparingly: a lookup
// and a read are one composite call, a change is one to read and one to write
// and read back, a page of a list is cut from a window that is kept for a
// minute. What Salesforce cannot hold (values as they were sent, who was
// deleted, managers who have not arrived yet) lies in its own three tables.
//
// What may not enter: HTTP, JSON on the wire, the names of attributes (those
// are scim/mapping's), how a Salesforce error looks to an IdP (scim/errors.go).
package directory
