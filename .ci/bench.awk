# Turns the output of `go test -bench -benchmem` into one table: a line a benchmark, a column a unit.
function seconds(ns) {
	if (ns >= 1e9) return sprintf("%.2f s", ns / 1e9)
	if (ns >= 1e6) return sprintf("%.2f ms", ns / 1e6)
	if (ns >= 1e3) return sprintf("%.2f us", ns / 1e3)
	return sprintf("%.0f ns", ns)
}
BEGIN { form = "%-28s %-40s %12s %14s %12s %10s\n"; printf form, "package", "benchmark", "time/op", "bytes/op", "allocs/op", "calls/op" }
$1 == "pkg:" { package = $2; sub(/^scimforce\//, "", package) }
/^Benchmark/ {
	delete value
	for (i = 3; i < NF; i += 2) value[$(i + 1)] = $i
	if (!("ns/op" in value)) next
	sub(/^Benchmark/, "", $1); sub(/-[0-9]+$/, "", $1)
	calls = "calls/op" in value ? sprintf("%.2f", value["calls/op"]) : ""
	printf form, package, $1, seconds(value["ns/op"]), value["B/op"], value["allocs/op"], calls
}
