package scenario

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"keda-gpu-scaler/e2e/world"
)

const (
	gateways         = 2
	fallbackReplicas = 6
	// How long it may take until a fault is felt: data counts for 10 s after it was read,
	// and the certificates that run out do so after shortLife.
	patience = time.Minute
	repair   = time.Minute
	// KEDA opens a stream that failed again after 2, 4, 8 ... 60 s.
	reopening = 75 * time.Second
	secret    = "scaler-tls"
)

// faultyFleet is busy workloads whose scaler breaks in one way after another. Their load
// moves between 4 and 5 replicas' worth after each fault.
type faultyFleet struct {
	*Stage
	certificates *certificates
	expired      *clientPairs // that have run out

	busy, engine *Scaled
	// With KEDA's fallback, after more than two failures in a row and after the first.
	fallback, fallbackAtOnce *Scaled

	edits int    // of the ScaledObjects
	right int    // replicas of each, by the load
	node  string // that the fault is on: it has pods of all workloads
	gpu   string // of that node, which is lost
}

func faults(ctx context.Context, s *Stage) error {
	f := &faultyFleet{Stage: s, right: 4}
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
	f.certificates, err = newCertificates(filepath.Join(f.Processes.Folder(), f.name+"-certificates"),
		f.fleet.Service(), f.fleet.ReportService())
	if err != nil {
		return err
	}
	if err := f.certificates.issue(longLife); err != nil {
		return err
	}
	if err := f.AddNodes(ctx, 4, gpusOfNode, f.certificates.nodeFlags()...); err != nil {
		return err
	}
	if err := f.AddGateways(ctx, gateways, f.certificates.gatewayFlags()...); err != nil {
		return err
	}
	f.clientFlags = f.certificates.clientFlags(f.fleet.Service())
	if err := f.authenticate(ctx, secret, f.certificates); err != nil {
		return err
	}
	f.busy = byUtilization("busy", 80, nil)
	f.fallback, f.fallbackAtOnce = byUtilization("fallback", 80, nil), byUtilization("fallback-at-once", 80, nil)
	f.fallback.Spec = object{"fallback": object{"failureThreshold": 2, "replicas": fallbackReplicas}}
	f.fallbackAtOnce.Spec = object{"fallback": object{"failureThreshold": 0, "replicas": fallbackReplicas}}
	// 8 of 10 requests at each engine, at the target: 4 engines for 32.
	f.engine = &Scaled{
		Workload: world.Workload{Name: "engine", Sequences: 10}, Min: 1, Max: 10, AtTarget: 0.8,
		Metadata: map[string]string{
			"profile": "vllm-inflight", "targetValue": "8",
			"vllmEndpoint": fmt.Sprintf("http://engine.%s.svc:8000", f.name),
		},
	}
	for scaled, load := range f.scaled() {
		scaled.Auth = secret
		f.Offer(scaled, float64(load))
	}
	if err := each(f.scaled(), func(scaled *Scaled, _ int) error { return f.Deploy(ctx, scaled) }); err != nil {
		return err
	}
	return each(f.scaled(), func(scaled *Scaled, right int) error {
		f.ClaimReaches(ctx, scaled, right, time.Minute)
		return nil
	})
}

// scaled is all workloads, each with the replicas that are right now.
func (f *faultyFleet) scaled() map[*Scaled]int {
	return map[*Scaled]int{f.busy: f.right, f.fallback: f.right, f.fallbackAtOnce: f.right, f.engine: f.right}
}

// choose finds where the fault shall be: so that it matters to all workloads.
func (f *faultyFleet) choose() error {
	var shared []string
	for _, node := range f.nodes {
		if !slices.ContainsFunc(f.workloads(), func(each *Scaled) bool { return f.World.NodesOf(&each.Workload)[node] == 0 }) {
			shared = append(shared, node)
		}
	}
	if len(shared) == 0 {
		return fmt.Errorf("no node has pods of all workloads")
	}
	f.node = slices.Min(shared)
	return nil
}

func (f *faultyFleet) workloads() []*Scaled {
	return []*Scaled{f.busy, f.fallback, f.fallbackAtOnce, f.engine}
}

func (f *faultyFleet) play(ctx context.Context, fault fault) error {
	if err := f.Await(ctx, "all of it is whole before", repair, f.settled); err != nil {
		return err
	}
	if err := f.choose(); err != nil {
		return err
	}
	f.Say("%s", fault.name)
	from := time.Now()
	if err := fault.begin(ctx); err != nil {
		return err
	}
	// Without this every claim below would hold if nothing had broken at all.
	if err := f.Await(ctx, "it is felt", patience, fault.felt); err != nil {
		return err
	}
	f.claimExplanation(ctx, fault)
	if err := f.Hold(ctx, settles); err != nil {
		return err
	}
	f.claimReaction(ctx, fault)
	f.Say("mended: %s", fault.name)
	mended := time.Now()
	if err := fault.mend(ctx); err != nil {
		return err
	}
	f.claimRepair(ctx, fault, mended)
	f.claimHeld(fault, from)
	return f.claimFollows(ctx, fault)
}
