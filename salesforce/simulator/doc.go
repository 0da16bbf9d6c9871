// Package simulator is a Salesforce org in a process: the OAuth endpoints, the
// REST API under /services/data and the pages a person sees when an app asks
// for access, over the data and rules of [scimforce/salesforce/simulator/org].
//
// It is a product of its own: tests run it behind httptest, `scimforce demo`
// and `scimforce simulate` serve it on a port. It answers byte for byte as a
// real org does where a recording of a real org exists; what is only
// remembered is marked "unverified" where it is written down.
//
// What may not enter: anything of scimforce's own Salesforce client or OAuth
// code (the simulator must be able to disagree with them), SOQL or record rules
// (they live in the folders query and org), and real credentials: the consumer
// secret and the passwords here protect invented data.
//
// What it is not: a security boundary, a place to store data (a restart is a
// new org), or a substitute for a last test against a sandbox.
package simulator
