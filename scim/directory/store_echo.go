package directory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"scimforce/scim/mapping"
)

// echoes reads what is remembered of several resources, by id.
func (s *store) echoes(ctx context.Context, ids []string) (map[string]mapping.Echo, error) {
	found := make(map[string]mapping.Echo, len(ids))
	for part := range slices.Chunk(ids, maxArguments) {
		rows, err := s.db.QueryContext(ctx, `SELECT resource_id, attribute, sent, held FROM directory_echo
			WHERE connection = $1 AND resource_id IN (`+placeholders(2, len(part))+`)`, arguments([]any{s.connection}, part)...)
		if err != nil {
			return nil, fmt.Errorf("directory: read the echo: %w", err)
		}
		if err := scanEchoes(rows, found); err != nil {
			return nil, fmt.Errorf("directory: read the echo: %w", err)
		}
	}
	return found, nil
}

func scanEchoes(rows *sql.Rows, into map[string]mapping.Echo) error {
	defer rows.Close()
	for rows.Next() {
		var id, attribute, sent, held string
		if err := rows.Scan(&id, &attribute, &sent, &held); err != nil {
			return err
		}
		var r mapping.Remembered
		if err := json.Unmarshal([]byte(sent), &r.Sent); err != nil {
			return fmt.Errorf("%s of %s: %w", attribute, id, err)
		}
		if err := json.Unmarshal([]byte(held), &r.Held); err != nil {
			return fmt.Errorf("%s of %s: %w", attribute, id, err)
		}
		if into[id] == nil {
			into[id] = mapping.Echo{}
		}
		into[id][attribute] = r
	}
	return rows.Err()
}

