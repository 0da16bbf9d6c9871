// Package authority is the OAuth side of the simulated Salesforce: the login
// host, the pages a person meets there, the token endpoint with its flows, and
// the sessions and grants that come of them, for one org or several.
//
// It answers with the bytes of a real org where one was recorded. A real
// authorize endpoint answers 200 with a page that redirects by JavaScript; here
// it is the redirect or the form itself, so that a client without a browser
// can walk through it.
//
// All state is in memory and bounded: the oldest authorize requests, browser
// logins, sessions and rows of login history make room for new ones.
package authority
