package scim

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// bulkJob is one bulk being done.
type bulkJob struct {
	server     *server
	request    *http.Request
	call       *call
	operations []bulkOperation
	made       map[string]*bulkOperation // the POST of a bulkId

	failed, unbegun int
	// timeUp says that the time was up, or the client gone, before failOnErrors
	// ended the bulk.
	timeUp bool
}

// run does the steps of a plan. No further one is begun when failOnErrors
// operations have failed (0: however many fail), when the time is nearly up, or
// when the client is gone; what was begun is finished.
func (b *bulkJob) run(p *bulkPlan, failOnErrors int) {
	steps := slices.Clone(p.steps)
	ready := make([]int, 0, len(steps)) // ascending
	for i, step := range steps {
		if step.after == 0 {
			ready = append(ready, i)
		}
	}
	stop, cancel := b.patience()
	defer cancel()
	begun := make([]bool, len(steps))
	done := make(chan int)
	under := 0 // way
	for {
		over := stop.Err() != nil || b.call.client.Err() != nil
		b.timeUp = over && (failOnErrors == 0 || b.failed < failOnErrors)
		for len(ready) > 0 && !over && under < width(failOnErrors, b.failed) {
			i := ready[0]
			ready = ready[1:]
			begun[i] = true
			under++
			go func() {
				b.perform(steps[i])
				done <- i
			}()
		}
		if under == 0 {
			break
		}
		i := <-done
		under--
		b.count(steps[i])
		for _, next := range steps[i].before {
			if steps[next].after--; steps[next].after == 0 {
				at, _ := slices.BinarySearch(ready, next)
				ready = slices.Insert(ready, at, next)
			}
		}
	}
	b.finish(steps, begun)
}

// width is how many operations may be under way at once.
func width(failOnErrors, failed int) int {
	if failOnErrors == 0 {
		return bulkWidth
	}
	return min(bulkWidth, failOnErrors-failed)
}

// count counts the operation of a step, once, when it has failed.
func (b *bulkJob) count(step bulkStep) {
	if o := &b.operations[step.operation]; o.problem != nil && !o.counted {
		o.counted = true
		b.failed++
	}
}

// patience is a context that ends when the time for beginning operations is up.
func (b *bulkJob) patience() (context.Context, context.CancelFunc) {
	ctx := b.request.Context()
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) > 2*bulkLead {
		return context.WithDeadline(ctx, deadline.Add(-bulkLead))
	}
	return context.WithCancel(ctx)
}

// finish does what is left of the operations that were begun: a POST that was
// made without its references gets them, or is told that it has not got them.
func (b *bulkJob) finish(steps []bulkStep, begun []bool) {
	var ends errgroup.Group
	ends.SetLimit(bulkWidth)
	for i, step := range steps {
		if step.finish && !begun[i] && b.operations[step.operation].running != nil {
			ends.Go(func() error {
				b.perform(step)
				return nil
			})
		}
	}
	_ = ends.Wait() // none returns an error
	for _, step := range steps {
		b.count(step)
	}
}
