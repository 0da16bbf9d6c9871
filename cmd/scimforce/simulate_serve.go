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

	"golang.org/x/sync/errgroup"

	"scimforce/salesforce/simulator/certificate"
	"scimforce/salesforce/simulator/unverified"
)

// Run serves the orgs until ctx ends.
func (c *simulateCommand) Run(ctx context.Context, p *program) error {
	if c.Unverified {
		return unverified.Print(p.stdout)
	}
	var found problems
	c.reportServing(&found)
	made, err := c.simulation(&found, p.stderr)
	if problem := found.err(); problem != nil {
		return problem
	}
	if err != nil {
		return err
	}
	listener, err := listen(ctx, "--listen", c.Listen)
	if err != nil {
		return err
	}
	where := addresses{org: "http://" + reachable(listener.Addr())}
	where.control = where.org
	if c.TLS {
		where.org = "https://" + reachable(listener.Addr())
		where.control = where.org
		if listener, err = c.secure(listener); err != nil {
			return err
		}
	}
	defer listener.Close()
	var control net.Listener
	if c.ControlListen != "" {
		if control, err = listen(ctx, "--control-listen", c.ControlListen); err != nil {
			return err
		}
		defer control.Close()
		where.control = "http://" + reachable(control.Addr())
	}
	if err := c.describe(p.stdout, made, where); err != nil {
		return err
	}
	p.tellListening("simulator", listener.Addr())
	running, ctx := errgroup.WithContext(ctx) // one that fails ends the other
	running.Go(func() error { return serveSimulator(ctx, made, listener) })
	if control != nil {
		running.Go(func() error { return serveSimulator(ctx, made.Control(), control) })
	}
	return running.Wait()
}

// addresses are where the orgs and the control API answer.
type addresses struct{ org, control string }

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
