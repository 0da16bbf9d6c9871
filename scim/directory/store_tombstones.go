package directory

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// tombstone says that a user was deleted over SCIM. It counts as long as the
// user cannot log in; one whom an administrator activated again is visible.
type tombstone struct {
	UserID, Username string
	Frozen           bool
}

// bury records a deletion. Burying twice is one tombstone.
func (s *store) bury(ctx context.Context, t tombstone) error {
	frozen := 0
	if t.Frozen {
		frozen = 1
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO directory_tombstones (connection, user_id, username, frozen, deleted_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (connection, user_id) DO UPDATE SET username = excluded.username, frozen = excluded.frozen, deleted_at = excluded.deleted_at`,
		s.connection, t.UserID, strings.ToLower(t.Username), frozen, s.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("directory: store the tombstone: %w", err)
	}
	return nil
}

// raise removes a tombstone.
func (s *store) raise(ctx context.Context, id string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM directory_tombstones WHERE connection = $1 AND user_id = $2`, s.connection, id); err != nil {
		return fmt.Errorf("directory: remove the tombstone: %w", err)
	}
	return nil
}

// raiseOlder removes a tombstone that has stood for at least age.
func (s *store) raiseOlder(ctx context.Context, id string, age time.Duration) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM directory_tombstones WHERE connection = $1 AND user_id = $2 AND deleted_at <= $3`,
		s.connection, id, s.now().Add(-age).UnixMilli())
	if err != nil {
		return fmt.Errorf("directory: remove the tombstone: %w", err)
	}
	return nil
}

// buriedAs finds the deleted user of a Salesforce username.
func (s *store) buriedAs(ctx context.Context, username string) (id string, found bool, err error) {
	if strings.ContainsRune(username, 0) { // nobody has such a name, and PostgreSQL refuses to look for it
		return "", false, nil
	}
	ids, err := column(s.db.QueryContext(ctx,
		`SELECT user_id FROM directory_tombstones WHERE connection = $1 AND username = $2 ORDER BY deleted_at DESC LIMIT 1`, s.connection, strings.ToLower(username)))
	if err != nil {
		return "", false, fmt.Errorf("directory: read the tombstones: %w", err)
	}
	if len(ids) == 0 {
		return "", false, nil
	}
	return ids[0], true, nil
}

// buried says which of the ids have a tombstone.
func (s *store) buried(ctx context.Context, ids []string) (map[string]bool, error) {
	found := map[string]bool{}
	for part := range slices.Chunk(ids, maxArguments) {
		some, err := column(s.db.QueryContext(ctx, `SELECT user_id FROM directory_tombstones
			WHERE connection = $1 AND user_id IN (`+placeholders(2, len(part))+`)`, arguments([]any{s.connection}, part)...))
		if err != nil {
			return nil, fmt.Errorf("directory: read the tombstones: %w", err)
		}
		for _, id := range some {
			found[id] = true
		}
	}
	return found, nil
}

// allBuried lists all tombstones: ids of deactivated and of frozen users.
func (s *store) allBuried(ctx context.Context) (deactivated, frozen []string, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT user_id, frozen FROM directory_tombstones WHERE connection = $1 ORDER BY user_id`, s.connection)
	if err != nil {
		return nil, nil, fmt.Errorf("directory: read the tombstones: %w", err)
	}
	if err := scanBuried(rows, &deactivated, &frozen); err != nil {
		return nil, nil, fmt.Errorf("directory: read the tombstones: %w", err)
	}
	return deactivated, frozen, nil
}

func scanBuried(rows *sql.Rows, deactivated, frozen *[]string) error {
	defer rows.Close()
	for rows.Next() {
		var id string
		var isFrozen int
		if err := rows.Scan(&id, &isFrozen); err != nil {
			return err
		}
		if isFrozen != 0 {
			*frozen = append(*frozen, id)
		} else {
			*deactivated = append(*deactivated, id)
		}
	}
	return rows.Err()
}

// await records that a user's manager does not exist yet; a reference already
// awaited is replaced.
func (s *store) await(ctx context.Context, userID, reference string) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO directory_pending_managers (connection, user_id, reference, since)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (connection, user_id) DO UPDATE SET reference = excluded.reference, since = excluded.since`,
		s.connection, userID, searchable(reference), s.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("directory: store the awaited manager: %w", err)
	}
	return nil
}

// arrived ends the waiting of the given users.
func (s *store) arrived(ctx context.Context, userIDs ...string) error {
	for part := range slices.Chunk(userIDs, maxArguments) {
		if _, err := s.db.ExecContext(ctx, `DELETE FROM directory_pending_managers
			WHERE connection = $1 AND user_id IN (`+placeholders(2, len(part))+`)`, arguments([]any{s.connection}, part)...); err != nil {
			return fmt.Errorf("directory: remove the awaited manager: %w", err)
		}
	}
	return nil
}

// awaiting lists the users who wait for a manager known by one of the names,
// at most 1,000.
func (s *store) awaiting(ctx context.Context, names ...string) ([]string, error) {
	var lower []string
	for _, n := range names {
		if n != "" {
			lower = append(lower, searchable(n))
		}
	}
	if len(lower) == 0 {
		return nil, nil
	}
	ids, err := column(s.db.QueryContext(ctx, `SELECT user_id FROM directory_pending_managers
		WHERE connection = $1 AND reference IN (`+placeholders(2, len(lower))+`) ORDER BY user_id LIMIT 1000`, arguments([]any{s.connection}, lower)...))
	if err != nil {
		return nil, fmt.Errorf("directory: read the awaited managers: %w", err)
	}
	return ids, nil
}
