package world

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
)

const gpuResource = corev1.ResourceName("nvidia.com/gpu")

// pod is one that a node's kubelet has admitted.
type pod struct {
	of       string    // the NAMESPACE/NAME of its workload, which need not be known
	workload *Workload // as of the last step; nil: of none that is known
	node     string
	gpus     []gpu // those that it holds, each once
	ready    bool
	leaves   bool    // it was told to, and has no more work
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
	known.ready, known.leaves = isReady(object), object.DeletionTimestamp != nil
}

func (w *World) admit(object *corev1.Pod, key string, devices *Devices) (*pod, error) {
	wanted := int64(0)
	for _, container := range object.Spec.Containers {
		wanted += container.Resources.Limits.Name(gpuResource, "").Value()
	}
	added := &pod{of: object.Namespace + "/" + object.Labels["app"], node: object.Spec.NodeName}
	if wanted > 0 {
		got, err := devices.Allocate(key, int(wanted))
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", object.Spec.NodeName, err)
		}
		words := []any{"hold", added.node, key}
		already := map[gpu]bool{} // one may hold two slices of a GPU
		for _, device := range got {
			words = append(words, device)
			each := gpu{added.node, gpuOf(device)}
			if !already[each] {
				added.gpus = append(added.gpus, each)
			}
			already[each] = true
		}
		if err := w.hardware.Do(words...); err != nil {
			return nil, err
		}
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

// A pod that has gone: its GPUs are free, and show it with the next step.
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
	if err := w.hardware.Do("release", gone.node, key); err != nil {
		w.fail(err)
	}
}
