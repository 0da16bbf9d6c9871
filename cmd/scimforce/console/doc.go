// Package console is the pages that an administrator sees: sign in, connect an
// org, see how it is, give the identity provider a token. Pages are made on the
// server from the templates beside, with one stylesheet and one script of a few
// lines that nothing depends on; no page asks another host for anything.
//
// Every request passes one door (door.go), which bounds it, refuses what comes
// from other origins, loads the session and asks for a sign-in. Handlers behind
// it return what to answer and write nothing themselves. A GET changes nothing
// but the session's own notes, and every POST that went well ends in a redirect,
// so that neither reloading nor going back repeats it.
//
// What a connection, a token or a report is, other rooms know: the console holds
// no rule of Salesforce's or of SCIM's, and never a secret longer than a form or
// a sealed session needs it.
package console
