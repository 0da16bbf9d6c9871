// Command gather writes unverified.txt: what the simulator's code says of
// itself that is only remembered. `go generate ./salesforce/simulator/...` runs
// it.
package main

import (
	"fmt"
	"os"
)

// The simulator's folder and the file, as seen from the package unverified,
// where go generate runs.
const (
	simulator = ".."
	list      = "unverified.txt"
)

func main() {
	entries, err := find(simulator)
	if err == nil {
		err = os.WriteFile(list, render(entries), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gather:", err)
		os.Exit(1)
	}
}
