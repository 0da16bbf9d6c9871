package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxLine bounds what is read as an answer, in bytes. The longest is the
// address that a browser was sent back to.
const maxLine = 16 << 10

// terminal asks whoever runs a command. Questions go to out, so that what a
// command prints can be piped on.
type terminal struct {
	in  io.Reader
	out io.Writer
}

func (p *program) terminal() terminal {
	if p.stdin == nil {
		return terminal{strings.NewReader(""), p.stderr}
	}
	return terminal{p.stdin, p.stderr}
}

// attended says whether a person can answer, and by which file descriptor.
func (t terminal) attended() (fd int, ok bool) {
	file, ok := t.in.(*os.File)
	if !ok {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// line asks for a line; a pipe is not shown the question. io.EOF when there is
// none, the cause of ctx's end when that came first.
func (t terminal) line(ctx context.Context, question string) (string, error) {
	if _, ok := t.attended(); ok {
		fmt.Fprint(t.out, question)
	}
	return await(ctx, func() (string, error) { return readLine(t.in) })
}

// secret asks for a line that is not shown while it is typed.
func (t terminal) secret(ctx context.Context, question string) (string, error) {
	fd, ok := t.attended()
	if !ok {
		return t.line(ctx, question)
	}
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("ask for a secret: %w", err)
	}
	fmt.Fprint(t.out, question)
	text, err := await(ctx, func() (string, error) {
		typed, err := term.ReadPassword(fd)
		return string(typed), err
	})
	fmt.Fprintln(t.out) // the Return that was typed is not shown either
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(fd, before))
	}
	return text, err
}

// confirm asks a question that yes answers; everything else is no.
func (t terminal) confirm(ctx context.Context, question string) (bool, error) {
	answer, err := t.line(ctx, question+" [y/N] ")
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}

// await is read, or the cause of ctx's end. Reading a terminal cannot be broken
// off: it goes on, then, until the program ends.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	came := make(chan answer, 1)
	go func() {
		text, err := read()
		came <- answer{text, err}
	}()
	select {
	case a := <-came:
		return a.text, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// readLine reads a line and nothing behind it, which is somebody else's. The
// last one may lack its end.
func readLine(from io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := from.Read(one)
		switch {
		case n > 0 && one[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n > 0:
			line = append(line, one[0])
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case err != nil:
			return "", err
		}
		if len(line) > maxLine {
			return "", fmt.Errorf("the answer is longer than %d bytes", maxLine)
		}
	}
}
