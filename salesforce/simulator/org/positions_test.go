package org

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPositionsKeepTheirOrder holds long lists against a plain sorted slice.
func TestPositionsKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var have positions
		var want []position
		for range rapid.IntRange(1, 8).Draw(rt, "rounds") {
			begin := rapid.Uint32Range(0, 4000).Draw(rt, "begin")
			step := rapid.Uint32Range(1, 7).Draw(rt, "step")
			many := rapid.Uint32Range(1, 1500).Draw(rt, "many")
			adding := rapid.Bool().Draw(rt, "adding")
			for i := range many {
				p := begin + i*step
				at, found := slices.BinarySearch(want, p)
				switch {
				case adding && !found:
					want = slices.Insert(want, at, p)
					have.add(p)
				case !adding:
					if found {
						want = slices.Delete(want, at, at+1)
					}
					have.drop(p)
				}
			}
			from := rapid.Uint32Range(0, 12_000).Draw(rt, "from")
			at, _ := slices.BinarySearch(want, from)
			if !slices.Equal(slices.Collect(have.from(from)), want[at:]) || have.n != len(want) {
				rt.Fatalf("%d positions of %d, or another order", have.n, len(want))
			}
			for i, chunk := range have.chunks {
				if len(chunk) == 0 || len(chunk) > chunkMost {
					rt.Fatalf("chunk %d holds %d", i, len(chunk))
				}
			}
			if len(have.chunks) > 1+len(want)/(chunkMost/4) {
				rt.Fatalf("%d chunks for %d positions", len(have.chunks), len(want))
			}
		}
	})
}
