package directory

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

func parsed(t testing.TB, text string) filter.Expression {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAFilterThatWouldHaveEverybodyLookedThroughIsRefused(t *testing.T) {
	h := open(t, people(60))
	h.warm()
	for f, names := range map[string]string{
		`emails.type eq "home"`:                                `"emails.type eq" (character 1)`,
		`active eq true and phoneNumbers.type eq "fax"`:        `"phoneNumbers.type eq" (character 20)`,
		`not (emails.value eq "x@acme.example")`:               `"emails.value eq"`,
		`title gt "a"`:                                         `"title gt"`,
		`title pr and emails[type eq "home"]`:                  `"emails.type eq" (character 21)`,
		`emails[type eq "home" and not (value eq "x")]`:        `"emails.type eq"`,
		`emails[not (value eq "x")]`:                           `"emails []"`,
		`userName eq "x" or emails.type eq "home"`:             `"emails.type eq"`,
		`meta.version eq "W/\"1\""`:                            `"meta.version eq"`,
		`id co "005"`:                                          `"id co"`,
		`groups.display eq "Sales"`:                            `"groups.display eq"`,
		`entitlements.value eq "Sales"`:                        `"entitlements.value eq"`,
		`emails ne "x@acme.example"`:                           `"emails ne"`,
		`not (title eq "a" and addresses.type eq "work")`:      `"addresses.type eq"`,
		`not (userName sw "x" or not (emails.type eq "work"))`: `"emails.type eq"`,
		`userName co "" and emails.type eq "home"`:             `"emails.type eq"`,
		// What lies beside users is asked for in one call, and does not help.
		`active eq false or emails.type eq "home"`: `"emails.type eq"`,
	} {
		_, err := h.Users(t.Context(), Query{Filter: parsed(t, f), Count: 10})
		wantError(t, err, 400, "invalidFilter", names)
		wantError(t, err, 400, "invalidFilter", "userName eq")
		if n := h.calls(); n > strings.Count(f, "active") {
			t.Errorf("%s cost %d calls", f, n)
		}
	}
}

func TestWhatABoundLeavesIsLookedThrough(t *testing.T) {
	h := open(t, people(10))
	jane := id(h.create(user("jane@acme.example", map[string]any{
		"title": "Chief", "emails": []any{
			map[string]any{"value": "jane@acme.example", "type": "work", "primary": true},
			map[string]any{"value": "jane@home.example", "type": "home"},
		},
	})))
	for _, bound := range []string{
		`userName sw "j"`, `emails.value ew "home.example"`, `title eq "chief"`, `meta.created gt "2020-01-01T00:00:00Z"`,
		`(userName eq "x" or displayName co "a")`, `emails[type eq "home" and value co "jane"]`, `id eq "` + jane + `"`,
	} {
		for _, f := range []string{bound + ` and emails.type eq "home"`, `emails.type eq "home" and active eq true and ` + bound} {
			p := h.find(f, 10)
			if len(p.Resources) != 1 || id(p.Resources[0]) != jane {
				t.Errorf("%s finds %v", f, ids(p))
			}
		}
	}
}

func TestAFilterThatIsLongerThanAStatementIsRefused(t *testing.T) {
	h := open(t)
	if err := h.store.inTransaction(t.Context(), "all", func(tx *sql.Tx) error {
		for i := range maxEcho {
			id, text := fmt.Sprintf("005000000%06dAAA", i), fmt.Sprint("x", i)
			for _, statement := range [...]string{
				`INSERT INTO directory_echo (connection, resource_id, attribute, sent, held) VALUES ($1, $2, 'externalId', '"' || $3 || '"', 'null')`,
				`INSERT INTO directory_echo_texts (connection, resource_id, attribute, value) VALUES ($1, $2, 'externalId', $3)`,
			} {
				if _, err := tx.ExecContext(t.Context(), statement, h.config.Connection, id, text); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	h.warm()
	_, err := h.Users(t.Context(), Query{Filter: parsed(t, `(externalId sw "x" or title eq "a") and not (externalId ew "5555")`), Count: 10})
	if err != nil {
		t.Fatal(err)
	}
	h.wantCalls("a thousand ids", 1)
	_, err = h.Users(t.Context(), Query{Filter: parsed(t, `externalId sw "x" or not (externalId co "x")`), Count: 10})
	wantError(t, err, 400, "invalidFilter", "fewer conditions")
}

func TestLongFiltersAreAnsweredOrRefused(t *testing.T) {
	h := open(t, people(20))
	for f, refuses := range map[string]string{
		`userName eq "x"` + strings.Repeat(` or userName sw "y"`, 400):                                                                "",
		`userName eq "x"` + strings.Repeat(` and title ne "y"`, 400):                                                                  "",
		`title eq "x"` + strings.Repeat(` or not (title eq "y" and title pr)`, 200):                                                   "",
		`emails.value eq "a"` + strings.Repeat(` or emails.value eq "a"`, 300):                                                        "",
		`emails.value eq "0"` + clauses(` or emails.value eq "%d"`, 200):                                                              "(character 494)", // more texts than the echo is searched for
		`id eq "x"` + clauses(` or id eq "005%015d"`, 200):                                                                            "",
		`groups.value eq "x"` + clauses(` or groups.value eq "00G%012dEAA"`, 150):                                                     "groups.value eq",
		`title eq "` + strings.Repeat("x", 8000) + `"`:                                                                                "",
		`urn:ietf:params:scim:schemas:core:2.0:User:title eq "` + strings.Repeat(`'`, 1900) + `"` + clauses(` or title eq "%d"`, 300): "",
		`title eq "` + strings.Repeat(`'`, 1990) + `"` + strings.Repeat(` or title eq "`+strings.Repeat(`\\`, 600)+`"`, 5):            "",
	} {
		_, err := h.Users(t.Context(), Query{Filter: parsed(t, f), Count: 10})
		switch {
		case refuses != "":
			wantError(t, err, 400, "invalidFilter", refuses)
		case err != nil:
			t.Errorf("%.60s: %v", f, err)
		}
	}
}

func clauses(form string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i)
	}
	return b.String()
}

func TestAManagerIsFoundByIDAndAsNamed(t *testing.T) {
	h := open(t)
	boss := id(h.create(user("boss@acme.example")))
	jane := id(h.create(user("jane@acme.example", map[string]any{mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": "boss@acme.example"}}})))
	for f, found := range map[string]bool{
		`manager eq "` + boss + `"`:             true,
		`manager eq "` + boss[:15] + `"`:        true,
		`manager.value eq "boss@acme.example"`:  true,
		`manager.value ne "boss@acme.example"`:  false,
		`manager ne "` + boss + `"`:             false,
		`not (manager eq "` + boss + `")`:       false,
		`manager ne "` + jane + `"`:             true,
		`manager[value eq "boss@acme.example"]`: true,
		`manager pr`:                            true,
	} {
		p := h.find(`userName co "@" and `+f, 10)
		if slices.Contains(ids(p), jane) != found {
			t.Errorf("%s finds %v, jane is %s", f, ids(p), jane)
		}
	}
}
