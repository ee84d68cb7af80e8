package load

import (
	"testing"
	"time"
)

func TestReplicasShareWhatIsOffered(t *testing.T) {
	for _, each := range []struct {
		name    string
		backlog bool
		waiting float64
		offered float64
		ready   int
		busy    float64
		left    float64
	}{
		{"half of what two can do", false, 0, 1, 2, 0.5, 0},
		{"more than they can do is turned away", false, 0, 3, 2, 1, 0},
		{"or waits", true, 0, 3, 2, 1, 2},
		{"what waited is served by what is spare", true, 1, 1, 2, 0.75, 0},
		{"without a replica all waits", true, 1, 1, 0, 0, 3},
		{"or is turned away", false, 0, 1, 0, 0, 0},
	} {
		t.Run(each.name, func(t *testing.T) {
			queue := Queue{Backlog: each.backlog, Waiting: each.waiting}
			if busy := queue.Step(each.offered, each.ready, 2*time.Second); busy != each.busy {
				t.Errorf("busy %v, want %v", busy, each.busy)
			}
			if queue.Waiting != each.left {
				t.Errorf("waiting %v, want %v", queue.Waiting, each.left)
			}
		})
	}
}
