package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// readKeyFile reads a secret from the file that a flag names. One that others
// may read is warned of on w.
func readKeyFile(w io.Writer, flag, path string, most int64) (string, error) {
	wrong := func(format string, arguments ...any) (string, error) {
		return "", &configError{problems: []string{fmt.Sprintf("%s %q ", flag, path) + fmt.Sprintf(format, arguments...)}}
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return wrong("cannot be read: %v", cause(err))
	case !info.Mode().IsRegular() || info.Size() > most:
		return wrong("is no regular file of at most %d bytes: name the file that holds the secret and nothing else", most)
	case info.Mode().Perm()&0o077 != 0:
		fmt.Fprintf(w, "Others on this machine may read %s: chmod 600 it.\n", path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return wrong("cannot be read: %v", cause(err))
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		return wrong("is empty: put the secret into it")
	}
	return text, nil
}
