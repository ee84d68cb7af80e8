package world

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

const tick = 100 * time.Millisecond

func (w *World) move(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if err := w.step(now.Sub(last)); err != nil {
				w.fail(err)
			}
			last = now
		}
	}
}

// The load of `passed`, and what the GPUs and engines show of it.
func (w *World) step(passed time.Duration) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	ready := map[*Workload]int{}
	serving := map[*Workload][]netip.Addr{}
	for _, each := range w.pods {
		if err := w.employ(each); err != nil {
			return err
		}
		if each.workload == nil || !each.ready {
			continue
		}
		ready[each.workload]++
		if each.engine != nil {
			serving[each.workload] = append(serving[each.workload], each.engine.address)
		}
	}
	for _, workload := range w.workloads {
		workload.step(ready[workload], passed)
		if workload.Sequences > 0 {
			w.names.Set(serviceName(workload.Namespace, workload.Name), serving[workload])
		}
	}
	shows := map[gpu]Readings{}
	for _, each := range w.pods {
		if each.workload == nil {
			continue
		}
		readings := loading
		if each.leaves {
			readings = each.workload.readings(0)
		}
		if each.ready {
			readings = each.workload.readings(each.workload.busy)
			if each.engine != nil {
				each.engine.set(each.workload.requests())
			}
		}
		for _, held := range each.gpus {
			shows[held] = shows[held].and(readings)
		}
	}
	return w.show(shows)
}

// employ makes a pod work for the workload of its label, which may have become known, or
// have been forgotten, since the pod came.
func (w *World) employ(each *pod) error {
	each.workload = w.workloads[each.of]
	if each.workload == nil || each.workload.Sequences == 0 || each.engine != nil {
		return nil
	}
	started, err := startEngine(w.nextAddress())
	if err != nil {
		return err
	}
	started.hush(w.silent[each.node])
	each.engine = started
	return nil
}

// show: what the GPUs show from now on; those that are not named are idle.
func (w *World) show(shows map[gpu]Readings) error {
	for each, was := range w.shown {
		if _, held := shows[each]; !held && was != (Readings{}) {
			shows[each] = Readings{}
		}
	}
	for each, readings := range shows {
		if w.shown[each] == readings {
			continue
		}
		if err := w.hardware.Do("gpu", each.node, each.index, fmt.Sprint("utilization=", readings.Utilization),
			fmt.Sprint("memory=", readings.Memory), fmt.Sprint("nvlink=", readings.NVLink)); err != nil {
			return err
		}
		w.shown[each] = readings
	}
	return nil
}
