package mapping

import (
	"maps"
	"testing"
)

// One user of an org with a custom field of each type, read, changed by a PUT of
// what was read, and rendered.
func BenchmarkUserOfAnOrg(b *testing.B) {
	fields := described(b, customized())
	m := mustFor(b, mustNew(b, Config{}), fields)
	org := orgOf(fields)
	index := make(map[string]Field, len(fields))
	for _, f := range fields {
		index[f.Name] = f
	}
	org.Field = func(name string) (Field, bool) { f, ok := index[name]; return f, ok }
	record := map[string]any{}
	for _, f := range fields {
		if f.Type == "boolean" {
			record[f.Name] = false
		}
	}
	maps.Copy(record, map[string]any{
		"Id": bossID, "Username": "ada@acme.example", "LastName": "Lovelace", "FirstName": "Ada", "Name": "Ada Lovelace", "Email": "ada@acme.example",
		"Title": "Countess", "Department": "Engines", "Alias": "ada", "EmailEncodingKey": "UTF-8", "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_GB",
		"LanguageLocaleKey": "en_US", "IsActive": true, "Badge__c": "B-1", "Region__c": "EMEA", "Skills__c": "Go;SQL", "Quota__c": 1.5,
		"Hired__c": "2026-01-31", "Reviewed__c": "2026-01-31T08:00:00.000+0000", "SystemModstamp": "2026-01-31T08:00:00.000+0000",
	})
	b.Run("render", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Render(record, nil, Access{Known: true})
		}
	})
	user := m.Render(record, nil, Access{Known: true})
	b.Run("canonical", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.User().Canonical(user); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("change", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if d, err := m.Change(user, m.Kept(user, user, nil, nil), org); err != nil || len(d.Fields) > 0 {
				b.Fatal(d.Fields, err)
			}
		}
	})
	b.Run("for", func(b *testing.B) {
		static := mustNew(b, Config{})
		for b.Loop() {
			mustFor(b, static, fields)
		}
	})
}
