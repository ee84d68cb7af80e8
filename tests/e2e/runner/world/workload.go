package world

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"keda-gpu-scaler/e2e/load"
)

// Workload is how pods with a label `app` of its name work.
type Workload struct {
	Namespace, Name string
	// What each GPU of a pod shows that is so busy, 0 to 1; nil: utilization follows, and
	// memory is full from the start, as engines that preallocate have it.
	Readings func(busy float64) Readings
	// Work that cannot be done waits; otherwise it is turned away.
	Backlog bool
	// Of an engine: the requests that a pod works on at once. Each pod then tells vLLM's
	// series, on port 8000 behind NAME.NAMESPACE.svc. 0: no engine.
	Sequences float64

	offered float64
	ready   int // pods, as of the last step
	queue   load.Queue
	busy    float64
}

func (w *Workload) readings(busy float64) Readings {
	if w.Readings != nil {
		return w.Readings(busy)
	}
	return Readings{Utilization: int(100 * busy), Memory: 90}
}

// How it stands after `passed`, with so many ready pods.
func (w *Workload) step(ready int, passed time.Duration) {
	w.ready, w.queue.Backlog = ready, w.Backlog
	w.busy = w.queue.Step(w.offered, ready, passed)
}

// Of one of the ready engines: the requests under way and those that wait at it.
func (w *Workload) requests() (running, waiting float64) {
	return w.busy * w.Sequences, w.waiting() / float64(w.ready)
}

// waiting is the requests that wait at all of them, or for one: a pod full of work is so
// many Sequences.
func (w *Workload) waiting() float64 { return w.queue.Waiting(w.ready) * w.Sequences }

// Add makes a workload known, idle. Its pods may be there already.
func (w *World) Add(workload *Workload) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.workloads[workload.Namespace+"/"+workload.Name] = workload
}

// Offer: the load on a workload from now on, in full pods' worth.
func (w *World) Offer(workload *Workload, pods float64) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	workload.offered = pods
}

// Waiting is the requests that wait at an engine workload's pods, or for one.
func (w *World) Waiting(workload *Workload) float64 {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return workload.waiting()
}

// Babble makes the first of the workload's engines answer what is no exposition, or all
// of them answer well again.
func (w *World) Babble(workload *Workload, does bool) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, name := range slices.Sorted(maps.Keys(w.pods)) {
		pod := w.pods[name]
		if pod.workload != workload || pod.engine == nil {
			continue
		}
		pod.engine.babble(does)
		if does {
			return nil
		}
	}
	if does {
		return fmt.Errorf("%s has no engine", workload.Name)
	}
	return nil
}

// NodesOf names the nodes that the workload's pods are on, and how many each has.
func (w *World) NodesOf(workload *Workload) map[string]int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	nodes := map[string]int{}
	for _, pod := range w.pods {
		if pod.of == workload.Namespace+"/"+workload.Name {
			nodes[pod.node]++
		}
	}
	return nodes
}
