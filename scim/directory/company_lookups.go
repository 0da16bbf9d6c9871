package directory

import (
	"context"
	"fmt"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/gather"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
)

// A byText gathers lookups of what bears a text: a name, an identifier.
type byText[V any] = gather.Gatherer[string, []V]

// newByText makes one. One text is looked up by one, several by many, of whose
// answer bears says which is for which.
func newByText[V any](
	one func(ctx context.Context, text string) ([]V, error),
	many func(ctx context.Context, texts []string) ([]V, error),
	bears func(v V, text string) bool,
) *byText[V] {
	return gather.New(gather.Config[string, []V]{Max: gathered, Fetch: func(ctx context.Context, texts []string) (map[string][]V, error) {
		found := make(map[string][]V, len(texts))
		if len(texts) > 1 {
			all, err := many(ctx, texts)
			if err != nil {
				return nil, err
			}
			if share(all, texts, found, bears) {
				return found, nil
			}
			// Salesforce takes texts for the same that look different here: which
			// it means it says when it is asked for one.
			clear(found)
		}
		for _, text := range texts {
			var err error
			if found[text], err = one(ctx, text); err != nil {
				return nil, err
			}
		}
		return found, nil
	}})
}

// share gives each text what bears it; false when something bears none.
func share[V any](all []V, texts []string, found map[string][]V, bears func(V, string) bool) bool {
	for _, v := range all {
		known := false
		for _, text := range texts {
			if bears(v, text) {
				found[text], known = append(found[text], v), true
			}
		}
		if !known {
			return false
		}
	}
	return true
}

// newNamesakes gathers lookups of the groups of a kind by displayName.
func (d *Directory) newNamesakes(k kind) *byText[group] {
	find := func(ctx context.Context, where soql.Condition) ([]group, error) {
		found, err := d.findGroups(ctx, []ask{{kind: k, where: where}}, false, nil)
		groups := make([]group, len(found))
		for i, g := range found {
			groups[i] = *g
		}
		return groups, err
	}
	return newByText(
		func(ctx context.Context, name string) ([]group, error) {
			where, _ := k.named(name)
			return find(ctx, where)
		},
		func(ctx context.Context, names []string) ([]group, error) {
			wanted := make([]soql.Condition, len(names))
			for i, name := range names {
				wanted[i], _ = k.named(name)
			}
			return find(ctx, soql.Or(wanted...))
		},
		func(g group, name string) bool { return strings.EqualFold(g.display, name) },
	)
}

// namesakes finds the groups of a kind that have a displayName, together with
// whoever else looks for a name at this moment.
func (d *Directory) namesakes(ctx context.Context, k kind, name string) ([]group, error) {
	found, _, err := d.company.named[k.name()].Do(ctx, name)
	return found, err
}

// newRoles gathers lookups of roles by name and API name.
func (d *Directory) newRoles() *byText[salesforce.Record] {
	find := func(ctx context.Context, limit int, wanted soql.Condition) ([]salesforce.Record, error) {
		statement, err := soql.Select{
			Fields: []string{"Id", "Name", "DeveloperName"}, From: "UserRole", OrderBy: []string{"Id"}, Limit: limit,
			Where: soql.And(soql.Eq("PortalType", "None"), wanted),
		}.Build()
		if err != nil {
			return nil, fmt.Errorf("directory: find the role: %w", err)
		}
		roles, err := d.salesforce.Query(ctx, statement)
		if err != nil {
			return nil, fmt.Errorf("directory: find the role: %w", err)
		}
		return roles, nil
	}
	return newByText(
		func(ctx context.Context, name string) ([]salesforce.Record, error) {
			return find(ctx, 10, soql.Or(soql.Eq("DeveloperName", name), soql.Eq("Name", name)))
		},
		func(ctx context.Context, names []string) ([]salesforce.Record, error) {
			return find(ctx, 0, soql.Or(soql.In("DeveloperName", names), soql.In("Name", names)))
		},
		func(r salesforce.Record, name string) bool {
			return strings.EqualFold(r.String("DeveloperName"), name) || strings.EqualFold(r.String("Name"), name)
		},
	)
}

// externalIDField is the field of User that externalId is mapped to, "" for none.
func (d *Directory) externalIDField() string {
	s, _ := d.org.latest().Search(filter.Path{Attribute: "externalId"})
	return s.Field
}

// newExternalIDs gathers lookups of users by externalIDField, which there is.
func (d *Directory) newExternalIDs() *byText[salesforce.Record] {
	find := func(ctx context.Context, fields []string, limit int, wanted soql.Condition) ([]salesforce.Record, error) {
		statement, err := soql.Select{
			Fields: fields, From: "User", OrderBy: []string{"Id"}, Limit: limit, Where: soql.And(human(), wanted),
		}.Build()
		if err != nil {
			return nil, fmt.Errorf("directory: find the manager: %w", err)
		}
		found, err := d.salesforce.Query(ctx, statement)
		if err != nil {
			return nil, fmt.Errorf("directory: find the manager: %w", err)
		}
		return found, nil
	}
	return newByText(
		func(ctx context.Context, text string) ([]salesforce.Record, error) {
			return find(ctx, []string{"Id"}, 2, soql.Eq(d.externalIDField(), text))
		},
		func(ctx context.Context, texts []string) ([]salesforce.Record, error) {
			field := d.externalIDField()
			return find(ctx, []string{"Id", field}, 0, soql.In(field, texts))
		},
		func(r salesforce.Record, text string) bool {
			return strings.EqualFold(r.String(d.externalIDField()), text)
		},
	)
}

// newLost gathers lookups, by username, of users who may have been made by a
// create whose answer was lost.
func (d *Directory) newLost() *byText[*person] {
	return newByText(
		func(ctx context.Context, username string) ([]*person, error) {
			return d.find(ctx, whose{where: soql.Eq("Username", username)}, Want{Access: true}, 1)
		},
		func(ctx context.Context, usernames []string) ([]*person, error) {
			return d.find(ctx, whose{where: soql.In("Username", usernames)}, Want{Access: true}, 0)
		},
		func(p *person, username string) bool { return strings.EqualFold(p.record.String("Username"), username) },
	)
}
