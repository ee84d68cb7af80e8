package load

import (
	"math"
	"testing"
	"time"
)

func TestReplicasShareWhatIsOffered(t *testing.T) {
	for _, each := range []struct {
		name    string
		backlog bool
		present float64
		offered float64
		ready   int
		passed  time.Duration
		busy    float64
		waiting float64
	}{
		{"half of what two can do", false, 0, 1, 2, time.Second, 0.5, 0},
		{"more than they can do is turned away", false, 0, 3, 2, time.Second, 1, 0},
		{"or waits: 1 a second more than two can do", true, 2, 3, 2, 5 * time.Second, 1, 5},
		{"is worked off by what is spare", true, 7, 1, 2, 5 * time.Second, 1, 0},
		{"comes to rest where as much comes as goes", true, 7, 1, 2, time.Minute, 0.5, 0},
		{"new replicas take at once what waits", true, 7, 1, 8, 0, 7. / 8, 0},
		{"without a replica all waits", true, 1, 1, 0, 2 * time.Second, 0, 3},
		{"or is turned away", false, 0, 1, 0, time.Second, 0, 0},
	} {
		t.Run(each.name, func(t *testing.T) {
			queue := Queue{Backlog: each.backlog, Present: each.present}
			busy := queue.Step(each.offered, each.ready, each.passed)
			if math.Abs(busy-each.busy) > 1e-9 {
				t.Errorf("busy %v, want %v", busy, each.busy)
			}
			if waiting := queue.Waiting(each.ready); math.Abs(waiting-each.waiting) > 1e-9 {
				t.Errorf("waiting %v, want %v", waiting, each.waiting)
			}
		})
	}
}
