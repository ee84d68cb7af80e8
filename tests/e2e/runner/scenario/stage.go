package scenario

import (
	"context"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"keda-gpu-scaler/e2e/fleet"
	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/plane"
	"keda-gpu-scaler/e2e/process"
	"keda-gpu-scaler/e2e/timeline"
	"keda-gpu-scaler/e2e/world"
)

// Setup is what all scenarios share.
type Setup struct {
	Plane       *plane.Plane
	World       *world.World
	Names       *world.Names
	Processes   *process.Group
	Scaler      string // the binary
	Repository  string // this one
	Definitions string // a folder of CRDs that the chart's values may need
	Helm        string // the program; "": there is none
	Log         io.Writer
	// HPA's sync period.
	Sync time.Duration
}

// Stage is one scenario's: a namespace, a fleet and nodes of its own, all named after it.
type Stage struct {
	Setup
	name     string
	record   *timeline.Record
	fleet    *fleet.Fleet
	observer *observe.Observer
	nodes    []string
	// What makes the scaler's own client speak to the fleet.
	clientFlags []string
}

// Play sets a stage and plays the scenario on it. The record says what came of it.
func Play(ctx context.Context, setup Setup, each Scenario) *timeline.Record {
	record := timeline.Begin(each.Name)
	ctx, cancel := context.WithTimeoutCause(ctx, each.Within, fmt.Errorf("it took longer than %s", each.Within))
	s := &Stage{Setup: setup, name: each.Name, record: record}
	err := s.open(ctx)
	if err == nil {
		err = each.Run(ctx, s)
	}
	record.End(err)
	cancel() // nobody looks on while it is cleared away
	s.close()
	select {
	case broken := <-s.World.Failed():
		record.End(fmt.Errorf("the world: %w (%v)", broken, err))
	default:
	}
	return record
}

func (s *Stage) open(ctx context.Context) error {
	if err := s.Plane.Apply(ctx, []byte(fmt.Sprintf(
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n", s.name))); err != nil {
		return err
	}
	s.setFleet()
	return s.watch(ctx, observe.Deployments)
}

// watch follows scale targets of these kinds.
func (s *Stage) watch(ctx context.Context, kinds ...schema.GroupVersionResource) error {
	observer, err := observe.Follow(ctx, s.Plane.Dynamic, s.name, kinds...)
	s.observer = observer
	return err
}

func (s *Stage) setFleet(flags ...string) {
	s.fleet = fleet.New(s.name, s.Scaler, s.Processes, s.Names, flags...)
}

// What it made is of no use to the next; pods and nodes must be gone before its GPUs are.
func (s *Stage) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s.fleet.Stop()
	if err := s.Plane.RemoveNamespace(ctx, s.name); err != nil {
		s.Say("clearing up: %v", err)
	}
	for _, node := range s.nodes {
		if err := s.Plane.RemoveNode(ctx, node); err != nil {
			s.Say("clearing up: %v", err)
		}
	}
}

// Say notes what happens now, in the log and in the record.
func (s *Stage) Say(format string, words ...any) {
	event := s.record.Event(format, words...)
	fmt.Fprintf(s.Log, "%16s %6.1fs  %s\n", s.name, event.Seconds, event.Text)
}

// Claim notes that something must hold: what, what is right, what was seen.
func (s *Stage) Claim(holds bool, what string, right, seen any) {
	claim := timeline.Claim{What: what, Right: fmt.Sprint(right), Seen: fmt.Sprint(seen), Holds: holds}
	s.record.Claim(claim)
	verdict := "ok"
	if !holds {
		verdict = "WRONG"
	}
	fmt.Fprintf(s.Log, "%16s          %s: %s: right %s, seen %s\n", s.name, verdict, what, claim.Right, claim.Seen)
}

// AddNodes makes nodes with GPUs, and their scalers.
func (s *Stage) AddNodes(ctx context.Context, count, gpus int, flags ...string) error {
	for range count {
		if _, err := s.AddNode(ctx, gpus, 1, flags...); err != nil {
			return err
		}
	}
	return nil
}

// AddNode: `replicas` > 1: each GPU is so many devices, time-sliced.
func (s *Stage) AddNode(ctx context.Context, gpus, replicas int, flags ...string) (string, error) {
	name := fmt.Sprintf("%s-%d", s.name, len(s.nodes))
	places, err := s.World.AddNode(name, gpus, replicas)
	if err != nil {
		return name, err
	}
	s.nodes = append(s.nodes, name)
	if _, err := s.fleet.AddNode(name, places, flags...); err != nil {
		return name, err
	}
	return name, s.Plane.AddNode(ctx, name, gpus*replicas, map[string]string{"scenario": s.name})
}

// AddGateways starts so many and waits until the Service has one.
func (s *Stage) AddGateways(ctx context.Context, count int, flags ...string) error {
	for i := range count {
		if _, err := s.fleet.AddGateway(fmt.Sprintf("%s-gw-%d", s.name, i), flags...); err != nil {
			return err
		}
	}
	go s.fleet.Follow(ctx)
	return s.Processes.Await(ctx, "gateways are ready", 30*time.Second, func() error {
		for i := range count {
			if err := s.gateway(i).Ready(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Stage) gateway(i int) *fleet.Member {
	return s.fleet.Gateway(fmt.Sprintf("%s-gw-%d", s.name, i))
}
