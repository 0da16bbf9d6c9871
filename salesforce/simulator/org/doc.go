// Package org holds one simulated Salesforce org: its objects, their records
// and the rules by which records may be written.
//
// It answers as a real org does, with the org's own error codes, messages and
// field lists, because those are what a client under test has to cope with.
// It knows nothing of HTTP, OAuth or SOQL text: the package simulator speaks
// HTTP, the package query reads SOQL, and both come here for records.
//
// Objects are declared as data (the object_*.go files); what cannot be said as
// data, such as "a Username is taken across all orgs", is a rule hung on the
// declaration (the rule_*.go files).
//
// An org is made by New from a Config, which ReadConfig reads from a YAML file;
// Dump and Load take its content out and put it back, Reset makes it as it was.
// A million people take some nine seconds and a gigabyte: rows share what they
// have alike (row.go), indexes hold places instead of keys (index.go).
//
// Where the behaviour of a real org is documented or was recorded, the comment
// says so; what is only remembered is marked "unverified".
package org
