// Package clients holds no code of the product: its tests drive the simulator
// with Salesforce clients that nobody here wrote, jsforce (npm) and
// simple-salesforce (PyPI), through their own high-level calls and over
// loopback, and compare what those return with what they return of a real org.
//
// The clients are installed by `make needs` into .build/clients, pinned by
// testdata/package-lock.json and testdata/requirements.txt. What they do is in
// the scripts under testdata, one story a file; what they have to come to is in
// the tables of the tests.
package clients
