package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Description is what an org says of one of its objects to the running
// user: fields that he may not see are not in it. It is shared by all who
// asked for it and must not be changed.
type Description struct {
	Name      string  `json:"name"`
	KeyPrefix string  `json:"keyPrefix"`
	Fields    []Field `json:"fields"`

	index map[string]int // of Fields, by lower-case name
}

// A Field is a field of an object.
type Field struct {
	Name               string          `json:"name"`
	Label              string          `json:"label"`
	Type               string          `json:"type"`   // "string", "picklist", "reference", "boolean", "email" …
	Length             int             `json:"length"` // in characters; 0 for what has none
	Createable         bool            `json:"createable"`
	Updateable         bool            `json:"updateable"`
	Nillable           bool            `json:"nillable"`
	DefaultedOnCreate  bool            `json:"defaultedOnCreate"`
	Filterable         bool            `json:"filterable"`
	Unique             bool            `json:"unique"`
	CaseSensitive      bool            `json:"caseSensitive"`
	Custom             bool            `json:"custom"`
	Deprecated         bool            `json:"deprecatedAndHidden"`
	Digits             int             `json:"digits"`         // of a whole number
	Precision          int             `json:"precision"`      // digits of another number, Scale of them behind the point
	Scale              int             `json:"scale"`          //
	ControllerName     string          `json:"controllerName"` // the field that decides which picklist values apply
	InlineHelpText     string          `json:"inlineHelpText"`
	RestrictedPicklist bool            `json:"restrictedPicklist"`
	Sortable           bool            `json:"sortable"` // by ORDER BY
	PicklistValues     []PicklistValue `json:"picklistValues"`
	ReferenceTo        []string        `json:"referenceTo"`
	RelationshipName   string          `json:"relationshipName"` // "" when there is none to follow in SOQL
}

// A PicklistValue is one of the values that a picklist offers.
type PicklistValue struct {
	Value        string `json:"value"`
	Label        string `json:"label"`
	Active       bool   `json:"active"`
	DefaultValue bool   `json:"defaultValue"`
}

// Field finds a field by its name, in any case as in SOQL.
func (d *Description) Field(name string) (Field, bool) {
	if d.index != nil {
		i, ok := d.index[strings.ToLower(name)]
		if !ok {
			return Field{}, false
		}
		return d.Fields[i], true
	}
	for _, f := range d.Fields {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Field{}, false
}

// described is a description with the time of its end.
type described struct {
	description *Description
	until       time.Time
}

// Describe returns the description of an object, at most Config.DescribeTTL
// old. Callers who ask while it is being fetched share one call; one of them
// giving up does not end it for the others, all of them giving up does.
func (c *Client) Describe(ctx context.Context, object string) (*Description, error) {
	if err := checkName(object); err != nil {
		return nil, err
	}
	if d, ok := c.known(object); ok {
		return d, nil
	}
	d, _, err := c.describes.Do(ctx, object)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("salesforce: describe %s: %w", object, err)
	}
	return d, err
}

// Forget makes the next Describe ask again, if d is what is kept: callers who
// find the same description out of date have it fetched once.
func (c *Client) Forget(d *Description) {
	c.describeMu.Lock()
	defer c.describeMu.Unlock()
	if key := strings.ToLower(d.Name); c.described[key].description == d {
		delete(c.described, key)
	}
}

// known is a description that is not too old.
func (c *Client) known(object string) (*Description, bool) {
	c.describeMu.Lock()
	defer c.describeMu.Unlock()
	kept, ok := c.described[strings.ToLower(object)]
	return kept.description, ok && c.now().Before(kept.until)
}

// fetchDescriptions is the shared fetch. Who asked behind a call that was in
// flight finds what it brought.
func (c *Client) fetchDescriptions(ctx context.Context, objects []string) (map[string]*Description, error) {
	descriptions := make(map[string]*Description, len(objects))
	for _, object := range objects {
		d, ok := c.known(object)
		if !ok {
			var err error
			if d, err = c.describe(ctx, object); err != nil {
				return nil, err
			}
		}
		descriptions[object] = d
	}
	return descriptions, nil
}

func (c *Client) describe(ctx context.Context, object string) (*Description, error) {
	// Without its callers' contexts the call has no end of its own.
	ctx, cancel := context.WithTimeout(ctx, time.Duration(c.maxAttempts)*c.attemptTimeout)
	defer cancel()
	var d *Description
	resource := "/sobjects/" + object + "/describe"
	err := c.do(ctx, request{
		method: http.MethodGet, path: resource, resource: resource,
		read: func(a answer) error {
			d = &Description{}
			if err := a.decode(d); err != nil {
				return err
			}
			if d.Name == "" || len(d.Fields) == 0 {
				return errShape
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	d.index = make(map[string]int, len(d.Fields))
	for i, f := range d.Fields {
		d.index[strings.ToLower(f.Name)] = i
	}
	c.describeMu.Lock()
	defer c.describeMu.Unlock()
	c.described[strings.ToLower(object)] = described{description: d, until: c.now().Add(c.describeTTL)}
	return d, nil
}
