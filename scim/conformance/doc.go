// Package conformance runs SCIM test suites that others have written against the
// whole bridge, over HTTP and over a simulated org: scim2-tester and scim-sanity
// from PyPI, in the versions that testdata/pip pins.
//
// Suites disagree with each other, with what identity providers need and with
// what Salesforce can do. So each has its list of expected findings, with the
// reason for every one: a finding that is not in the list fails the test, and so
// does one in the list that the suite does not report any more.
//
// It is a room for tests alone; nothing imports it.
package conformance
