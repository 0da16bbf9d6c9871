package database

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	// lockSeconds is between two tries for the lock, lockTries how many there are.
	lockSeconds, lockTries = 1, 120
	// migrationLock is the advisory lock under which PostgreSQL's tables change.
	migrationLock = 0x5C1F0
)

// Migrate brings a room's tables up to date by goose. table keeps the version
// that they have; in migrations are the folders "migrations/sqlite" and
// "migrations/postgresql" with the same versions. Replicas may start together: on PostgreSQL one migrates
// under an advisory lock while the others wait, on SQLite whoever was too late
// finds it done: there each migration has a statement that fails the second
// time, such as CREATE TABLE.
func Migrate(ctx context.Context, db *sql.DB, table string, migrations fs.FS) error {
	engine, folder, dialect := EngineOf(db), "sqlite", goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithTableName(table), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	if engine == PostgreSQL {
		folder, dialect = "postgresql", goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock),
			lock.WithLockTimeout(lockSeconds, lockTries), lock.WithUnlockTimeout(lockSeconds, 5))
		if err != nil {
			return fmt.Errorf("migrations of %s: %w", table, err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	sources, err := fs.Sub(migrations, path.Join("migrations", folder))
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", table, err)
	}
	// A provider is not closed: that would close db.
	provider, err := goose.NewProvider(dialect, db, sources, options...)
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", table, err)
	}
	for {
		before := int64(-1)
		if engine == SQLite {
			if before, err = provider.GetDBVersion(ctx); err != nil {
				return fmt.Errorf("migrations of %s: %w", table, err)
			}
		}
		if _, err = provider.Up(ctx); err == nil {
			return nil
		}
		// Another process may have migrated the same SQLite file meanwhile: then
		// the version has grown, and what is left is tried again.
		if engine == SQLite {
			if after, afterErr := provider.GetDBVersion(ctx); afterErr == nil && after > before {
				continue
			}
		}
		return fmt.Errorf("migrations of %s: %w", table, err)
	}
}
