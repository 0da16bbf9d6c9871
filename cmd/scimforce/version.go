package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "dev"

// build is what this binary is.
type build struct{ Version, Revision, Go string }

// readBuild takes the version from the linker, else from the module, and the
// revision from the version control stamp where there is one.
func readBuild() build {
	b := build{Version: version, Revision: "unknown", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}

type versionCommand struct{}

// Run prints one line.
func (versionCommand) Run(p *program) error {
	b := readBuild()
	_, err := fmt.Fprintf(p.stdout, "scimforce %s (revision %s, %s, %s/%s)\n", b.Version, b.Revision, b.Go, runtime.GOOS, runtime.GOARCH)
	return err
}
