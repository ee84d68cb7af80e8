// Package load is what an offered load and the replicas that share it make of each
// other: pure arithmetic, without a clock.
package load

import "time"

// Queue is what a workload could not do yet. Load and work are in replicas' worth: 1
// keeps one ready replica's GPUs at 100%.
type Queue struct {
	// Backlog: what cannot be served waits; otherwise it is turned away.
	Backlog bool
	// Waiting work, in replica-seconds.
	Waiting float64
}

// Step shares `offered` among `ready` replicas for `passed` and returns how busy each of
// them was, 0 to 1. Without a replica everything waits, or is turned away.
func (q *Queue) Step(offered float64, ready int, passed time.Duration) float64 {
	seconds := passed.Seconds()
	demand := offered*seconds + q.Waiting
	capacity := float64(ready) * seconds
	served := min(demand, capacity)
	q.Waiting = 0
	if q.Backlog {
		q.Waiting = demand - served
	}
	if capacity == 0 {
		return 0
	}
	return served / capacity
}
