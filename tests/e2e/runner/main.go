// Command e2e brings up a Kubernetes control plane with KEDA and schedules two pods on
// it: ./dev e2e builds what it needs and runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"keda-gpu-scaler/e2e/plane"
	"keda-gpu-scaler/e2e/process"
	"keda-gpu-scaler/e2e/sandbox"
)

type options struct {
	bin, share, results string
	stay                bool
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "build/e2e/bin", "folder of the control plane's programs")
	flag.StringVar(&o.share, "share", "build/e2e/share", "folder of its manifests")
	flag.StringVar(&o.results, "results", "build/e2e/results", "folder of results and logs")
	flag.BoolVar(&o.stay, "stay", false, "stay up until Ctrl-C")
	// Of the scenarios.
	for _, name := range []string{"scaler", "world", "helm", "repository"} {
		flag.String(name, "", "not used yet")
	}
	flag.Bool("plots", false, "not used yet")
	flag.Parse()
	err := sandbox.Enter()
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		err = run(ctx, o)
		stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
}

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}, annotations: {%[2]s}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: engine, image: none, resources: {limits: {nvidia.com/gpu: 1}}}]
`

func run(ctx context.Context, o options) error {
	began := time.Now()
	logs := filepath.Join(o.results, "logs")
	if err := os.RemoveAll(logs); err != nil {
		return err
	}
	processes, err := process.NewGroup(logs)
	if err != nil {
		return err
	}
	defer processes.StopAll()
	say := func(what string, took time.Duration) { fmt.Printf("%6.1f s  %s\n", took.Seconds(), what) }
	up, err := plane.Start(ctx, plane.Options{Bin: o.bin, Share: o.share, Step: say}, processes)
	if err != nil {
		return err
	}
	say("in all", time.Since(began))
	for _, name := range []string{"gpu-0", "gpu-1"} {
		if err := up.AddNode(ctx, name, 2, nil); err != nil {
			return err
		}
	}
	for name, annotations := range map[string]string{"quick": "", "slow": "pod-ready.e2e/delay: 5s"} {
		began := time.Now()
		if err := up.Apply(ctx, fmt.Appendf(nil, deployment, name, annotations)); err != nil {
			return err
		}
		if err := processes.Await(ctx, name+"'s pods are ready", time.Minute, func() error {
			found, err := up.Clientset.AppsV1().Deployments("default").Get(ctx, name, metav1.GetOptions{})
			if err == nil && found.Status.ReadyReplicas != 2 {
				err = fmt.Errorf("%d are", found.Status.ReadyReplicas)
			}
			return err
		}); err != nil {
			return err
		}
		say("until two pods are ready: "+name, time.Since(began))
	}
	fmt.Println("memory:", processes.Usage())
	if o.stay {
		fmt.Println("export KUBECONFIG=" + up.Kubeconfig)
		<-ctx.Done()
	}
	return nil
}
