package org

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfig is the size of the largest file ReadConfig takes, in bytes: some
// 50,000 people.
const maxConfig = 16 << 20

// ReadConfig reads the description of an org from YAML, testdata/acme.yaml being
// an example with every key. An empty file is the zero Config. The error holds
// all that is wrong, a line each, saying where it is and what to write; people
// are tried on the org that the file describes.
func ReadConfig(r io.Reader) (Config, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return Config{}, fmt.Errorf("org: %w", err)
	}
	if len(content) > maxConfig {
		return Config{}, fmt.Errorf("org: the file is larger than %d bytes: is it the right one?", maxConfig)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF): // nothing but comments
		return Config{}, nil
	case err != nil:
		return Config{}, fmt.Errorf("org: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	reader := &configReader{}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		reader.found.addf(0, "there is a second document after ---: put all into one")
	}
	var cfg Config
	if len(document.Content) == 1 {
		cfg = reader.config(document.Content[0])
	}
	if err := reader.found.err(); err != nil {
		return Config{}, err
	}
	trial := cfg
	trial.Users = min(trial.Users, 1)
	if err := reader.tryRules(trial); err != nil {
		return Config{}, err
	}
	if _, err := newSeeded(trial); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// tryRules says which of the validation rules the org would not take.
func (r *configReader) tryRules(cfg Config) error {
	rules := cfg.ValidationRules
	cfg.ValidationRules = nil
	cfg, found := cfg.completed()
	s, err := newStore(cfg)
	if err != nil || found != nil {
		return found.err() // what newStore fails for is found again
	}
	for i, rule := range rules {
		if _, err := compileValidations(s.users(), []ValidationRule{rule}); err != nil {
			found.addf(r.rules[i], "%v", err)
		}
	}
	return found.err()
}

func (r *configReader) config(n *yaml.Node) Config {
	m := r.mapping(n, "the file", "name", "edition", "sandbox", "instance", "seed", "language", "locale", "timeZone",
		"messageLanguage", "nameExtras", "stateCountryPicklists", "emailChangesAtOnce", "federationIdIgnoresCase",
		"territories", "emailDomains", "standardExternalProfilesOff",
		"licenses", "featureLicenses", "permissionSetLicenses", "packageLicenses", "profiles", "roles",
		"permissionSets", "permissionSetGroups", "groups", "queues", "customFields", "validationRules",
		"admins", "people", "users")
	cfg := Config{
		Name: m.text("name"), Edition: m.text("edition"), Sandbox: m.flag("sandbox"), Instance: m.text("instance"),
		Seed: int64(m.number("seed", 0, 1<<53)), Language: m.text("language"), Locale: m.text("locale"), TimeZone: m.text("timeZone"),
		MessageLanguage: m.text("messageLanguage"), NameExtras: m.flag("nameExtras"),
		StateCountryPicklists: m.flag("stateCountryPicklists"), EmailChangesAtOnce: m.flag("emailChangesAtOnce"),
		FederationIDIgnoresCase: m.flag("federationIdIgnoresCase"), Users: m.number("users", 0, mostUsers),
		Territories: m.flag("territories"), EmailDomains: m.texts("emailDomains"),
		StandardExternalProfilesOff: m.flag("standardExternalProfilesOff"),
	}
	cfg.Licenses = each(m, "licenses", r.license)
	if features := m.at("featureLicenses"); features != nil {
		cfg.LicenseSeats = r.seatsByName(features)
	}
	cfg.PermissionSetLicenses = each(m, "permissionSetLicenses", r.permissionSetLicense)
	cfg.PackageLicenses = each(m, "packageLicenses", r.packageLicense)
	cfg.Profiles = each(m, "profiles", r.profile)
	if roles := m.at("roles"); roles != nil {
		cfg.Roles = r.roles(m, "", 0)
	}
	cfg.PermissionSets = each(m, "permissionSets", r.permissionSet)
	cfg.PermissionSetGroups = each(m, "permissionSetGroups", r.permissionSetGroup)
	cfg.Groups = each(m, "groups", r.group)
	cfg.Queues = each(m, "queues", r.queue)
	cfg.CustomFields = each(m, "customFields", r.customField)
	cfg.ValidationRules = each(m, "validationRules", r.validationRule)
	cfg.Admins = each(m, "admins", r.person)
	cfg.People = each(m, "people", r.person)
	return cfg
}

func (r *configReader) license(n *yaml.Node) License {
	m := r.mapping(n, "a licence", "name", "key", "seats")
	return License{Name: m.text("name"), Key: m.text("key"), Seats: m.seats("seats"), spot: spot{n}}
}

// seatsByName reads the seats of feature licences.
func (r *configReader) seatsByName(n *yaml.Node) map[string]int {
	if n.Kind != yaml.MappingNode {
		r.found.addf(n.Line, "featureLicenses: write NAME: SEATS for each")
		return nil
	}
	seats := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if known := featureNames(featureLicences()); !slices.Contains(known, name) {
			r.found.addf(n.Content[i].Line, "featureLicenses has no %q: write one of %s", name, strings.Join(known, ", "))
		}
		seats[name] = r.scalarNumber(n.Content[i+1], name, 0, mostSeats)
	}
	return seats
}

func (r *configReader) permissionSetLicense(n *yaml.Node) PermissionSetLicense {
	m := r.mapping(n, "a permission set licence", "name", "label", "seats", "permissions")
	return PermissionSetLicense{
		Name: m.text("name"), Label: m.text("label"), Seats: m.seats("seats"), Permissions: m.texts("permissions"), spot: spot{n},
	}
}

func (r *configReader) packageLicense(n *yaml.Node) PackageLicense {
	m := r.mapping(n, "a package licence", "namespace", "status", "seats", "site")
	return PackageLicense{
		Namespace: m.text("namespace"), Status: m.text("status"), Seats: m.seats("seats"), Site: m.flag("site"), spot: spot{n},
	}
}

