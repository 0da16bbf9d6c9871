package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"scimforce/scim/mapping"
)

const maxConfigFile = 1 << 20 // bytes

// fileSettings is what the YAML file holds. All of it may be left out.
type fileSettings struct {
	Defaults       fileDefaults       `yaml:"defaults"`
	Deprovisioning fileDeprovisioning `yaml:"deprovisioning"`
	Mapping        []fileMapping      `yaml:"mapping"`
	// IdentityProviders are issuers whose JWTs are trusted.
	IdentityProviders []fileIdentityProvider `yaml:"identityProviders"`
	// Strict refuses values that Salesforce does not know (a locale, a time
	// zone) instead of replacing them.
	Strict bool `yaml:"strict"`
}

// fileDefaults is what a new user gets where the identity provider says
// nothing.
type fileDefaults struct {
	Profile       string `yaml:"profile" json:"profile"` // name or id
	TimeZone      string `yaml:"timeZone" json:"timeZone"`
	Locale        string `yaml:"locale" json:"locale"`
	Language      string `yaml:"language" json:"language"`
	EmailEncoding string `yaml:"emailEncoding" json:"emailEncoding"`
}

// fileDeprovisioning is what a DELETE does besides deactivating the user.
type fileDeprovisioning struct {
	RemovePermissionSets bool `yaml:"removePermissionSets" json:"removePermissionSets"`
	RemoveGroups         bool `yaml:"removeGroups" json:"removeGroups"`
	FreezeWhenRefused    bool `yaml:"freezeWhenRefused" json:"freezeWhenRefused"`
}

// fileMapping changes what becomes of one attribute, see mapping.Override.
type fileMapping struct {
	Attribute    string  `yaml:"attribute" json:"attribute,omitempty"`
	Field        *string `yaml:"field" json:"field,omitempty"` // "" drops the attribute
	Direction    string  `yaml:"direction" json:"direction,omitempty"`
	OnlyOnCreate bool    `yaml:"onlyOnCreate" json:"onlyOnCreate,omitempty"`
	Constant     string  `yaml:"constant" json:"constant,omitempty"`
	Template     string  `yaml:"template" json:"template,omitempty"`
	Default      string  `yaml:"default" json:"default,omitempty"`
}

// override is the entry as package mapping takes it.
func (m fileMapping) override() mapping.Override {
	o := mapping.Override{
		Attribute: m.Attribute, Direction: mapping.Direction(m.Direction), OnlyOnCreate: m.OnlyOnCreate,
		Constant: m.Constant, Template: m.Template, Default: m.Default,
	}
	if m.Field != nil {
		o.Field, o.Drop = *m.Field, *m.Field == ""
	}
	return o
}

// problem says why the entry is none, "" when it is one.
func (m fileMapping) problem() string {
	o := m.override()
	bare := o
	bare.Attribute, bare.Field = "", ""
	switch {
	case o.Attribute == "" && o.Field == "":
		return "names no attribute: write attribute: NAME, or field: NAME for one of Salesforce's own"
	case bare == mapping.Override{} && (o.Attribute == "" || o.Field == ""):
		return "changes nothing: add field, direction, onlyOnCreate, constant, template or default"
	case o.Drop && bare != mapping.Override{Drop: true}:
		return "takes the attribute out with an empty field, and says more about it: keep one of the two"
	}
	return ""
}

// defaultFileSettings is what holds without a file: somebody who was deleted
// keeps no access, also when he comes back.
func defaultFileSettings() fileSettings {
	return fileSettings{Deprovisioning: fileDeprovisioning{RemovePermissionSets: true, RemoveGroups: true, FreezeWhenRefused: true}}
}

// readConfigFile reads and checks the YAML file; "" is none.
func readConfigFile(found *problems, path string) fileSettings {
	settings := defaultFileSettings()
	if path == "" {
		return settings
	}
	file, err := os.Open(path)
	if err != nil {
		found.addf("SCIMFORCE_CONFIG %q cannot be read: %v", path, cause(err))
		return settings
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxConfigFile+1))
	switch {
	case err != nil:
		found.addf("SCIMFORCE_CONFIG %q cannot be read: %v", path, cause(err))
	case len(content) > maxConfigFile:
		found.addf("SCIMFORCE_CONFIG %q is larger than %d bytes: is it the right file?", path, maxConfigFile)
	default:
		for _, problem := range parseConfigFile(content, &settings) {
			found.addf("%s: %s", path, problem)
		}
	}
	return settings
}

// parseConfigFile decodes content over settings and says what is wrong with
// it, each with its line where there is one.
func parseConfigFile(content []byte, settings *fileSettings) []string {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	err := decoder.Decode(settings)
	var texts []string
	var types *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF): // nothing but comments
		return nil
	case errors.As(err, &types): // the rest was decoded
		for _, text := range types.Errors {
			texts = append(texts, rewordYAML(text))
		}
	case err != nil:
		return []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return append(texts, "there is a second document after ---: put all into one")
	}
	texts = append(texts, checkIdentityProviders(*settings)...)
	named := len(texts)
	seen := map[string]bool{}
	for i, m := range settings.Mapping {
		attribute := strings.ToLower(m.Attribute)
		switch problem := m.problem(); {
		case problem != "":
			texts = append(texts, fmt.Sprintf("mapping entry %d %s", i+1, problem))
		case attribute != "" && seen[attribute]:
			texts = append(texts, fmt.Sprintf("mapping names %s twice: leave one", m.Attribute))
		}
		seen[attribute] = true
	}
	if len(texts) > named {
		return texts
	}
	// What the attributes and fields may be is the mapping's to say.
	if _, err := mapping.New(Settings{File: *settings}.mappingConfig("")); err != nil {
		texts = append(texts, strings.Split(err.Error(), "\n")...)
	}
	return texts
}

// rewordYAML says in a user's words what the decoder says of Go types.
func rewordYAML(text string) string {
	unknown := regexp.MustCompile(`(?s)^line (\d+): field (.*) not found in type main\.(\w+)$`).FindStringSubmatch(text)
	if unknown == nil {
		text = regexp.MustCompile(` into \[\]main\.\w+$`).ReplaceAllString(text, " as a list")
		return regexp.MustCompile(` into main\.\w+$`).ReplaceAllString(text, " as a group of settings")
	}
	line, key := unknown[1], unknown[2]
	known := yamlKeys(unknown[3])
	if meant := nearest(key, known); meant != "" {
		return fmt.Sprintf("line %s: %q is not a setting: did you mean %s?", line, key, meant)
	}
	return fmt.Sprintf("line %s: %q is not a setting here: known are %s", line, key, strings.Join(known, ", "))
}

// yamlKeys are the keys of one of the file's types, by its Go name.
func yamlKeys(typeName string) []string {
	var keys []string
	for _, t := range []reflect.Type{
		reflect.TypeFor[fileSettings](), reflect.TypeFor[fileDefaults](), reflect.TypeFor[fileDeprovisioning](), reflect.TypeFor[fileMapping](),
		reflect.TypeFor[fileIdentityProvider](),
	} {
		if t.Name() != typeName {
			continue
		}
		for i := range t.NumField() {
			keys = append(keys, t.Field(i).Tag.Get("yaml"))
		}
	}
	return keys
}
