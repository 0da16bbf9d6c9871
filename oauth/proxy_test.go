package oauth

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// proxy stands between a pool and PostgreSQL, as a network does, and can fail as
// one does.
type proxy struct {
	URL    string // of the database, by way of the proxy
	Direct string

	listener net.Listener
	socket   string
	serving  sync.WaitGroup

	mu      sync.Mutex
	down    bool
	stalled chan struct{} // is closed when the proxy passes things on again, nil for passing
	pairs   map[net.Conn]net.Conn
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{Direct: databasetest.URL(t, database.PostgreSQL), pairs: map[net.Conn]net.Conn{}}
	u, err := url.Parse(p.Direct)
	if err != nil {
		t.Fatal(err)
	}
	p.socket = filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = p.listener.Addr().String(), "sslmode=disable"
	p.URL = u.String()
	p.serving.Go(p.serve)
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.mend()
		p.cut()
		p.serving.Wait()
	})
	return p
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.socket)
		p.mu.Lock()
		if err != nil || p.down {
			_ = client.Close()
			if server != nil {
				_ = server.Close()
			}
			p.mu.Unlock()
			continue
		}
		p.pairs[client] = server
		p.mu.Unlock()
		for from, to := range map[net.Conn]net.Conn{client: server, server: client} {
			p.serving.Go(func() {
				_, _ = io.Copy(to, &stallable{p, from})
				_, _ = client.Close(), server.Close()
			})
		}
	}
}

// stallable reads nothing while the proxy is stalled.
type stallable struct {
	proxy *proxy
	from  net.Conn
}

func (s *stallable) Read(b []byte) (int, error) {
	n, err := s.from.Read(b)
	s.proxy.mu.Lock()
	stalled := s.proxy.stalled
	s.proxy.mu.Unlock()
	if stalled != nil {
		<-stalled
	}
	return n, err
}

// cut breaks all connections, and each new one.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	for client, server := range p.pairs {
		_, _ = client.Close(), server.Close()
	}
	clear(p.pairs)
}

// stall passes nothing on any more, and breaks nothing.
func (p *proxy) stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = make(chan struct{})
}

// mend ends what cut or stall began.
func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}
