package query

import (
	"fmt"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// people is how many the benchmarks look among.
const people = 100_000

func benchmark(b *testing.B, want int, statement string, args ...any) {
	b.Helper()
	o := newOrg(b, people)
	statement = fmt.Sprintf(statement, args...)
	if strings.Contains(statement, "$IDS") {
		ids := firstColumn(b, o, "SELECT Id FROM User LIMIT 200 OFFSET 1000")
		statement = strings.ReplaceAll(statement, "$IDS", "'"+strings.Join(ids, "','")+"'")
	}
	for b.Loop() {
		result, err := Run(o, org.Actor{}, statement)
		if err != nil || len(result.Rows) != want {
			b.Fatal(err, len(result.Rows))
		}
	}
}

func BenchmarkUsernameLookup(b *testing.B) {
	benchmark(b, 1, "SELECT Id, Username, Name, Email, IsActive, Profile.Name FROM User WHERE Username = 'admin@acme.example'")
}

func BenchmarkInOf200(b *testing.B) {
	benchmark(b, 200, "SELECT Id, Username, Name, Email, IsActive FROM User WHERE Id IN ($IDS)")
}

func BenchmarkWindowOf2000(b *testing.B) {
	benchmark(b, 2000, "SELECT Id, Username, Name, Email, IsActive, Profile.Name FROM User WHERE UserType = 'Standard' AND Id > '005000000000000' ORDER BY Id LIMIT 2000")
}

func BenchmarkScan(b *testing.B) {
	benchmark(b, 0, "SELECT Id FROM User WHERE Title = 'Nobody'")
}
