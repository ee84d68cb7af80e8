package scenario

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/sandbox"
	"keda-gpu-scaler/e2e/world"
)

const (
	busyReplicas     = 4
	fallbackReplicas = 6
	repair           = time.Minute
)

// fault is something that breaks, and is mended after a while.
type fault struct {
	name         string
	lasts        time.Duration
	fallbackActs bool // the scaler answers, and has no value
	begin, mend  func() error
}

type faultyFleet struct {
	*Stage
	certificates           *certificates
	busy, fallback, engine *Scaled
}

func faults(ctx context.Context, s *Stage) error {
	f := &faultyFleet{Stage: s}
	if err := f.build(ctx); err != nil {
		return err
	}
	for _, each := range f.all() {
		if err := f.play(ctx, each); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
	}
	return nil
}

func (f *faultyFleet) build(ctx context.Context) error {
	var err error
	if f.certificates, err = newCertificates(filepath.Join(f.Processes.Folder(), f.name+"-certificates")); err != nil {
		return err
	}
	if err := f.issue(); err != nil {
		return err
	}
	if err := f.AddNodes(ctx, 4, 8, f.certificates.nodeFlags()...); err != nil {
		return err
	}
	if err := f.AddGateways(ctx, 2, f.certificates.gatewayFlags()...); err != nil {
		return err
	}
	f.clientFlags = f.certificates.clientFlags(f.fleet.Service())
	if err := f.authenticate(ctx, "scaler-tls", f.certificates); err != nil {
		return err
	}
	f.busy, f.fallback = byUtilization("busy", 80, nil), byUtilization("fallback", 80, nil)
	f.fallback.Spec = object{"fallback": object{"failureThreshold": 2, "replicas": fallbackReplicas}}
	// 8 of 10 requests at each engine, at the target: 4 engines for 32.
	f.engine = &Scaled{
		Workload: world.Workload{Name: "engine", Sequences: 10}, Min: 1, Max: 10, AtTarget: 0.8,
		Metadata: map[string]string{
			"profile": "vllm-inflight", "targetValue": "8",
			"vllmEndpoint": fmt.Sprintf("http://engine.%s.svc:8000", f.name),
		},
	}
	all := f.scaled()
	for scaled := range all {
		scaled.Auth = "scaler-tls"
		f.Offer(scaled, busyReplicas)
	}
	if err := each(all, func(scaled *Scaled, _ int) error { return f.Deploy(ctx, scaled) }); err != nil {
		return err
	}
	return each(all, func(scaled *Scaled, right int) error {
		f.ClaimReaches(ctx, scaled, right, time.Minute)
		return nil
	})
}

func (f *faultyFleet) scaled() map[*Scaled]int {
	return map[*Scaled]int{f.busy: busyReplicas, f.fallback: busyReplicas, f.engine: busyReplicas}
}

// issue makes everybody's certificates, new ones each time.
func (f *faultyFleet) issue() error {
	for name, dnsNames := range map[string][]string{
		"gateway": {f.fleet.Service(), f.fleet.ReportService()}, "node": nil, "keda": nil,
	} {
		if err := f.certificates.issue(name, dnsNames...); err != nil {
			return err
		}
	}
	return nil
}

func (f *faultyFleet) all() []fault {
	first, second := f.gateway(0), f.gateway(1)
	var node string
	for name := range f.World.NodesOf(&f.busy.Workload) {
		node = name
	}
	hardware := func(words ...any) func() error {
		return func() error { return f.World.Hardware().Do(words...) }
	}
	babble := func(does bool) func() error {
		return func() error { return f.World.Babble(&f.engine.Workload, does) }
	}
	kill := func() error { first.Kill(); return nil }
	host := f.fleet.Node(node).Host
	onAll := func(do func(*sandbox.Host) error) func() error {
		return func() error {
			var err error
			for _, name := range f.nodes {
				err = errors.Join(err, do(f.fleet.Node(name).Host))
			}
			return err
		}
	}
	return []fault{
		{"one of two gateways is killed", 15 * time.Second, false, kill, first.Start},
		// KEDA drops what it knew of the metric with the first error and cannot ask for it
		// again: without a metric it counts no failures, and its fallback never acts.
		{"both gateways are killed", 20 * time.Second, false,
			func() error { first.Kill(); second.Kill(); return nil },
			func() error {
				if err := first.Start(); err != nil {
					return err
				}
				return second.Start()
			}},
		{"a node is cut off", 25 * time.Second, false, host.Cut, host.Restore},
		{"all nodes are cut off", 35 * time.Second, true, onAll((*sandbox.Host).Cut), onAll((*sandbox.Host).Restore)},
		{"the driver is gone on a node", 25 * time.Second, false,
			hardware("driver", node, "gone"), hardware("driver", node, "back")},
		{"a kubelet's PodResources hang", 25 * time.Second, false,
			hardware("kubelet", node, "hangs"), hardware("kubelet", node, "answers")},
		{"an engine answers garbage", 20 * time.Second, false, babble(true), babble(false)},
		{"all certificates are replaced", 20 * time.Second, false, f.issue, func() error { return nil }},
	}
}

func (f *faultyFleet) play(ctx context.Context, fault fault) error {
	f.Say("%s", fault.name)
	from := time.Now()
	if err := fault.begin(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(fault.lasts):
	}
	acted := f.observer.State(f.fallback.Name).Replicas
	f.Say("mended: %s", fault.name)
	mended := time.Now()
	if err := fault.mend(); err != nil {
		return err
	}
	if fault.fallbackActs {
		f.Claim(acted == fallbackReplicas, "KEDA's fallback while "+fault.name, fallbackReplicas, acted)
	} else {
		f.ClaimHeld(f.fallback, from, busyReplicas, busyReplicas, fault.name)
	}
	limit, cancel := context.WithTimeout(ctx, repair)
	defer cancel()
	_ = each(f.scaled(), func(scaled *Scaled, right int) error {
		reached, err := f.observer.Await(limit, scaled.Name, func(state observe.State) bool {
			return state.Replicas == right && state.Ready == right && state.Active
		})
		f.Claim(err == nil, fmt.Sprintf("%s, right again after: %s", scaled.Name, fault.name),
			fmt.Sprintf("%d within %s", right, repair),
			fmt.Sprintf("%d after %.1f s", reached.State.Replicas, reached.At.Sub(mended).Seconds()))
		return nil
	})
	for _, scaled := range []*Scaled{f.busy, f.engine} {
		f.ClaimHeld(scaled, from, busyReplicas, busyReplicas, fault.name)
	}
	return nil
}
