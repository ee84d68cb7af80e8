package world

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
)

const resource = corev1.ResourceName("nvidia.com/gpu")

// pod is one that a node's kubelet has admitted.
type pod struct {
	workload *Workload // nil: of none that is known
	node     string
	devices  []string
	shown    map[string]Readings // by GPU's index: what it shows already
	ready    bool
	engine   *engine // nil: none
}

// A pod with its node: as the kubelet admits it, if it has not.
func (w *World) seen(object *corev1.Pod) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := object.Namespace + "/" + object.Name
	known, held := w.pods[key]
	if !held {
		devices, here := w.nodes[object.Spec.NodeName]
		if !here || object.DeletionTimestamp != nil {
			return
		}
		added, err := w.admit(object, key, devices)
		if err != nil {
			w.fail(err)
			return
		}
		known = added
	}
	known.ready = isReady(object)
}

func (w *World) admit(object *corev1.Pod, key string, devices *Devices) (*pod, error) {
	wanted := int64(0)
	for _, container := range object.Spec.Containers {
		wanted += container.Resources.Limits.Name(resource, "").Value()
	}
	added := &pod{node: object.Spec.NodeName, shown: map[string]Readings{}}
	if wanted > 0 {
		got, err := devices.Allocate(key, int(wanted))
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", object.Spec.NodeName, err)
		}
		added.devices = got
		words := []any{"hold", added.node, key}
		for _, device := range got {
			words = append(words, device)
		}
		if err := w.hardware.Do(words...); err != nil {
			return nil, err
		}
	}
	added.workload = w.workloads[object.Namespace+"/"+object.Labels["app"]]
	if added.workload != nil && added.workload.Sequences > 0 {
		started, err := startEngine(w.nextAddress())
		if err != nil {
			return nil, err
		}
		added.engine = started
	}
	w.pods[key] = added
	return added, nil
}

func isReady(object *corev1.Pod) bool {
	if object.DeletionTimestamp != nil {
		return false
	}
	for _, condition := range object.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func (w *World) gone(object any) {
	key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object)
	if err != nil {
		w.fail(err)
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	gone, held := w.pods[key]
	if !held {
		return
	}
	delete(w.pods, key)
	w.nodes[gone.node].Free(key)
	if gone.engine != nil {
		gone.engine.stop()
	}
	err = w.hardware.Do("release", gone.node, key)
	for gpu := range gone.shown {
		err = errors.Join(err, w.show(gone.node, gpu, Readings{}))
	}
	if err != nil {
		w.fail(err)
	}
}
