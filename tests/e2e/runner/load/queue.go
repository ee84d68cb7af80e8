// Package load is what an offered load and the replicas that share it make of each
// other: pure arithmetic, without a clock.
package load

import "time"

// Queue is the work that a workload has. It comes in pieces that take a second each, and is
// counted in replicas' worth: 1 keeps one ready replica's GPUs at 100%.
type Queue struct {
	// Backlog: what cannot be done at once waits; otherwise it is turned away.
	Backlog bool
	// Present is what is under way or waits.
	Present float64
}

// grain is how finely Step goes forward: far below the second that work takes.
const grain = 100 * time.Millisecond

// Step shares `offered` a second among `ready` replicas for `passed` and returns how busy
// each of them then is, 0 to 1. Without a replica everything waits, or is turned away.
func (q *Queue) Step(offered float64, ready int, passed time.Duration) float64 {
	if !q.Backlog {
		q.Present = min(offered, float64(ready))
	}
	for left := passed; q.Backlog && left > 0; left -= grain {
		q.Present += (offered - q.underWay(ready)) * min(left, grain).Seconds()
	}
	if ready == 0 {
		return 0
	}
	return q.underWay(ready) / float64(ready)
}

// Waiting is what none of `ready` replicas works on yet.
func (q *Queue) Waiting(ready int) float64 { return q.Present - q.underWay(ready) }

func (q *Queue) underWay(ready int) float64 { return min(q.Present, float64(ready)) }
