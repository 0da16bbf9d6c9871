package directory

import (
	"context"
	"fmt"

	"scimforce/salesforce/soql"
)

// addCounts adds the queries for a total: all that match, less those of them
// who are deleted. Deleted means: has a tombstone and cannot log in.
func (d *Directory) addCounts(q *queries, where soql.Condition, dead, frozen []string) {
	q.add("total", soql.Select{From: "User", Where: where, Count: true})
	buried := append(dead[:len(dead):len(dead)], frozen...)
	if len(buried) > 0 {
		q.add("dead", countDead(where, buried[:min(len(buried), tombstonesCounted)]))
	}
	if len(frozen) > 0 {
		q.add("frozen", countFrozen(where, frozen[:min(len(frozen), tombstonesCounted)]))
	}
}

func countDead(where soql.Condition, ids []string) soql.Select {
	return soql.Select{From: "User", Count: true, Where: soql.And(where, soql.Eq("IsActive", false), soql.In("Id", ids))}
}

func countFrozen(where soql.Condition, ids []string) soql.Select {
	return soql.Select{From: "UserLogin", Count: true, Where: soql.And(soql.Eq("IsFrozen", true), soql.In("UserId", ids),
		soql.InSelect("UserId", soql.Select{Fields: []string{"Id"}, From: "User", Where: soql.And(where, soql.Eq("IsActive", true))}))}
}

// takeCounts reads the total. What did not fit into the call, with thousands
// of tombstones, is asked for separately.
func (d *Directory) takeCounts(ctx context.Context, a answers, where soql.Condition, dead, frozen []string) (int, error) {
	total, err := a.count("total")
	if err != nil {
		return 0, fmt.Errorf("directory: count users: %w", err)
	}
	for _, ref := range [...]string{"dead", "frozen"} {
		if !a.has(ref) {
			continue
		}
		hidden, err := a.count(ref)
		if err != nil {
			return 0, fmt.Errorf("directory: count deleted users: %w", err)
		}
		total -= hidden
	}
	buried := append(dead[:len(dead):len(dead)], frozen...)
	for len(buried) > tombstonesCounted {
		buried = buried[tombstonesCounted:]
		hidden, err := d.count(ctx, countDead(where, buried[:min(len(buried), tombstonesCounted)]))
		if err != nil {
			return 0, err
		}
		total -= hidden
	}
	for len(frozen) > tombstonesCounted {
		frozen = frozen[tombstonesCounted:]
		hidden, err := d.count(ctx, countFrozen(where, frozen[:min(len(frozen), tombstonesCounted)]))
		if err != nil {
			return 0, err
		}
		total -= hidden
	}
	return max(total, 0), nil
}

func (d *Directory) count(ctx context.Context, s soql.Select) (int, error) {
	statement, err := s.Build()
	if err != nil {
		return 0, fmt.Errorf("directory: count users: %w", err)
	}
	n, err := d.salesforce.Count(ctx, statement)
	if err != nil {
		return 0, fmt.Errorf("directory: count users: %w", err)
	}
	return n, nil
}
