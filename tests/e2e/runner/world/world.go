// Package world is what Kubernetes' fake nodes lack: GPUs, which the pods on them get as
// a kubelet would give them, load on these GPUs, and the engines and names of the pods.
package world

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// World follows the pods of the API server. Safe for concurrent use.
type World struct {
	hardware *Hardware
	names    *Names
	failed   chan error

	mutex     sync.Mutex
	nodes     map[string]*Devices
	workloads map[string]*Workload // by NAMESPACE/NAME
	pods      map[string]*pod      // by NAMESPACE/NAME
	addresses netip.Addr           // the last one given out
}

// New: engines and routers get addresses after `addresses`, which this machine must take
// for its own.
func New(hardware *Hardware, names *Names, addresses netip.Addr) *World {
	return &World{
		hardware: hardware, names: names, addresses: addresses, failed: make(chan error, 1),
		nodes: map[string]*Devices{}, workloads: map[string]*Workload{}, pods: map[string]*pod{},
	}
}

// Failed tells what went wrong in the world itself, which no scenario means to happen.
func (w *World) Failed() <-chan error { return w.failed }

// Run follows the pods and moves the load on, until `ctx` ends.
func (w *World) Run(ctx context.Context, clientset kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactory(clientset, 0)
	informer := factory.Core().V1().Pods().Informer()
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { w.seen(object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { w.seen(object.(*corev1.Pod)) },
		DeleteFunc: func(object any) { w.gone(object) },
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return ctx.Err()
	}
	go w.move(ctx)
	return nil
}

// AddNode makes the hardware of a node; `replicas` > 1: its GPUs are time-sliced.
func (w *World) AddNode(name string, gpus, replicas int) (Places, error) {
	places, err := w.hardware.AddNode(name, gpus)
	if err != nil {
		return places, err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.nodes[name] = NewDevices(gpus, replicas)
	return places, nil
}

// Break and mend hardware: gpu_world's verbs driver, kubelet and gpu.
func (w *World) Hardware() *Hardware { return w.hardware }

// Add makes a workload known, idle. Its pods may be there already.
func (w *World) Add(workload *Workload) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.workloads[workload.Namespace+"/"+workload.Name] = workload
}

// RemoveNamespace forgets the workloads of a namespace.
func (w *World) RemoveNamespace(namespace string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	maps.DeleteFunc(w.workloads, func(_ string, each *Workload) bool { return each.Namespace == namespace })
}

// Offer: the load on a workload from now on, in replicas' worth.
func (w *World) Offer(workload *Workload, replicas float64) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	workload.offered = replicas
}

// Offered is what Offer said last.
func (w *World) Offered(workload *Workload) float64 {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return workload.offered
}

// Babble makes one of the workload's engines answer what is no exposition, or all of them
// answer well again.
func (w *World) Babble(workload *Workload, does bool) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, pod := range w.pods {
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

// NodesOf names the nodes that the workload's pods are on.
func (w *World) NodesOf(workload *Workload) map[string]int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	nodes := map[string]int{}
	for _, pod := range w.pods {
		if pod.workload == workload {
			nodes[pod.node]++
		}
	}
	return nodes
}

func (w *World) newAddress() netip.Addr {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.nextAddress()
}

func (w *World) nextAddress() netip.Addr {
	w.addresses = w.addresses.Next()
	return w.addresses
}

func (w *World) fail(err error) {
	select {
	case w.failed <- err:
	default: // one is enough to look into
	}
}

func serviceName(namespace, name string) string { return name + "." + namespace + ".svc" }
