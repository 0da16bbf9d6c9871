package org

import (
	"iter"
	"slices"
)

// position is the place of a record in its table. Records are numbered as they
// are made, so that positions ascend as ids do.
type position = uint32

// chunkMost is the most positions one chunk holds: what an insert or a removal
// in the middle has to move.
const chunkMost = 512

// positions is an ascending list of millions of positions in which adding and
// dropping one moves a bounded number of others.
type positions struct {
	chunks [][]position // none empty
	n      int
}

// chunkOf is the chunk that holds, or would hold, p.
func (l *positions) chunkOf(p position) int {
	at, found := slices.BinarySearchFunc(l.chunks, p, func(c []position, p position) int {
		return int(c[0]) - int(p)
	})
	if !found && at > 0 {
		at--
	}
	return at
}

func (l *positions) add(p position) {
	l.n++
	if len(l.chunks) == 0 {
		l.chunks = append(l.chunks, []position{p})
		return
	}
	at := l.chunkOf(p)
	chunk := l.chunks[at]
	if len(chunk) == chunkMost {
		if at == len(l.chunks)-1 && p > chunk[chunkMost-1] {
			l.chunks = append(l.chunks, append(make([]position, 0, chunkMost), p))
			return
		}
		right := append(make([]position, 0, chunkMost), chunk[chunkMost/2:]...)
		l.chunks[at] = chunk[:chunkMost/2]
		l.chunks = slices.Insert(l.chunks, at+1, right)
		if p > right[0] {
			at++
		}
		chunk = l.chunks[at]
	}
	in, _ := slices.BinarySearch(chunk, p)
	l.chunks[at] = slices.Insert(chunk, in, p)
}

func (l *positions) drop(p position) {
	if len(l.chunks) == 0 {
		return
	}
	at := l.chunkOf(p)
	in, found := slices.BinarySearch(l.chunks[at], p)
	if !found {
		return
	}
	l.n--
	l.chunks[at] = slices.Delete(l.chunks[at], in, in+1)
	if len(l.chunks[at]) == 0 {
		l.chunks = slices.Delete(l.chunks, at, at+1)
		return
	}
	// Two neighbours that fit into half a chunk become one, so that a list that
	// shrank is short again.
	for _, left := range []int{at - 1, at} {
		if left >= 0 && left+1 < len(l.chunks) && len(l.chunks[left])+len(l.chunks[left+1]) <= chunkMost/2 {
			l.chunks[left] = append(l.chunks[left], l.chunks[left+1]...)
			l.chunks = slices.Delete(l.chunks, left+1, left+2)
			return
		}
	}
}

// from walks the positions that are not below p.
func (l *positions) from(p position) iter.Seq[position] {
	return func(yield func(position) bool) {
		if len(l.chunks) == 0 {
			return
		}
		at := l.chunkOf(p)
		in, _ := slices.BinarySearch(l.chunks[at], p)
		for ; at < len(l.chunks); at, in = at+1, 0 {
			for _, p := range l.chunks[at][in:] {
				if !yield(p) {
					return
				}
			}
		}
	}
}
