//go:build linux

package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scimforce/cmd/scimforce/doctor"
	"scimforce/salesforce/simulator/simulatortest"
)

func TestTheDoctorExaminesEveryConnection(t *testing.T) {
	p := newPlace(t)
	config := filepath.Join(t.TempDir(), "scimforce.yaml")
	writeFile(t, config, "defaults: {profile: Standard User}\n")
	environ := with(p.environ, "SCIMFORCE_CONFIG="+config)
	p.mustSave()
	p.mustSave("--name", "uat")

	code, text, told := run(t, environ, "doctor")
	if code != exitOK || told != "" || !strings.Contains(text, "Connection default\n") || !strings.Contains(text, "\n\nConnection uat\n") {
		t.Errorf("exit code %d: %s%s", code, text, told)
	}
	p.wantNoSecrets(text)

	examine := func(wantCode int, args ...string) []doctor.Report {
		t.Helper()
		code, text, told := run(t, environ, append([]string{"doctor", "--json"}, args...)...)
		var reports []doctor.Report
		if err := json.Unmarshal([]byte(text), &reports); err != nil || code != wantCode || told != "" {
			t.Fatalf("exit code %d, want %d, %v: %s%s", code, wantCode, err, text, told)
		}
		p.wantNoSecrets(text)
		return reports
	}
	state := func(r doctor.Report, id string) doctor.State {
		t.Helper()
		i := slices.IndexFunc(r.Checks, func(c doctor.Check) bool { return c.ID == id })
		if i < 0 {
			t.Fatalf("no check %s", id)
		}
		return r.Checks[i].State
	}
	reports := examine(exitOK, "--connection", "uat")
	if len(reports) != 1 || reports[0].Connection != "uat" || state(reports[0], "token") != doctor.OK || state(reports[0], "default-profile") != doctor.OK || state(reports[0], "public-url") != doctor.Warning {
		t.Errorf("%+v", reports)
	}
	if list := p.listed(); list[1].LastUsedAt == nil || list[1].LastError != "" {
		t.Errorf("%+v", list)
	}

	writeFile(t, config, "defaults: {profile: No Such Profile}\n")
	if reports := examine(exitFailed); len(reports) != 2 || state(reports[1], "default-profile") != doctor.Failed {
		t.Errorf("%+v", reports)
	}
	if reports := examine(exitFailed, "--public-url", "http://127.0.0.1:1"); state(reports[0], "public-url") != doctor.Failed {
		t.Errorf("%+v", reports)
	}

	// An administrator revokes the app: that is a finding, and is remembered.
	p.RevokeAll()
	if reports := examine(exitFailed); state(reports[0], "token") != doctor.Failed || state(reports[0], "api") != doctor.Unknown {
		t.Errorf("%+v", reports)
	}
	wantRun(t, environ, []string{"connections", "list"}, exitOK, "default: salesforce authorization refused")
	// So is an org that is down.
	p.Close()
	examine(exitFailed)
}

func TestTheDoctorSaysWhenItCannotAsk(t *testing.T) {
	p := newPlace(t)
	wantRun(t, p.environ, []string{"doctor"}, exitNotAsked, "holds no connection yet")
	p.mustSave()
	for want, test := range map[string]struct{ environ, args []string }{
		`there is no connection "uat"`: {nil, []string{"--connection", "uat"}},
		"SCIMFORCE_PUBLIC_URL":         {nil, []string{"--public-url", "somewhere"}},
		"SCIMFORCE_API_VERSION":        {nil, []string{"--api-version", "six"}},
		"SCIMFORCE_CONFIG":             {[]string{"SCIMFORCE_CONFIG=/nowhere/scimforce.yaml"}, nil},
		"SCIMFORCE_DATABASE_URL":       {[]string{"SCIMFORCE_DATABASE_URL=mysql://x"}, nil},
		"does not open":                {[]string{"SCIMFORCE_MASTER_KEY=" + newKey(t)}, nil},
	} {
		wantRun(t, with(p.environ, test.environ...), append([]string{"doctor"}, test.args...), exitNotAsked, want)
	}
	wantRun(t, p.environ, []string{"doctor", "--connection", "default"}, exitOK, simulatortest.Admin)
}

func TestTheDoctorFindsAUserWhoWasFrozen(t *testing.T) {
	p := newPlace(t)
	p.mustSave()
	p.freeze()
	code, text, _ := run(t, p.environ, "doctor")
	if code != exitFailed || !strings.Contains(text, "inactive_user") || !strings.Contains(text, "activate or unfreeze it") {
		t.Errorf("exit code %d: %s", code, text)
	}
	p.wantNoSecrets(text)
}
