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
	RestrictedPicklist bool            `json:"restrictedPicklist"`
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
// old. Callers who ask while it is being fetched share one call, and one of
// them giving up does not end it for the others.
func (c *Client) Describe(ctx context.Context, object string) (*Description, error) {
	if err := checkName(object); err != nil {
		return nil, err
	}
	key := strings.ToLower(object)
	c.describeMu.Lock()
	kept, ok := c.described[key]
	c.describeMu.Unlock()
	if ok && c.now().Before(kept.until) {
		return kept.description, nil
	}
	flight := c.describeFlight.DoChan(key, func() (any, error) {
		return c.describe(context.WithoutCancel(ctx), object, key)
	})
	select {
	case result := <-flight:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*Description), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("salesforce: describe %s: %w", object, context.Cause(ctx))
	}
}

func (c *Client) describe(ctx context.Context, object, key string) (*Description, error) {
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
	c.described[key] = described{description: d, until: c.now().Add(c.describeTTL)}
	return d, nil
}
