package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
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
	Helm        string // the program
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

	mutex    sync.Mutex
	followed []*Scaled // in the timeline
}

// Play sets a stage and plays the scenario on it. The record says what came of it.
func Play(ctx context.Context, setup Setup, each Scenario) *timeline.Record {
	record := timeline.Begin(each.Name)
	s := &Stage{Setup: setup, name: each.Name, record: record}
	s.fleet = fleet.New(s.name, s.Scaler, s.Processes, s.Names)
	err := s.play(ctx, each)
	s.keepTimeline()
	record.End(err)
	if ctx.Err() != nil {
		return record // all of it ends now
	}
	if err := s.close(); err != nil {
		record.Fail(fmt.Errorf("clearing up: %w", err))
	}
	select {
	case broken := <-s.World.Failed():
		record.Fail(fmt.Errorf("the world, while it was cleared up: %w", broken))
	default:
	}
	return record
}

// play ends when the scenario does, or what it plays with.
func (s *Stage) play(ctx context.Context, each Scenario) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	ctx, cancel := context.WithTimeoutCause(ctx, each.Within, fmt.Errorf("it took longer than %s", each.Within))
	defer cancel()
	go func() {
		select {
		case <-ctx.Done():
		case <-s.Processes.Died():
			end(s.Processes.Death())
		case broken := <-s.World.Failed():
			end(fmt.Errorf("the world: %w", broken))
		}
	}()
	err := s.open(ctx)
	if err == nil {
		err = each.Run(ctx, s)
	}
	// What was cut short may have taken the end for what it waited for.
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (s *Stage) open(ctx context.Context) error {
	if err := s.Plane.Apply(ctx, []byte(fmt.Sprintf(
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n", s.name))); err != nil {
		return err
	}
	return s.watch(ctx, observe.Deployments)
}

// watch follows scale targets of these kinds.
func (s *Stage) watch(ctx context.Context, kinds ...schema.GroupVersionResource) error {
	observer, err := observe.Follow(ctx, s.Plane.Dynamic, s.name, kinds...)
	s.observer = observer
	return err
}

// What it made is of no use to the next; pods and nodes must be gone before its GPUs are.
func (s *Stage) close() error {
	ctx := context.Background() // what is to be cleared up was perhaps cut short
	err := s.Plane.RemoveNamespace(ctx, s.name)
	s.World.RemoveNamespace(s.name)
	err = errors.Join(err, s.fleet.Stop())
	for _, node := range s.nodes {
		err = errors.Join(err, s.Plane.RemoveNode(ctx, node))
	}
	return err
}

// Say notes what happens now, in the log and in the record.
func (s *Stage) Say(format string, words ...any) {
	event := s.record.Event(format, words...)
	fmt.Fprintf(s.Log, "%16s %6.1fs  %s\n", s.name, event.Seconds, event.Text)
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

// AddGateways starts so many and waits until the Service has all of them.
func (s *Stage) AddGateways(ctx context.Context, count int, flags ...string) error {
	for i := range count {
		if _, err := s.fleet.AddGateway(s.gatewayName(i), flags...); err != nil {
			return err
		}
	}
	go s.fleet.Follow(ctx)
	return s.Await(ctx, "the Service has its gateways", 30*time.Second, func(ctx context.Context) error {
		for i := range count {
			if err := s.gateway(i).Ready(ctx); err != nil {
				return err
			}
			if address := s.gateway(i).Host.Address; !slices.Contains(s.Names.Addresses(s.fleet.Service()), address) {
				return fmt.Errorf("%s is not an address of %s", address, s.fleet.Service())
			}
		}
		return nil
	})
}

func (s *Stage) gatewayName(i int) string { return fmt.Sprintf("%s-gw-%d", s.name, i) }

func (s *Stage) gateway(i int) *fleet.Member { return s.fleet.Gateway(s.gatewayName(i)) }
