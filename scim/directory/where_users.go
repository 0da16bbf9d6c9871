package directory

import (
	"context"
	"slices"
	"strings"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
	"scimforce/scim/resource"
)

// narrowFields are the fields of which an equality leaves few users.
var narrowFields = [...]string{"Id", "Username", "Email", "EmployeeNumber", "CommunityNickname", "FederationIdentifier"}

// neverNull are fields that Salesforce requires of every user, or fills itself.
var neverNull = [...]string{
	"Id", "Username", "LastName", "Name", "Email", "IsActive", "UserType", "CreatedDate", "SystemModstamp",
	"LanguageLocaleKey", "LocaleSidKey", "TimeZoneSidKey",
}

// userLanguage is what SOQL can say of users.
type userLanguage struct {
	d       *Directory
	mapping *mapping.Mapping
	user    resource.Type
	field   func(string) (mapping.Field, bool)
	echo    *echoReader
	// beside is what was asked of Salesforce for active and groups; nil when it
	// was not. needed says that a condition would say more with it.
	beside *besideUsers
	needed bool
}

// translate finds the verdict on a filter over users. It may read the echo and,
// for active and groups, ask Salesforce in one call.
func (d *Directory) translate(ctx context.Context, e filter.Expression) (verdict, error) {
	user, err := d.UserType(ctx)
	if err != nil {
		return verdict{}, err
	}
	m, err := d.org.model(ctx)
	if err != nil {
		return verdict{}, err
	}
	l := &userLanguage{d: d, mapping: m.mapping, user: user, field: m.field, echo: d.echoReader(prefixUser)}
	v, err := say(ctx, l, e, true)
	if err != nil || !l.needed || v.narrow || v.exact {
		return v, err
	}
	if l.beside, err = d.readBeside(ctx, e); err != nil {
		return verdict{}, err
	}
	return say(ctx, l, e, true)
}

func (l *userLanguage) typ() resource.Type { return l.user }

// full is a path with the URN of its extension, which clients leave out.
func (l *userLanguage) full(p filter.Path) filter.Path {
	if a, ok := l.user.Find(p.URN, p.Attribute, p.Sub); ok && a.Extension {
		p.URN = a.URN
	}
	return p
}

// searches are the fields an attribute is found in, those that the org has.
func (l *userLanguage) searches(p filter.Path) []mapping.Search {
	found := l.mapping.Searches(p)
	for i, s := range found {
		if s.Field == "" || strings.Contains(s.Field, ".") {
			continue
		}
		if _, ok := l.field(s.Field); !ok {
			found[i].Field = ""
		}
	}
	return found
}

func (l *userLanguage) present(ctx context.Context, p filter.Path) (leaf, error) {
	p = l.full(p)
	if isFrozen(p) || isResourceType(p) {
		return leaf{verdict: all()}, nil
	}
	searches := l.searches(p)
	if len(searches) != 1 {
		return leaf{}, nil
	}
	s := searches[0]
	switch {
	case slices.Contains(neverNull[:], s.Field):
		return leaf{verdict: all()}, nil
	case s.Field == "" && s.Echo:
		return l.echo.present(ctx, s.Attribute)
	case s.Field != "" && !s.Echo && s.Kind != "bool":
		return leaf{verdict{extent: some, where: soql.NotNull(s.Field), exact: true}, soql.IsNull(s.Field)}, nil
	default:
		return leaf{}, nil
	}
}

// oneOf is the leaf of those whose ids are known.
func oneOf(ids []string) leaf {
	if len(ids) == 0 {
		return leaf{verdict: nothing()}
	}
	return leaf{verdict{extent: some, where: soql.In("Id", ids), exact: true, bound: true}, soql.NotIn("Id", ids)}
}

func (l *userLanguage) compare(ctx context.Context, c filter.Compare) (leaf, error) {
	c.Path = l.full(c.Path)
	switch {
	case isFrozen(c.Path):
		want, ok := boolean(c.Value)
		if !ok || c.Operator != filter.Eq {
			return leaf{}, nil
		}
		return l.frozen(want), nil
	case isResourceType(c.Path):
		return ofType(c, l.user)
	case strings.EqualFold(c.Path.Attribute, "groups"):
		return l.compareGroups(c), nil
	}
	searches := l.searches(c.Path)
	if len(searches) == 0 {
		return leaf{}, nil
	}
	switch s := searches[0]; s.Kind {
	case "bool":
		want, ok := boolean(c.Value)
		switch {
		case !ok || c.Operator != filter.Eq || s.Field == "":
			return leaf{}, nil
		case s.Field == "IsActive":
			return l.active(want), nil
		case s.Echo:
			return leaf{}, nil
		}
		return leaf{verdict{extent: some, where: soql.Eq(s.Field, want), exact: true}, soql.Eq(s.Field, !want)}, nil
	case "datetime":
		if s.Field == "" || s.Echo {
			return leaf{}, nil
		}
		return compareTime(s.Field, c), nil
	case "number":
		if s.Field == "" || s.Echo {
			return leaf{}, nil
		}
		return compareNumber(s.Field, c), nil
	case "string", "id", "enum", "date", "multipicklist":
		return l.compareText(ctx, searches, c, resource.Text(c.Value))
	default:
		return leaf{}, nil
	}
}

// caseExact says that the attribute's values are compared with regard to case,
// which SOQL does not do.
func caseExact(t resource.Type, p filter.Path) bool {
	a, ok := t.Find(p.URN, p.Attribute, p.Sub)
	return !ok || a.Leaf().CaseExact()
}

// isFrozen recognises the attribute that says that a user is frozen.
func isFrozen(p filter.Path) bool {
	return resource.SameURN(p.URN, mapping.SalesforceURN) && strings.EqualFold(p.Attribute, "frozen")
}

// isResourceType recognises meta.resourceType, which a filter over several
// types compares (RFC 7644 section 3.4.2.1).
func isResourceType(p filter.Path) bool {
	return strings.EqualFold(p.Attribute, "meta") && strings.EqualFold(p.Sub, "resourceType")
}

// ofType compares with the one value that all resources of a type have.
func ofType(c filter.Compare, t resource.Type) (leaf, error) {
	holds, err := filter.Match(c, t, map[string]any{"meta": map[string]any{"resourceType": t.Name}})
	return leaf{verdict: constant(holds)}, err
}
