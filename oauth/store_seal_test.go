package oauth

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// oldMigrations are those of the version without connections and without a vault.
func oldMigrations(t *testing.T) fs.FS {
	t.Helper()
	old := fstest.MapFS{}
	for _, name := range []string{"00001_grants.sql", "00002_lost_by.sql"} {
		text, err := migrations.ReadFile("migrations/sqlite/" + name)
		if err != nil {
			t.Fatal(err)
		}
		old["migrations/sqlite/"+name] = &fstest.MapFile{Data: text}
	}
	return old
}

func TestGrantsOfAnOlderVersionAreSealedAndTheirClearTextIsGone(t *testing.T) {
	host := newLoginHost(t, "")
	host.grants(t, "successor-in-clear")
	path := filepath.Join(t.TempDir(), "oauth.db")
	db := openDatabase(t, path)
	if err := database.Migrate(t.Context(), db, "oauth_versions", oldMigrations(t)); err != nil {
		t.Fatal(err)
	}
	insert := `INSERT INTO oauth_grants (consumer_key, seed_hash, refresh_token, created_at, updated_at, lost_at, lost_code, lost_description, lost_by)
		VALUES ($1, $2, $3, 1, $4, $5, $6, '', $7)`
	for _, row := range [][]any{
		{"key", hash("seed"), "successor-in-clear", 3, nil, "", ""},
		{"key", hash("earlier"), "lost-in-clear", 2, 2, "invalid_grant", host.URL},
		{"other", "", "other-in-clear", 1, nil, "", ""},
	} {
		if _, err := db.Exec(insert, row...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(`INSERT INTO oauth_states VALUES ('s', 'key', 'r', 'verifier-in-clear', 9)`); err != nil {
		t.Fatal(err)
	}
	// The token that was there before, in a page that is free now.
	if _, err := db.Exec(`UPDATE oauth_grants SET refresh_token = refresh_token || $1`, strings.Repeat("x-in-clear", 900)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE oauth_grants SET refresh_token = substr(refresh_token, 1, length(refresh_token) - 9000)`); err != nil {
		t.Fatal(err)
	}

	for range 2 { // the second opening finds nothing to do
		mustToken(t, newAuthorizer(t, host, db, nil)) // with the old seed, whose successor is known
	}
	lost := newAuthorizer(t, host, db, func(c *settings) { c.RefreshToken = "earlier" })
	if _, err := lost.Token(t.Context()); !IsGrantLost(err) {
		t.Errorf("the loss is forgotten: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("in-clear")) {
			t.Errorf("clear text is left in %s", filepath.Base(file))
		}
	}
}

// allSecrets is every secret of a store with something in each column.
func fillStore(t *testing.T, s *Store) (secrets []string) {
	t.Helper()
	ctx := t.Context()
	key := mustKey(t).pem
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Configure(ctx, Connection{Name: "configured", LoginURL: "https://login.salesforce.com", ConsumerKey: "k1"},
		Secrets{ConsumerSecret: "consumer-secret-1", RefreshToken: "refresh-token-1"}))
	must(s.Save(ctx, Connection{Name: "saved", LoginURL: "https://login.salesforce.com", ConsumerKey: "k2"},
		Secrets{ConsumerSecret: "consumer-secret-2", RefreshToken: "refresh-token-2"}))
	must(s.Save(ctx, Connection{Name: "jwt", LoginURL: "https://login.salesforce.com", ConsumerKey: "k3", Flow: JWTBearerFlow, Username: "u@acme.example"},
		Secrets{PrivateKey: key}))
	must(s.beginAttempt(ctx, "session", attempt{stateHash: hash("state"), connection: "new", attemptSecrets: attemptSecrets{
		ConsumerSecret: "consumer-secret-3", Verifier: "verifier-3",
	}}, s.now().Add(time.Minute)))
	return []string{
		"consumer-secret-1", "refresh-token-1", "consumer-secret-2", "refresh-token-2", "consumer-secret-3", "verifier-3",
		strings.Split(key, "\n")[1],
	}
}

func TestNoSecretLiesInTheDatabase(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		s := openStore(t, open(t), nil)
		secrets := fillStore(t, s)
		for _, table := range []string{"oauth_connections", "oauth_grants", "oauth_attempts"} {
			all := dump(t, s.db, table)
			if !strings.Contains(all, "configured") && table != "oauth_attempts" {
				t.Errorf("the dump of %s lacks its rows", table)
			}
			for _, secret := range secrets {
				if strings.Contains(all, secret) {
					t.Errorf("%q lies in %s", secret, table)
				}
			}
		}
	})
}

// dump is everything in a table as text.
func dump(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		for _, cell := range cells {
			switch value := (*cell.(*any)).(type) {
			case []byte:
				all.Write(value)
			default:
				_, _ = fmt.Fprint(&all, value)
			}
			all.WriteByte('\n')
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestResealingChangesEachSealedValueAndNoSecret(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		s := openStore(t, open(t), nil)
		fillStore(t, s)
		before := dump(t, s.db, "oauth_grants") + dump(t, s.db, "oauth_connections") + dump(t, s.db, "oauth_attempts")
		if err := s.vault.RotateDataKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, err := s.Reseal(t.Context())
		if err != nil || n != 6 { // two grants, two consumer secrets, one key, one attempt
			t.Errorf("%d sealed anew, %v", n, err)
		}
		if after := dump(t, s.db, "oauth_grants") + dump(t, s.db, "oauth_connections") + dump(t, s.db, "oauth_attempts"); after == before {
			t.Error("nothing has changed")
		}
		for _, column := range sealedColumns() {
			cells, err := s.cells(t.Context(), column)
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range cells {
				if !s.vault.IsCurrent(cell.sealed) {
					t.Errorf("%s is sealed with the old key", cell.at)
				}
			}
		}
		other := openStore(t, open(t), nil) // another replica
		for name, want := range map[string]string{"configured": "consumer-secret-1", "saved": "consumer-secret-2"} {
			if c, _, err := other.open(t.Context(), name); err != nil || c.secrets.ConsumerSecret != want {
				t.Errorf("%s has %q, %v", name, c.secrets.ConsumerSecret, err)
			}
		}
		if c, _, err := other.open(t.Context(), "jwt"); err != nil || c.secrets.PrivateKey != mustKey(t).pem {
			t.Errorf("the private key differs, %v", err)
		}
		if g, _, err := other.load(t.Context(), grantKey{"saved", "k2", ""}); err != nil || g.refreshToken != "refresh-token-2" {
			t.Errorf("refresh token %q, %v", g.refreshToken, err)
		}
		if again, err := s.Reseal(t.Context()); err != nil || again != 0 {
			t.Errorf("%d sealed anew for nothing, %v", again, err)
		}
	})
}

func TestSealedValueOpensInItsOwnRowOnly(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		s := openStore(t, open(t), nil)
		fillStore(t, s)
		if _, err := s.db.Exec(`UPDATE oauth_connections SET consumer_secret = (SELECT consumer_secret FROM oauth_connections WHERE name = 'saved') WHERE name = 'configured'`); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.open(context.Background(), "configured"); err == nil {
			t.Error("the secret of another connection was taken")
		}
		if _, err := s.Connections(t.Context()); err != nil { // which needs no secret
			t.Error(err)
		}
	})
}
