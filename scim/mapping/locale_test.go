package mapping

import (
	"slices"
	"testing"
)

func TestALanguageLocaleOrTimeZoneIsFound(t *testing.T) {
	languages := []string{"en_US", "de", "es", "es_MX", "fr", "iw", "in", "no", "pt_BR", "zh_CN", "zh_TW"}
	locales := []string{"ar_AE", "ar_SA", "de_AT", "de_DE", "en_AU", "en_US", "iw_IL", "no_NO", "pt_BR"}
	zones := []string{"America/Los_Angeles", "Asia/Kolkata", "Europe/Paris", "GMT"}
	for _, c := range []struct {
		name   string
		kind   localeKind
		values []string
		sent   string
		want   string
		how    likeness
	}{
		{"a language as Salesforce spells it", language, languages, "en_US", "en_US", exactly},
		{"a language as BCP 47 spells it", language, languages, "es-MX", "es_MX", exactly},
		{"a language in odd case", language, languages, "EN-us", "en_US", exactly},
		{"a language of a country the org does not have", language, languages, "fr-CA", "fr", nearly},
		{"English of another country", language, languages, "en-GB", "en_US", nearly},
		{"a bare language that the org has for one country only", language, languages, "pt", "pt_BR", nearly},
		{"Hebrew by its new code", language, languages, "he", "iw", exactly},
		{"Hebrew of a country by its new code", language, languages, "he-IL", "iw", exactly},
		{"Norwegian by its new code", language, languages, "nb-NO", "no", exactly},
		{"Chinese by its script", language, languages, "zh-Hant", "zh_TW", exactly},
		{"Chinese by script and country", language, languages, "zh-Hant-TW", "zh_CN", nearly},
		{"the most wanted of a list", language, languages, "en;q=0.5, tlh, fr-FR;q=0.1, de;q=0.8", "de", exactly},
		{"a wildcard", language, languages, "*", "", not},
		{"an unknown language", language, languages, "tlh", "", not},
		{"a locale of the language's own country", locale, locales, "de", "de_DE", nearly},
		{"a locale of a country the org does not have", locale, locales, "en-NZ", "en_US", nearly},
		{"a locale of a language with no country of its name", locale, locales, "ar", "ar_AE", nearly},
		{"a Hebrew locale by its new code", locale, locales, "he-IL", "iw_IL", exactly},
		{"a time zone", timeZone, zones, "Europe/Paris", "Europe/Paris", exactly},
		{"a time zone in odd case", timeZone, zones, "europe/PARIS", "Europe/Paris", exactly},
		{"a time zone by its old name", timeZone, zones, "Asia/Calcutta", "Asia/Kolkata", exactly},
		{"UTC", timeZone, zones, "UTC", "GMT", exactly},
		{"a Windows time zone", timeZone, zones, "Pacific Standard Time", "", not},
		{"a language without a picklist", language, nil, "EN-us", "en_US", exactly},
		{"a locale with a script without a picklist", locale, nil, "zh-hans-cn", "zh_Hans_CN", exactly},
		{"a time zone without a picklist", timeZone, nil, "Mars/Olympus", "Mars/Olympus", exactly},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, how := c.kind.find(c.values, c.sent); got != c.want || how != c.how {
				t.Errorf("find(%q) = %q, %d, want %q, %d", c.sent, got, how, c.want, c.how)
			}
		})
	}
}

func TestAnUnknownTimeZoneWithoutAnyDefaultIsRefused(t *testing.T) {
	org := ordinaryOrg().org()
	org.TimeZone = ""
	user := minimal()
	user["timezone"] = "Mars/Olympus"
	_, err := mustNew(t, Config{}).Create(user, org)
	if got, want := detail(t, err), `timezone: "Mars/Olympus" is no time zone of this org, and there is no default to use instead`; got != want {
		t.Errorf("detail = %s, want %s", got, want)
	}
}

func TestALanguageIsRenderedAsBCP47(t *testing.T) {
	m := mustNew(t, Config{})
	shown := m.Render(map[string]any{"LanguageLocaleKey": "pt_BR", "LocaleSidKey": "de_AT", "TimeZoneSidKey": "America/Los_Angeles"}, nil, Access{})
	for attribute, want := range map[string]string{"preferredLanguage": "pt-BR", "locale": "de-AT", "timezone": "America/Los_Angeles"} {
		if shown[attribute] != want {
			t.Errorf("%s = %v, want %s", attribute, shown[attribute], want)
		}
	}
}

func FuzzWhateverIsFoundIsInThePicklist(f *testing.F) {
	values := []string{"en_US", "de", "iw", "zh_CN"}
	for _, s := range []string{"en-US", "de;q=0.5,fr", "*", "", "-", "__", ";q=x", "he-", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []localeKind{language, locale, timeZone} {
			got, how := kind.find(values, s)
			if (how == not) != (got == "") || (how != not && !slices.Contains(values, got)) {
				t.Errorf("find(%q) = %q, %d", s, got, how)
			}
			kind.find(nil, s)
		}
		if !slices.Contains(values, nearest(values, s)) {
			t.Errorf("nearest(%q) is not in the picklist", s)
		}
	})
}
