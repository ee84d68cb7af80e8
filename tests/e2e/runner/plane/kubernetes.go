package plane

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"keda-gpu-scaler/e2e/pki"
)

// The sandbox has all ports.
const (
	portEtcd = 26000 + iota
	portEtcdPeer
	portAPIServer
	portControllerManager
	portScheduler
	portKwok
	portOperator
	portOperatorMetrics
	portOperatorHealth
	portAdapter
	portAdapterMetrics
	portWebhooks
	portWebhooksMetrics
	portWebhooksHealth
)

const local = "127.0.0.1"

// patience for a step of the start, on a machine that is busy.
const patience = 90 * time.Second

//go:embed pods.yaml
var podStages []byte

func (p *Plane) program(name string) string { return filepath.Join(p.options.Bin, name) }

// kubemini starts a part of Kubernetes.
func (p *Plane) kubemini(name string, flags ...string) error {
	_, err := p.processes.Start(name, nil, append([]string{p.program("kubemini"), name}, flags...)...)
	return err
}

func (p *Plane) startAPIServer(ctx context.Context) error {
	etcd := fmt.Sprintf("http://%s:%d", local, portEtcd)
	peer := fmt.Sprintf("http://%s:%d", local, portEtcdPeer)
	// Its state is thrown away, so nothing waits for the disk.
	if err := p.kubemini("etcd", "--name=etcd", "--data-dir="+filepath.Join(p.folder, "etcd"),
		"--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls="+etcd, "--advertise-client-urls="+etcd,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer,
		"--initial-cluster=etcd="+peer); err != nil {
		return err
	}
	if err := p.kubemini("kube-apiserver", "--etcd-servers="+etcd,
		"--bind-address="+local, fmt.Sprint("--secure-port=", portAPIServer),
		"--advertise-address="+local, "--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC",
		"--tls-cert-file="+p.credentials("kube-apiserver.crt"),
		"--tls-private-key-file="+p.credentials("kube-apiserver.key"),
		"--client-ca-file="+p.credentials("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+p.credentials("service-accounts.pub"),
		"--service-account-signing-key-file="+p.credentials("service-accounts.key"),
		"--requestheader-client-ca-file="+p.credentials("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file="+p.credentials("front-proxy-client.crt"),
		"--proxy-client-key-file="+p.credentials("front-proxy-client.key")); err != nil {
		return err
	}
	return p.processes.Await(ctx, "kube-apiserver is ready", patience, func(ctx context.Context) error {
		return p.Clientset.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

func (p *Plane) startControllers(context.Context) error {
	if err := p.kubemini("kube-controller-manager", append(p.asUser("kube-controller-manager"),
		fmt.Sprint("--secure-port=", portControllerManager),
		"--use-service-account-credentials",
		"--service-account-private-key-file="+p.credentials("service-accounts.key"),
		"--root-ca-file="+p.credentials("ca.crt"),
		fmt.Sprint("--horizontal-pod-autoscaler-sync-period=", p.options.HPASync),
		fmt.Sprint("--horizontal-pod-autoscaler-downscale-stabilization=", p.options.HPADownscaleStabilization),
		// Of pods' CPU, which no metric here is about.
		"--horizontal-pod-autoscaler-initial-readiness-delay=0s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=0s")...); err != nil {
		return err
	}
	if err := p.kubemini("kube-scheduler", append(p.asUser("kube-scheduler"),
		fmt.Sprint("--secure-port=", portScheduler))...); err != nil {
		return err
	}
	stages := filepath.Join(p.folder, "pods.yaml")
	if err := pki.WriteFile(stages, podStages); err != nil {
		return err
	}
	_, err := p.processes.Start("kwok", nil, p.program("kwok"), "--kubeconfig="+p.Kubeconfig,
		"--config="+filepath.Join(p.options.Share, "kwok-nodes.yaml"), "--config="+stages,
		"--manage-all-nodes", "--node-lease-duration-seconds=40",
		fmt.Sprintf("--server-address=%s:%d", local, portKwok))
	return err
}

// awaitServiceAccount: pods are refused without one, which kube-controller-manager
// makes when it has got going.
func (p *Plane) awaitServiceAccount(ctx context.Context) error {
	return p.processes.Await(ctx, "there is a default service account", patience, func(ctx context.Context) error {
		_, err := p.Clientset.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}

// asUser: who it is, and that it is alone.
func (p *Plane) asUser(name string) []string {
	kubeconfig := p.kubeconfig(name)
	return []string{
		"--kubeconfig=" + kubeconfig, "--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig, "--bind-address=" + local,
		"--cert-dir=" + p.credentials(name), "--leader-elect=false",
	}
}
