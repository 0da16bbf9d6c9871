package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthcheckCommand asks a running bridge over HTTP; it is the HEALTHCHECK of
// an image without a shell.
type healthcheckCommand struct {
	Listen  string        `default:":8080" placeholder:"HOST:PORT" variable:"SCIMFORCE_LISTEN" help:"Where the bridge listens."`
	URL     string        `placeholder:"URL" help:"Ask this instead."`
	Ready   bool          `help:"Ask whether it is ready (database, Salesforce), not only whether it lives."`
	Timeout time.Duration `default:"4s" placeholder:"D" help:"How long to wait. Default 4s."`
}

// Run fails when the answer is not 200, and says what it was.
func (c *healthcheckCommand) Run(ctx context.Context, p *program) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	address := c.URL
	if address == "" {
		host, port, err := net.SplitHostPort(c.Listen)
		if err != nil {
			return fmt.Errorf("listen address %q: %w", c.Listen, err)
		}
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			host = ""
		}
		path := "/healthz"
		if c.Ready {
			path = "/readyz"
		}
		address = "http://" + net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port) + path
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("healthcheck: %s answered %s: %s", address, answer.Status, strings.TrimSpace(string(body)))
	}
	_, err = fmt.Fprintln(p.stdout, strings.TrimSpace(string(body)))
	return err
}
