package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

const variablePrefix = "SCIMFORCE_"

// readEnvironment makes a map of "NAME=value" lines.
func readEnvironment(environ []string) map[string]string {
	environment := make(map[string]string, len(environ))
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		environment[name] = value
	}
	return environment
}

// knownVariables are the environment variables that the flags of a command
// name, sorted.
func knownVariables(command any) []string {
	var names []string
	t := reflect.TypeOf(command)
	for _, field := range reflect.VisibleFields(t) { // those of embedded structs too
		if name := field.Tag.Get("variable"); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// serviceLink matches what Kubernetes puts into every container of a namespace
// that has a Service named scimforce.
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
const serviceLink = `^SCIMFORCE(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`

// reportUnknownVariables adds each SCIMFORCE_ variable that nobody reads.
func reportUnknownVariables(found *problems, environment map[string]string, known []string) {
	link := regexp.MustCompile(serviceLink)
	var unknown []string
	for name, value := range environment {
		if !strings.HasPrefix(name, variablePrefix) || slices.Contains(known, name) {
			continue
		}
		if link.MatchString(name) && (name != "SCIMFORCE_PORT" || strings.Contains(value, "://")) {
			continue
		}
		unknown = append(unknown, name)
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		if name == "SCIMFORCE_PORT" {
			found.addf("SCIMFORCE_PORT is not a setting: set SCIMFORCE_LISTEN, such as :8080")
			continue
		}
		if meant := nearest(name, known); meant != "" {
			found.addf("%s is not a setting: did you mean %s?", name, meant)
			continue
		}
		found.addf("%s is not a setting: unset it (scimforce serve --help lists the settings)", name)
	}
}
