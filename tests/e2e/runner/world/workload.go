package world

import (
	"time"

	"keda-gpu-scaler/e2e/load"
)

// Readings is what a GPU shows, in whole percent and MB/s.
type Readings struct {
	Utilization, Memory, NVLink int
}

// Workload is how pods with a label `app` of its name work.
type Workload struct {
	Namespace, Name string
	// What each GPU of a replica shows that is so busy, 0 to 1; nil: utilization follows,
	// and memory is full from the start, as engines that preallocate have it.
	Readings func(busy float64) Readings
	// Work that cannot be done waits; otherwise it is turned away.
	Backlog bool
	// Of an engine: the requests that a replica works on at once. Each pod then tells
	// vLLM's series, on port 8000 behind NAME.NAMESPACE.svc. 0: no engine.
	Sequences float64

	offered float64
	queue   load.Queue
	busy    float64
}

func (w *Workload) readings() Readings {
	if w.Readings != nil {
		return w.Readings(w.busy)
	}
	return Readings{Utilization: int(100 * w.busy), Memory: 90}
}

// How it stands after `passed`, with so many ready replicas.
func (w *Workload) step(ready int, passed time.Duration) {
	w.queue.Backlog = w.Backlog
	w.busy = w.queue.Step(w.offered, ready, passed)
}

// Of one of `ready` engines: the requests under way and those that wait at it. A
// request takes a second, so that work in replica-seconds, times Sequences, is requests.
func (w *Workload) requests(ready int) (running, waiting float64) {
	return w.busy * w.Sequences, w.queue.Waiting * w.Sequences / float64(ready)
}
