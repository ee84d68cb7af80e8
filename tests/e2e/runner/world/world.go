// Package world is what Kubernetes' fake nodes lack: GPUs, which the pods on them get as
// a kubelet would give them, load on these GPUs, and the engines and names of the pods.
package world

import (
	"context"
	"net/netip"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// World follows the pods of the API server. Safe for concurrent use, Run and Stop aside.
type World struct {
	hardware *Hardware
	names    *Names
	failed   chan error
	stop     func()

	mutex     sync.Mutex
	nodes     map[string]*Devices
	workloads map[string]*Workload // by NAMESPACE/NAME
	pods      map[string]*pod      // by NAMESPACE/NAME
	routers   map[string][]*Router // by namespace
	shown     map[gpu]Readings     // what is not idle, or was not once
	silent    map[string]bool      // nodes whose engines do not answer
	addresses netip.Addr           // the last one given out
}

// New: engines and routers get addresses after `addresses`, which this machine must take
// for its own.
func New(hardware *Hardware, names *Names, addresses netip.Addr) *World {
	return &World{
		hardware: hardware, names: names, addresses: addresses, failed: make(chan error, 1),
		stop:  func() {},
		nodes: map[string]*Devices{}, workloads: map[string]*Workload{}, pods: map[string]*pod{},
		routers: map[string][]*Router{}, shown: map[gpu]Readings{}, silent: map[string]bool{},
	}
}

// Failed tells what went wrong in the world itself, which no scenario means to happen.
func (w *World) Failed() <-chan error { return w.failed }

// Run starts to follow the pods and to move the load on, until `ctx` ends or Stop. It
// returns when it knows the pods that there are.
func (w *World) Run(ctx context.Context, clientset kubernetes.Interface) error {
	ctx, cancel := context.WithCancel(ctx)
	factory := informers.NewSharedInformerFactory(clientset, 0)
	moved := make(chan struct{})
	w.stop = func() {
		cancel()
		factory.Shutdown()
		<-moved
	}
	informer := factory.Core().V1().Pods().Informer()
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { w.seen(object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { w.seen(object.(*corev1.Pod)) },
		DeleteFunc: func(object any) { w.gone(object) },
	})
	if err == nil {
		factory.Start(ctx.Done())
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			err = ctx.Err()
		}
	}
	if err != nil {
		close(moved)
		w.Stop()
		return err
	}
	go func() {
		defer close(moved)
		w.move(ctx)
	}()
	return nil
}

// Stop ends what Run began, and returns when nothing of it touches the hardware any more.
func (w *World) Stop() { w.stop() }

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

// Hardware is there to be broken and mended: gpu_world's verbs driver, kubelet and gpu.
func (w *World) Hardware() *Hardware { return w.hardware }

// Silence: the engines on a node answer nobody, as where the node is cut off, or do again.
func (w *World) Silence(node string, does bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.silent[node] = does
	for _, pod := range w.pods {
		if pod.node == node && pod.engine != nil {
			pod.engine.hush(does)
		}
	}
}

// RemoveNamespace forgets its workloads and ends its routers and the names of its
// Services. What its pods hold they give back when they are gone.
func (w *World) RemoveNamespace(namespace string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for key, workload := range w.workloads {
		if workload.Namespace == namespace {
			delete(w.workloads, key)
		}
	}
	for _, router := range w.routers[namespace] {
		router.close()
	}
	delete(w.routers, namespace)
	w.names.RemoveNamespace(namespace)
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
