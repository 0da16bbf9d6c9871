package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"scimforce/salesforce/simulator/certificate"
	"scimforce/salesforce/simulator/unverified"
)

// Run serves the org until ctx ends.
func (c *simulateCommand) Run(ctx context.Context, p *program) error {
	if c.Unverified {
		return unverified.Print(p.stdout)
	}
	if err := c.check(); err != nil {
		return err
	}
	o, s, err := newSimulation(c, p.stderr)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, "--listen", c.Listen)
	if err != nil {
		return err
	}
	address := "http://" + reachable(listener.Addr())
	if c.TLS {
		address = "https://" + reachable(listener.Addr())
		if listener, err = c.secure(listener); err != nil {
			return err
		}
	}
	if err := c.describe(p.stdout, o, address); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.tellListening("simulator", listener.Addr())
	return serveSimulator(ctx, s, listener)
}

// secure makes the authority and wraps the listener, which it closes where that
// fails.
func (c *simulateCommand) secure(listener net.Listener) (net.Listener, error) {
	authority, err := certificate.New(time.Now(), c.tlsHosts()...)
	if err == nil && c.TLSCAOut != "" {
		err = os.WriteFile(c.TLSCAOut, authority.PEM(), 0o644)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("simulate: %w", err), listener.Close())
	}
	return tls.NewListener(listener, authority.ServerConfig()), nil
}

// tlsHosts are the names of the server beside those of every machine.
func (c *simulateCommand) tlsHosts() []string {
	hosts := c.TLSHost
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && host != "" {
		hosts = append([]string{host}, hosts...)
	}
	return hosts
}

// reportTLS adds what is wrong with the flags of TLS.
func (c *simulateCommand) reportTLS(found *problems) {
	if !c.TLS {
		if c.TLSCAOut != "" || len(c.TLSHost) > 0 {
			found.addf("--tls-ca-out and --tls-host need --tls")
		}
		return
	}
	if _, err := certificate.New(time.Now(), c.tlsHosts()...); err != nil {
		found.addf("--tls-host: %v", err)
	}
	if c.TLSCAOut == "" {
		return
	}
	if info, err := os.Stat(filepath.Dir(c.TLSCAOut)); err != nil || !info.IsDir() {
		found.addf("--tls-ca-out %q: the folder does not exist", c.TLSCAOut)
	} else if info, err := os.Stat(c.TLSCAOut); err == nil && !info.Mode().IsRegular() {
		found.addf("--tls-ca-out %q is there already and no file", c.TLSCAOut)
	}
}

// serveSimulator serves a simulated org until ctx ends.
func serveSimulator(ctx context.Context, handler http.Handler, listener net.Listener) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("simulate: %w", err)
	case <-ctx.Done():
	}
	// A second for what is in flight; nothing here is worth a longer wait.
	patience, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close()
	}
	<-ended
	return nil
}
