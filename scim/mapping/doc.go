// Package mapping says which SCIM attribute is which field of Salesforce's User
// object, as data: one row an attribute (rows.go), read by everything else
// here. From the rows come the schemas that the service advertises, the fields
// that are read, what is written for a new or a changed user, what an IdP gets
// to read, and how an attribute can be searched for.
//
// Everything is a pure function of its arguments. Nothing about HTTP, SOQL text
// or a database may enter, and no Salesforce call is made: what must be known of
// the org comes in as an Org, what only the org can resolve leaves as a
// Reference.
//
// # The echo
//
// An IdP compares what it reads with what it sent, and sends again what differs.
// Salesforce lower-cases a Username, keeps an old e-mail address until its owner
// confirms the new one, spells locales its own way, and has no field at all for
// much of SCIM. So the value as sent is remembered together with what Salesforce
// held right after that write, and is given back for as long as Salesforce still
// holds that (or has come to hold the sent value itself). Once somebody changes
// the field in Salesforce, the IdP reads Salesforce's value.
//
// A multi-valued attribute is remembered whole, as it was sent: the types,
// the displays, and the further values that Salesforce has no field for. When
// one of the fields behind it changes in Salesforce, only the value that stands
// in that field is replaced.
package mapping
