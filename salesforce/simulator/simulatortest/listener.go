package simulatortest

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// listener accepts connections that are pipes.
type listener struct {
	dialed chan net.Conn
	closed chan struct{}
	close  func()
}

func newListener() *listener {
	l := &listener{dialed: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	return l
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dialed:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.close()
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// dial connects to the server, whatever the address where it is in memory.
func (s *Server) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.refused() {
		return nil, refusal(network)
	}
	if s.listen == nil {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	here, there := net.Pipe()
	select {
	case s.listen.dialed <- there:
		return here, nil
	case <-s.listen.closed:
		return nil, refusal(network)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// refusal is what a dial answers where nobody listens.
func refusal(network string) error {
	return &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
}
