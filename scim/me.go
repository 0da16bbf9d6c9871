package scim

import (
	"context"
	"net/http"

	"scimforce/scim/directory"
	"scimforce/scim/filter"
)

// me answers /Me (RFC 7644 section 3.11): the user whom the credential stands
// for, where it stands for one. Credentials of programs, which identity providers
// have, stand for nobody: 501. That a person changes nothing is seen to before.
func me(users kind) verb {
	return func(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
		person := c.caller.Person
		if person == "" {
			return answer{}, refuse(http.StatusNotImplemented, "", "/Me is the user whom a credential stands for, and the credential %q stands for none. Ask for /Users/{id}.", c.caller.Credential)
		}
		himself, id := users, ""
		himself.get = func(ctx context.Context, _ string, want directory.Want) (map[string]any, error) {
			page, err := users.list(ctx, directory.Query{Filter: filter.Compare{Path: filter.Path{Attribute: "userName"}, Operator: filter.Eq, Value: person}, Count: 1, Want: want})
			if err != nil {
				return nil, err
			}
			if len(page.Resources) == 0 {
				return nil, refuse(http.StatusNotFound, "", "Nobody in this org has the userName for which the credential %q stands.", c.caller.Credential)
			}
			id, _ = page.Resources[0]["id"].(string)
			return page.Resources[0], nil
		}
		a, err := himself.verb(w, r, c)
		if err == nil {
			a.location = location(c.base, "/Users", id) // where he is always found
		}
		return a, err
	}
}
