package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"scimforce/salesforce"
	"scimforce/scim/mapping"
)

// futileFor is how long a description is believed after it was fetched anew for
// an error and the error came again: it was not the description.
const futileFor = 5 * time.Minute

// currentFor is how long a description is good for those who look at schemas.
const currentFor = 2 * time.Minute

// model is the org's users as one description of User has them. It is not
// changed after it was made.
type model struct {
	description *salesforce.Description
	made        time.Time
	mapping     *mapping.Mapping
	fields      map[string]mapping.Field // by lower-case name
	selected    []string
}

// field finds a field of User by its API name, in any case.
func (m *model) field(name string) (mapping.Field, bool) {
	f, ok := m.fields[strings.ToLower(name)]
	return f, ok
}

// model is the model of the client's description of User, which is kept there
// for an hour; it is made once for each.
func (c *orgCache) model(ctx context.Context) (*model, error) {
	d, err := c.client.Describe(ctx, "User")
	if err != nil {
		return nil, fmt.Errorf("directory: describe User: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil || c.made.description != d {
		c.made = c.model1(ctx, d)
	}
	return c.made, nil
}

// latest is the mapping that users were last read with: the org's, or the static
// one before the org was described. It asks nobody.
func (c *orgCache) latest() *mapping.Mapping {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		return c.mapping
	}
	return c.made.mapping
}

// model1 makes a model.
func (c *orgCache) model1(ctx context.Context, d *salesforce.Description) *model {
	m := &model{description: d, made: c.now(), mapping: c.mapping, fields: make(map[string]mapping.Field, len(d.Fields))}
	fields := Fields(d)
	for _, f := range fields {
		m.fields[strings.ToLower(f.Name)] = f
	}
	for _, problem := range c.mapping.Check(fields) {
		c.logger.WarnContext(ctx, "the attribute mapping does not fit the org; scimforce mapping check shows it whole", "problem", problem.String())
	}
	if org, err := c.mapping.For(fields); err == nil {
		m.mapping = org
	} else {
		c.logger.WarnContext(ctx, "the org's own fields are left out of its schema", "error", err)
	}
	m.selected = m.selection(nil)
	return m
}

// selection lists the fields of the attributes that are shown, of all of them
// with nil, and those that this room decides by.
func (m *model) selection(shows func(attribute string) bool) []string {
	selected := m.mapping.Select(mapping.Org{Field: m.field}, shows)
	have := map[string]bool{}
	for _, f := range selected {
		have[strings.ToLower(f)] = true
	}
	for _, f := range []string{"Id", "Username", "IsActive", "UserType", "CreatedById", "CreatedDate"} {
		if !have[strings.ToLower(f)] {
			selected = append(selected, f)
		}
	}
	return selected
}

// Fields are the fields of a description as package mapping wants them.
func Fields(d *salesforce.Description) []mapping.Field {
	fields := make([]mapping.Field, len(d.Fields))
	for i, f := range d.Fields {
		fields[i] = fieldOf(f)
	}
	return fields
}

// fieldOf is a field of a description as the mapping wants it.
func fieldOf(f salesforce.Field) mapping.Field {
	out := mapping.Field{
		Name: f.Name, Label: f.Label, Type: f.Type, Help: f.InlineHelpText,
		Length: f.Length, Precision: f.Precision, Scale: f.Scale,
		Restricted: f.RestrictedPicklist, Createable: f.Createable, Updateable: f.Updateable,
		Nillable: f.Nillable, DefaultedOnCreate: f.DefaultedOnCreate,
		Unique: f.Unique, CaseSensitive: f.CaseSensitive, Filterable: f.Filterable,
		Custom: f.Custom, Hidden: f.Deprecated,
		ReferenceTo: f.ReferenceTo, Controller: f.ControllerName,
	}
	if f.Digits > 0 {
		out.Precision, out.Scale = f.Digits, 0
	}
	for _, v := range f.PicklistValues {
		if v.Active {
			out.Values = append(out.Values, v.Value)
			out.Labels = append(out.Labels, v.Label)
		}
	}
	return out
}

// outdated says that an error may come of a description that is older than a
// change of the org: a field that is gone, a picklist value that is gone, or one
// that is new and was therefore refused here.
func outdated(err error) bool {
	_, unknown := errors.AsType[mapping.UnknownValueError](err)
	return unknown || salesforce.HasCode(err, "INVALID_FIELD", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
}

// renew has User described anew for an error, unless that was of no use lately.
func (c *orgCache) renew() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil || !c.futile.IsZero() && c.now().Sub(c.futile) < futileFor {
		return false
	}
	c.client.Forget(c.made.description)
	return true
}

// refresh has User described anew if that was a while ago.
func (c *orgCache) refresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made != nil && c.now().Sub(c.made.made) > currentFor {
		c.client.Forget(c.made.description)
	}
}

// current is the model that is in use, nil before the org was described.
func (c *orgCache) current() *model {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made
}

// helped notes whether it was of use to describe User anew.
func (c *orgCache) helped(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.futile = c.now(); yes {
		c.futile = time.Time{}
	}
}

// described does f, and does it once more with a new description of User when an
// error says that the org has changed. What f does it does again from the start:
// an error that is outdated means that nothing was written. It is used around a
// read and, for what else depends on the description, around the whole request:
// what the read has had described anew the request takes.
func described[T any](d *Directory, f func() (T, error)) (T, error) {
	before := d.org.current()
	out, err := f()
	if !outdated(err) || d.org.current() == before && !d.org.renew() {
		return out, err
	}
	out, err = f()
	d.org.helped(!outdated(err))
	return out, err
}
