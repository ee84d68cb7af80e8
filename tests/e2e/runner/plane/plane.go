// Package plane is a Kubernetes control plane with KEDA, of plain processes on
// 127.0.0.1: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, KEDA's
// operator, metrics adapter and admission webhooks, and kwok, which plays the nodes
// and their pods. It takes fixed ports, so it wants a sandbox.
package plane

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"keda-gpu-scaler/e2e/pki"
	"keda-gpu-scaler/e2e/process"
)

// Plane is one that runs. Its methods may be called from several goroutines.
type Plane struct {
	// Config and the clients made of it may do everything, without a limit of rate.
	Config     *rest.Config
	Dynamic    dynamic.Interface
	Clientset  kubernetes.Interface
	Kubeconfig string         // the file for kubectl and the like
	Authority  *pki.Authority // signs clients and servers of this cluster

	options   Options
	folder    string // of its state
	processes *process.Group
	mapper    *restmapper.DeferredDiscoveryRESTMapper
}

// Start returns when external metrics can be asked for. The processes are the group's,
// and end with it.
func Start(ctx context.Context, options Options, processes *process.Group) (*Plane, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	p := &Plane{options: options, processes: processes, folder: filepath.Join(processes.Folder(), "plane")}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"certificates", p.makeCredentials},
		{"etcd and kube-apiserver", p.startAPIServer},
		{"definitions and roles of KEDA", p.applyKEDA},
		{"controllers, scheduler and kwok", p.startControllers},
		{"KEDA", p.startKEDA},
		{"admission and external metrics", p.registerKEDA},
		{"a service account for pods", p.awaitServiceAccount},
	} {
		if err := step.do(ctx); err != nil {
			return nil, fmt.Errorf("control plane, %s: %w", step.what, err)
		}
	}
	return p, nil
}

// makeClients is for when the credentials are there.
func (p *Plane) makeClients() error {
	var err error
	if p.Clientset, err = kubernetes.NewForConfig(p.Config); err != nil {
		return err
	}
	if p.Dynamic, err = dynamic.NewForConfig(p.Config); err != nil {
		return err
	}
	p.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(p.Clientset.Discovery()))
	return nil
}

func (p *Plane) readShare(name string) ([]byte, error) {
	return os.ReadFile(p.options.Share + "/" + name)
}
