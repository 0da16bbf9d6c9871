package simulator

// limits answers GET /limits with the allocations of a Developer Edition org,
// in alphabetical order. Only DailyApiRequests moves.
func (s *Simulator) limits(q *request) answer {
	limit := func(name string, most, remaining int) member {
		return member{name, object{{"Max", most}, {"Remaining", remaining}}}
	}
	daily := q.site.daily
	return ok(object{
		limit("ActiveScratchOrgs", 3, 3),
		limit("DailyApiRequests", daily, max(daily-q.site.calls.used(), 0)),
		limit("DailyAsyncApexExecutions", 250000, 250000),
		limit("DailyBulkApiBatches", 15000, 15000),
		limit("DailyWorkflowEmails", 405, 405),
		limit("DataStorageMB", 5, 5),
		limit("FileStorageMB", 20, 20),
		limit("MassEmail", 10, 10),
		{"PermissionSets", object{
			{"Max", 1500},
			{"Remaining", 1498},
			{"CreateCustom", object{{"Max", 1000}, {"Remaining", 998}}},
		}},
		limit("SingleEmail", 15, 15),
		limit("StreamingApiConcurrentClients", 20, 20),
	})
}
