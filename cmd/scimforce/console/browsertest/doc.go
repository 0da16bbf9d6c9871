// Package browsertest drives a real Chromium for tests of pages: it opens them,
// fills them in, presses what is there, takes pictures, and checks that people
// who see badly, use the keyboard alone, or hold a phone can use them.
//
// It knows no page of the product: what is on one, its test says. Only tests
// import it.
package browsertest
