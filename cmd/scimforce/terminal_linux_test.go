package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// pseudoTerminal is a real terminal: what is written to the keyboard is typed
// at the screen.
func pseudoTerminal(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	return keyboard, screen
}

// sitting is a command line with somebody at the terminal.
type sitting struct {
	t        *testing.T
	keyboard *os.File
	said     chan string // what the command says, as it comes
	heard    strings.Builder
	unheard  string
	ended    chan int
	stop     context.CancelFunc
}

// sit runs a command line at a terminal; listening is as in program.
func sit(t *testing.T, listening func(string, net.Addr), environ []string, args ...string) *sitting {
	t.Helper()
	keyboard, screen := pseudoTerminal(t)
	s := watch(t, &program{args: args, environ: environ, stdin: screen}, listening)
	s.keyboard = keyboard
	return s
}

// watch runs a command line and listens to what it says.
func watch(t *testing.T, p *program, listening func(string, net.Addr)) *sitting {
	t.Helper()
	s := &sitting{t: t, said: make(chan string, 1000), ended: make(chan int, 1)}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	p.stdout, p.stderr, p.listening = saying{s.said}, saying{s.said}, listening
	go func() {
		s.ended <- p.run(ctx)
		close(s.said)
	}()
	t.Cleanup(func() {
		stop()
		for range s.said { // until it has ended
		}
	})
	return s
}

// saying passes on what is written.
type saying struct{ said chan<- string }

func (s saying) Write(b []byte) (int, error) {
	s.said <- string(b)
	return len(b), nil
}

// until waits for the command to say something, and returns what it has said
// since the last time, up to the end of that.
func (s *sitting) until(text string) string {
	s.t.Helper()
	for {
		if i := strings.Index(s.unheard, text); i >= 0 {
			i += len(text)
			heard := s.unheard[:i]
			s.unheard = s.unheard[i:]
			return heard
		}
		more, ok := <-s.said
		if !ok {
			s.t.Fatalf("the command never said %q:\n%s", text, s.heard.String())
		}
		s.unheard += more
		s.heard.WriteString(more)
	}
}

// types writes a line at the keyboard.
func (s *sitting) types(line string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keyboard, line+"\n"); err != nil {
		s.t.Fatal(err)
	}
}

// wait is how the command ends, and all that it said.
func (s *sitting) wait() (code int, said string) {
	s.t.Helper()
	for more := range s.said {
		s.heard.WriteString(more)
	}
	return <-s.ended, s.heard.String()
}

func TestASecretIsTypedUnseen(t *testing.T) {
	keyboard, screen := pseudoTerminal(t)
	var shown strings.Builder
	if _, err := io.WriteString(keyboard, "hunter2\nyes\n"); err != nil {
		t.Fatal(err)
	}
	asked := terminal{screen, &shown}
	if typed, err := asked.secret(t.Context(), "Secret: "); err != nil || typed != "hunter2" {
		t.Errorf("%q, %v", typed, err)
	}
	if yes, err := asked.confirm(t.Context(), "Sure?"); err != nil || !yes {
		t.Errorf("%v, %v", yes, err)
	}
	if shown.String() != "Secret: \nSure? [y/N] " {
		t.Errorf("shown: %q", shown.String())
	}
}

// Ctrl-C at the question for a secret must not leave the terminal mute.
func TestATerminalIsAsItWasAfterASecretThatNobodyTyped(t *testing.T) {
	_, screen := pseudoTerminal(t)
	echoes := func() bool {
		state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return state.Lflag&unix.ECHO != 0
	}
	ctx, stop := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	var ended sync.WaitGroup
	ended.Go(func() {
		if _, err := (terminal{screen, io.Discard}).secret(ctx, ""); !errors.Is(err, gone) {
			t.Errorf("%v", err)
		}
	})
	for echoes() { // until the question is asked
	}
	stop(gone)
	ended.Wait()
	if !echoes() {
		t.Error("what is typed stays unseen")
	}
}

func TestALineIsReadAndNothingBehindIt(t *testing.T) {
	in := strings.NewReader("one\r\ntwo\n\nlast")
	asked := terminal{in, io.Discard}
	for _, want := range []string{"one", "two", "", "last"} {
		if got, err := asked.line(t.Context(), ""); err != nil || got != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	if _, err := asked.line(t.Context(), ""); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
	if _, err := (terminal{strings.NewReader(strings.Repeat("x", maxLine+1)), io.Discard}).line(t.Context(), ""); err == nil {
		t.Error("a line without end is read")
	}
}
