package scenario

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"keda-gpu-scaler/e2e/fleet"
	"keda-gpu-scaler/e2e/observe"
)

// What shows that something is broken, or whole, other than the number of replicas. Each
// is a condition for Await.

const gpusOfNode = 8

// aloneIs: the other gateway is dead, and KEDA has all its streams to this one.
func (f *faultyFleet) aloneIs(alive, dead *fleet.Member) func(context.Context) error {
	return func(ctx context.Context) error {
		if dead.Ready(ctx) == nil {
			return fmt.Errorf("%s is ready", dead.Host.Name)
		}
		return f.shows(ctx, alive, `open_streams{method="StreamIsActive"}`, float64(len(f.workloads())))
	}
}

// standsStill: the kernel takes connections for it, and it says nothing to them.
func (f *faultyFleet) standsStill(member *fleet.Member) func(context.Context) error {
	return func(ctx context.Context) error {
		dialer := net.Dialer{Timeout: time.Second}
		connection, err := dialer.DialContext(ctx, "tcp", member.Host.Address.String()+":6000")
		if err != nil {
			return err
		}
		connection.Close()
		probe, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := member.Ready(probe); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("its probe ends: %v", err)
		}
		return nil
	}
}

// cannotRead: HPA says so of the workload.
func (f *faultyFleet) cannotRead(scaled *Scaled) func(context.Context) error {
	return func(context.Context) error {
		if state := f.observer.State(scaled.Name); state.Active {
			return fmt.Errorf("%s: HPA can read its metric: %s", scaled.Name, state)
		}
		return nil
	}
}

// isDown: the fault's node, to both gateways.
func (f *faultyFleet) isDown(ctx context.Context) error { return f.nodeIsUp(ctx, f.node, 0) }

// showsItself: the fault's node has this series about itself.
func (f *faultyFleet) showsItself(series string, right float64) func(context.Context) error {
	return func(ctx context.Context) error {
		return f.shows(ctx, f.fleet.Node(f.node), series, right)
	}
}

// grows: the counter of so many gateways at least, from the first look on.
func (f *faultyFleet) grows(counter string, least int) func(context.Context) error {
	first := map[int]float64{}
	return func(ctx context.Context) error {
		growing := 0
		for i := range gateways {
			now, err := sample(ctx, f.gateway(i), counter)
			if err != nil {
				return err
			}
			if before, known := first[i]; !known {
				first[i] = now
			} else if now > before {
				growing++
			}
		}
		if growing < least {
			return fmt.Errorf("%s grows at %d gateways, since it was %v", counter, growing, first)
		}
		return nil
	}
}

// whole: both gateways are ready and have all nodes, and the first knows of each replica
// that is there how busy it is.
func (f *faultyFleet) whole(ctx context.Context) error {
	for i := range gateways {
		if err := f.gateway(i).Ready(ctx); err != nil {
			return err
		}
	}
	for _, node := range f.nodes {
		if err := f.nodeIsUp(ctx, node, 1); err != nil {
			return err
		}
		if err := f.shows(ctx, f.fleet.Node(node), "pod_listing_up", 1); err != nil {
			return err
		}
	}
	for _, scaled := range f.workloads() {
		said, err := f.explanation(ctx, scaled.Name)
		if err != nil {
			return err
		}
		all := fmt.Sprintf(": %d fresh, 0 warming, 0 missing replicas", f.right)
		if scaled == f.engine {
			all = fmt.Sprintf(" over %d addresses of ", f.right)
		}
		if !strings.Contains(said, all) || somethingMissing.MatchString(said) {
			return fmt.Errorf("%s: explain says not %q: %q", scaled.Name, all, said)
		}
	}
	return nil
}

// settled: all of it is whole, and so it stays. A replica of a moment ago cannot be missed,
// for nobody has heard of it; and one that has just gone counts with what its engine said
// last until its name is looked up again: HPA, which looks every 2 s here, takes that for
// one replica more.
func (f *faultyFleet) settled(ctx context.Context) error {
	if err := f.whole(ctx); err != nil {
		return err
	}
	from := time.Now()
	if err := f.Hold(ctx, 3*f.Sync); err != nil {
		return err
	}
	for scaled, right := range f.scaled() {
		for _, seen := range f.observer.Since(scaled.Name, from) {
			if !isRight(right)(seen.State) {
				return fmt.Errorf("%s had not %d replicas all the time: %s", scaled.Name, right, seen.State)
			}
		}
	}
	return nil
}

// isRight: so many replicas, all of them ready, by a metric that HPA can read.
func isRight(replicas int) func(observe.State) bool {
	return func(state observe.State) bool {
		return state.Replicas == replicas && state.Ready == replicas && state.Active
	}
}

// streamsAreOpen: of both kinds one for each workload, at either gateway.
func (f *faultyFleet) streamsAreOpen(ctx context.Context) error {
	for _, method := range []string{"StreamIsActive", "StreamMetricSpec"} {
		if err := f.openStreams(ctx, method, len(f.workloads())); err != nil {
			return err
		}
	}
	return nil
}

func firstMatch(pattern *regexp.Regexp, text string) string {
	for line := range strings.Lines(text) {
		if pattern.MatchString(line) {
			return strings.TrimSpace(line)
		}
	}
	return text
}

func orElse(err error, otherwise string) string {
	if err != nil {
		return err.Error()
	}
	return otherwise
}
