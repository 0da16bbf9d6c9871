package scim

// Updating reports whether golden files are to be written anew; the tests of
// package scim_test run in the same binary and share the flag.
func Updating() bool { return *update }
