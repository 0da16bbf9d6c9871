package database

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// connectTimeout is for a URL that says no connect_timeout of its own.
	connectTimeout = 10 * time.Second
	// maxConnections leaves room for several replicas: PostgreSQL takes 100 in
	// all as it comes.
	maxConnections = 12
	// A connection is renewed now and then, so that a pool finds its way to
	// another server behind the same name.
	connectionLifetime = time.Hour
	connectionIdle     = 5 * time.Minute
)

// session is what each connection is told. They are statements and no start-up
// parameters because pgbouncer refuses those.
//
//   - The server finds out within a minute that a replica has vanished, and a
//     transaction that nobody goes on with ends: a row that it locked is free
//     again. (Keepalives mean nothing on a Unix socket, and are taken there.)
//   - A commit that has returned is on the disk, whatever the server's default.
const session = `
SET tcp_keepalives_idle = 20;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3;
SET idle_in_transaction_session_timeout = '120s';
DO $$ BEGIN IF current_setting('synchronous_commit') = 'off' THEN SET synchronous_commit = on; END IF; END $$`

func isPostgreSQL(databaseURL string) bool {
	return strings.HasPrefix(databaseURL, "postgres://") || strings.HasPrefix(databaseURL, "postgresql://")
}

// postgreSQLConfig reads a URL; what is wrong with it is said in words that
// follow the name of the setting. pgx's own words are not passed on: they
// repeat the URL, and its password where they do not find it.
func postgreSQLConfig(databaseURL string) (config *pgx.ConnConfig, problem string) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, "is no PostgreSQL URL: write postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full, with what is special in the password percent-encoded"
	}
	// libpq would take the user's name for it.
	if config.Database == "" {
		return nil, "names no database: write postgres://USER:PASSWORD@HOST:5432/DATABASE"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "scimforce"
	}
	return config, ""
}

func openPostgreSQL(ctx context.Context, databaseURL string) (*sql.DB, error) {
	config, _ := postgreSQLConfig(databaseURL)
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		if encoding := conn.PgConn().ParameterStatus("server_encoding"); encoding != "UTF8" {
			return &encodingError{encoding: encoding}
		}
		_, err := conn.PgConn().Exec(ctx, session).ReadAll()
		return err
	}))
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	db.SetConnMaxLifetime(connectionLifetime)
	db.SetConnMaxIdleTime(connectionIdle)
	return answering(ctx, db)
}

// encodingError is a database that cannot hold every name.
type encodingError struct{ encoding string }

func (e *encodingError) Error() string {
	return fmt.Sprintf("the database's encoding is %s and must be UTF8", e.encoding)
}
