package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"

	"scimforce/oauth/database"
)

// Run checks the configuration, wires the bridge and serves it until ctx ends.
// Nothing listens before all of the configuration is found good.
func (c *serveCommand) Run(ctx context.Context, p *program) (err error) {
	settings, err := c.settings(readEnvironment(p.environ))
	if err != nil {
		return err
	}
	logger := newLogger(p.stderr, settings.LogLevel, settings.LogFormat)
	b := readBuild()
	logger.InfoContext(ctx, "scimforce starts", "version", b.Version, "revision", b.Revision, "go", b.Go, "settings", settings)
	warn(ctx, logger, settings)

	db, err := database.Open(ctx, settings.DatabaseURL)
	if err != nil {
		return explained(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	key, err := masterKey(ctx, logger, db, settings.DatabaseURL, settings.MasterKey)
	if err != nil {
		return explained(err)
	}
	product, err := newBridge(ctx, bridgeConfig{Settings: settings, Database: db, MasterKey: key, Logger: logger, Printer: p.stderr, Build: b})
	if err != nil {
		return explained(err)
	}
	defer func() { err = errors.Join(err, product.Close()) }()
	listener, err := listen(ctx, "SCIMFORCE_LISTEN", settings.Listen)
	if err != nil {
		return err
	}
	logger.InfoContext(ctx, "listening", "address", listener.Addr().String(), "scim_base", scimPath, "console", "/")
	p.tellListening("bridge", listener.Addr())

	// Once, so that a bad grant shows in the log now and not at the first request.
	var first sync.WaitGroup
	first.Go(func() { product.ready(ctx) })
	err = product.Serve(ctx, listener)
	first.Wait()
	if err == nil {
		logger.InfoContext(ctx, "stopped")
	}
	return err
}

// warn says what works but should not stay so.
func warn(ctx context.Context, logger *slog.Logger, s Settings) {
	if s.IDPToken != "" && len(s.IDPToken) < 20 {
		logger.WarnContext(ctx, "SCIMFORCE_IDP_TOKEN is short enough to be guessed: make one with openssl rand -hex 32")
	}
	switch {
	case s.PublicURL == "":
		logger.WarnContext(ctx, "SCIMFORCE_PUBLIC_URL is not set: locations in answers are made from each request's Host header")
	case strings.HasPrefix(s.PublicURL, "http://"):
		logger.WarnContext(ctx, "SCIMFORCE_PUBLIC_URL is plain http: the identity provider's token travels openly unless this is a trial on one machine")
	}
}