func (r *configReader) profile(n *yaml.Node) Profile {
	m := r.mapping(n, "a profile", "name", "license", "userType", "description", "permissions")
	return Profile{
		Name: m.text("name"), License: m.text("license"), UserType: m.text("userType"), Description: m.text("description"),
		Permissions: m.texts("permissions"), spot: spot{n},
	}
}

// mostRoleLevels is how deep a tree of roles can be in a file.
const mostRoleLevels = 500

// roles reads the roles in a mapping and, below each, those under it.
func (r *configReader) roles(m fields, parent string, depth int) []Role {
	out := []Role{}
	if depth > mostRoleLevels {
		r.found.addf(m.node.Line, "roles are more than %d levels deep", mostRoleLevels)
		return out
	}
	for _, n := range m.list("roles") {
		one := r.mapping(n, "a role", "name", "developerName", "roles")
		name := one.text("name")
		out = append(out, Role{Name: name, DeveloperName: one.text("developerName"), Parent: parent, spot: spot{n}})
		out = append(out, r.roles(one, name, depth+1)...)
	}
	return out
}

func (r *configReader) permissionSet(n *yaml.Node) PermissionSet {
	m := r.mapping(n, "a permission set", "name", "label", "description", "license", "permissions", "sessionActivation")
	return PermissionSet{
		Name: m.text("name"), Label: m.text("label"), Description: m.text("description"), License: m.text("license"),
		Permissions: m.texts("permissions"), Session: m.flag("sessionActivation"), spot: spot{n},
	}
}

func (r *configReader) permissionSetGroup(n *yaml.Node) PermissionSetGroup {
	m := r.mapping(n, "a permission set group", "name", "label", "description", "permissionSets")
	return PermissionSetGroup{
		Name: m.text("name"), Label: m.text("label"), Description: m.text("description"),
		PermissionSets: m.texts("permissionSets"), spot: spot{n},
	}
}

func (r *configReader) group(n *yaml.Node) Group {
	m := r.mapping(n, "a group", "name", "developerName", "members")
	return Group{Name: m.text("name"), DeveloperName: m.text("developerName"), Members: m.texts("members"), spot: spot{n}}
}

func (r *configReader) queue(n *yaml.Node) Queue {
	m := r.mapping(n, "a queue", "name", "developerName", "email", "objects", "members")
	return Queue{
		Name: m.text("name"), DeveloperName: m.text("developerName"), Email: m.text("email"),
		Objects: m.texts("objects"), Members: m.texts("members"), spot: spot{n},
	}
}

func (r *configReader) customField(n *yaml.Node) CustomField {
	m := r.mapping(n, "a custom field", "name", "label", "type", "length", "required", "unique", "externalId", "caseSensitive",
		"default", "values", "unrestricted", "controller", "decimals", "formula", "help")
	f := CustomField{
		Name: m.text("name"), Label: m.text("label"), Type: m.text("type"), Length: m.number("length", 1, 131_072),
		Required: m.flag("required"), Unique: m.flag("unique"), ExternalID: m.flag("externalId"), CaseSensitive: m.flag("caseSensitive"),
		Unrestricted: m.flag("unrestricted"), Controller: m.text("controller"), Decimals: m.number("decimals", 0, 17),
		Formula: m.text("formula"), Help: m.text("help"), spot: spot{n},
	}
	if m.at("default") != nil {
		switch f.Type {
		case "boolean":
			f.Default = m.flag("default")
		case "double", "currency", "percent":
			f.Default = float64(m.number("default", -1<<31, 1<<31))
		default:
			f.Default = m.text("default")
		}
	}
	for _, v := range m.list("values") {
		if v.Kind == yaml.ScalarNode {
			f.Values = append(f.Values, CustomValue{Value: v.Value})
			continue
		}
		one := r.mapping(v, "a value", "value", "label", "for")
		f.Values = append(f.Values, CustomValue{Value: one.text("value"), Label: one.text("label"), For: one.texts("for")})
	}
	return f
}

func (r *configReader) validationRule(n *yaml.Node) ValidationRule {
	r.rules = append(r.rules, n.Line)
	m := r.mapping(n, "a validation rule", "name", "formula", "message", "field", "active")
	return ValidationRule{
		Name: m.text("name"), Formula: m.text("formula"), Message: m.text("message"), Field: m.text("field"),
		Active: m.at("active") == nil || m.flag("active"),
	}
}

func (r *configReader) person(n *yaml.Node) Person {
	own := []string{
		"profile", "role", "manager", "permissionSets", "permissionSetGroups", "groups", "active", "frozen", "password", "cannotDeactivate",
	}
	m := r.mappingWith(n, "a person", isFieldName, append([]string{"any field of User by its API name"}, own...)...)
	p := Person{
		Fields: map[string]any{}, Profile: m.text("profile"), Role: m.text("role"), Manager: m.text("manager"),
		PermissionSets: m.texts("permissionSets"), PermissionSetGroups: m.texts("permissionSetGroups"), Groups: m.texts("groups"),
		Inactive: m.at("active") != nil && !m.flag("active"), Frozen: m.flag("frozen"), Password: m.text("password"),
		CannotDeactivate: m.text("cannotDeactivate"), spot: spot{n},
	}
	for name := range m.values {
		if isFieldName(name) {
			p.Fields[name] = m.text(name)
		}
	}
	return p
}

// isFieldName tells the API name of a field from a key of the file, all of
// which begin with a small letter.
func isFieldName(key string) bool {
	return key != "" && (key[0] >= 'A' && key[0] <= 'Z' || strings.HasSuffix(key, "__c"))
}
