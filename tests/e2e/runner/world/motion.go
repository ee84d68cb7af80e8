package world

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

const tick = 100 * time.Millisecond

// A GPU whose pod loads its weights, or idles before its pod is ready.
var loading = Readings{Utilization: 0, Memory: 40}

func (w *World) show(node, gpu string, readings Readings) error {
	return w.hardware.Do("gpu", node, gpu, fmt.Sprint("utilization=", readings.Utilization),
		fmt.Sprint("memory=", readings.Memory), fmt.Sprint("nvlink=", readings.NVLink))
}

func (w *World) move(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if err := w.step(now.Sub(last)); err != nil && ctx.Err() == nil {
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
	for _, each := range w.pods {
		if each.workload == nil {
			continue
		}
		readings := loading
		if each.ready {
			readings = each.workload.readings()
			if each.engine != nil {
				each.engine.set(each.workload.requests(ready[each.workload]))
			}
		}
		for _, device := range each.devices {
			gpu, _, _ := strings.Cut(device, "::")
			if each.shown[gpu] == readings {
				continue
			}
			if err := w.show(each.node, gpu, readings); err != nil {
				return err
			}
			each.shown[gpu] = readings
		}
	}
	return nil
}