// remember replaces all that is remembered of one resource.
func (s *store) remember(ctx context.Context, id string, echo mapping.Echo) error {
	return s.inTransaction(ctx, id, func(tx *sql.Tx) error {
		if err := s.forgetIn(ctx, tx, id); err != nil {
			return err
		}
		for attribute, r := range echo {
			sent, err := json.Marshal(r.Sent)
			if err != nil {
				return fmt.Errorf("directory: store the echo of %s: %w", attribute, err)
			}
			held, err := json.Marshal(r.Held)
			if err != nil {
				return fmt.Errorf("directory: store the echo of %s: %w", attribute, err)
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO directory_echo (connection, resource_id, attribute, sent, held)
				VALUES ($1, $2, $3, $4, $5)`, s.connection, id, attribute, string(sent), string(held))
			if err != nil {
				return fmt.Errorf("directory: store the echo of %s: %w", attribute, err)
			}
			for text := range texts(r.Sent, map[string]bool{}) {
				_, err = tx.ExecContext(ctx, `INSERT INTO directory_echo_texts (connection, resource_id, attribute, value)
					VALUES ($1, $2, $3, $4)`, s.connection, id, attribute, text)
				if err != nil {
					return fmt.Errorf("directory: store the echo of %s: %w", attribute, err)
				}
			}
		}
		return nil
	})
}

// texts collects the strings within a JSON value, in lower case.
func texts(v any, into map[string]bool) map[string]bool {
	switch v := v.(type) {
	case string:
		into[searchable(v)] = true
	case []any:
		for _, one := range v {
			texts(one, into)
		}
	case map[string]any:
		for _, one := range v {
			texts(one, into)
		}
	}
	return into
}

// hold changes what Salesforce is remembered to hold of an attribute of which it
// held nothing: what was sent comes back as before.
func (s *store) hold(ctx context.Context, attribute, held string, ids []string) error {
	value, err := json.Marshal(held)
	if err != nil {
		return fmt.Errorf("directory: store the echo of %s: %w", attribute, err)
	}
	for part := range slices.Chunk(ids, maxArguments) {
		if _, err := s.db.ExecContext(ctx, `UPDATE directory_echo SET held = $2
			WHERE connection = $1 AND attribute = $3 AND held = 'null' AND resource_id IN (`+placeholders(4, len(part))+`)`,
			arguments([]any{s.connection, string(value), attribute}, part)...); err != nil {
			return fmt.Errorf("directory: store the echo of %s: %w", attribute, err)
		}
	}
	return nil
}

// maxSearchable is how many characters of a text are searched by: PostgreSQL
// refuses an index entry of more than about 2,700 bytes.
const maxSearchable = 500

// searchable is a text as it is searched by: in lower case, its beginning, and
// without the character that PostgreSQL has no place for.
func searchable(text string) string {
	text = strings.ReplaceAll(strings.ToLower(text), "\x00", "")
	if r := []rune(text); len(r) > maxSearchable {
		return string(r[:maxSearchable])
	}
	return text
}

// byEcho lists the ids of resources of whom attribute, or a part of it, was sent
// as text, compared without regard to case, in id order: at least those whose
// remembered value satisfies a comparison with text. kind is
// the key prefix of the ids. At most limit are returned; more says that there
// are others.
func (s *store) byEcho(ctx context.Context, kind, attribute string, how operator, text string, limit int) (ids []string, more bool, err error) {
	text = searchable(text)
	condition, argument := "value = $4", text
	if how != equals {
		// LIKE with an escape is the same in both databases; both columns and
		// argument are in lower case already.
		condition, argument = `value LIKE $4 ESCAPE '!'`, how.pattern(text)
		if how != begins { // what is looked for may stand where a long text was cut
			condition = fmt.Sprintf("(%s OR length(value) = %d)", condition, maxSearchable)
		}
	}
	ids, err = column(s.db.QueryContext(ctx, `SELECT DISTINCT resource_id FROM directory_echo_texts
		WHERE connection = $1 AND attribute = $2 AND substr(resource_id, 1, 3) = $3 AND `+condition+` ORDER BY resource_id LIMIT $5`,
		s.connection, attribute, kind, argument, limit+1))
	if err != nil {
		return nil, false, fmt.Errorf("directory: search the echo: %w", err)
	}
	if len(ids) > limit {
		return ids[:limit], true, nil
	}
	return ids, false, nil
}

// sentAlone lists the ids of resources of whom attribute was sent and had no
// place in Salesforce, in id order: what was sent is what they are read with.
// kind is the key prefix of the ids. At most limit are returned; more says that
// there are others.
func (s *store) sentAlone(ctx context.Context, kind, attribute string, limit int) (ids []string, more bool, err error) {
	ids, err = column(s.db.QueryContext(ctx, `SELECT resource_id FROM directory_echo
		WHERE connection = $1 AND attribute = $2 AND substr(resource_id, 1, 3) = $3 AND held = 'null' AND sent NOT IN ('null', '""') ORDER BY resource_id LIMIT $4`,
		s.connection, attribute, kind, limit+1))
	if err != nil {
		return nil, false, fmt.Errorf("directory: search the echo: %w", err)
	}
	if len(ids) > limit {
		return ids[:limit], true, nil
	}
	return ids, false, nil
}

// operator is a comparison that the echo can be searched by.
type operator int

const (
	equals operator = iota
	contains
	begins
	ends
)

// pattern is the LIKE pattern, its wildcards escaped by an exclamation mark.
func (o operator) pattern(text string) string {
	text = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
	if o == contains || o == ends {
		text = "%" + text
	}
	if o == contains || o == begins {
		text += "%"
	}
	return text
}

// forget drops what is remembered of a resource that is gone for good.
func (s *store) forget(ctx context.Context, id string) error {
	return s.inTransaction(ctx, id, func(tx *sql.Tx) error { return s.forgetIn(ctx, tx, id) })
}

func (s *store) forgetIn(ctx context.Context, tx *sql.Tx, id string) error {
	for _, statement := range [...]string{
		`DELETE FROM directory_echo WHERE connection = $1 AND resource_id = $2`,
		`DELETE FROM directory_echo_texts WHERE connection = $1 AND resource_id = $2`,
	} {
		if _, err := tx.ExecContext(ctx, statement, s.connection, id); err != nil {
			return fmt.Errorf("directory: forget the echo: %w", err)
		}
	}
	return nil
}
