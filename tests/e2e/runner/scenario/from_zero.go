package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/world"
)

const wakes = 10

func fromZero(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 1, 4); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	waking, err := s.behindRouter("ollama")
	if err != nil {
		return err
	}
	other, err := s.behindRouter("other")
	if err != nil {
		return err
	}
	began := time.Now()
	for _, each := range []*routed{waking, other} {
		if err := s.Deploy(ctx, each.scaled); err != nil {
			return err
		}
	}
	// The push is what is measured: a stream must be open.
	if err := s.Await(ctx, "KEDA opens StreamIsActive", time.Minute, func(ctx context.Context) error {
		return s.openStreams(ctx, 2)
	}); err != nil {
		return err
	}
	var took []time.Duration
	for i := range wakes {
		asked := time.Now()
		waking.router.Queue(1)
		if i == 0 {
			s.Say("the first request waits at the router")
		}
		woken, err := s.awaitReplicas(ctx, waking.scaled, 1, time.Minute)
		if err != nil {
			return err
		}
		took = append(took, woken.At.Sub(asked))
		if _, err := s.observer.Await(ctx, waking.scaled.Name, func(state observe.State) bool { return state.Ready == 1 }); err != nil {
			return err
		}
		waking.router.Queue(0)
		asleep, err := s.awaitReplicas(ctx, waking.scaled, 0, time.Minute)
		if err != nil {
			return err
		}
		// The next request comes to a workload that sleeps, not to one that is going to.
		if _, err := s.observer.Await(ctx, waking.scaled.Name, func(state observe.State) bool { return state.Ready == 0 }); err != nil {
			return err
		}
		if i == 0 {
			s.Say("nothing waits any more: back at zero %.1f s after the request", asleep.At.Sub(asked).Seconds())
		}
	}
	slices.Sort(took)
	median := took[len(took)/2]
	s.Claim(median < 300*time.Millisecond, fmt.Sprintf("request to spec.replicas=1, median of %d", wakes),
		"less than 300 ms", fmt.Sprintf("%d ms (%d to %d)", median.Milliseconds(), took[0].Milliseconds(),
			took[len(took)-1].Milliseconds()))
	s.ClaimHeld(other.scaled, began, 0, 0, "whose router has no request")
	return nil
}

// routed is a workload that sleeps behind a router of its own.
type routed struct {
	scaled *Scaled
	router *world.Router
}

func (s *Stage) behindRouter(name string) (*routed, error) {
	router, err := s.World.AddRouter(s.name, name+"-router")
	if err != nil {
		return nil, err
	}
	return &routed{router: router, scaled: &Scaled{
		Workload: world.Workload{Name: name, Readings: filling}, Min: 0, Max: 4,
		Metadata: map[string]string{
			"profile": "ollama", "workload": "deployment/" + name, "warmupSeconds": "0",
			"activationEndpoint": fmt.Sprintf("http://%s-router.%s.svc:9000", name, s.name),
			"activationMetric":   "router_queued_requests",
		},
	}}, nil
}

func (s *Stage) awaitReplicas(ctx context.Context, scaled *Scaled, replicas int, within time.Duration) (observe.Change, error) {
	limit, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	reached, err := s.observer.Await(limit, scaled.Name, func(state observe.State) bool { return state.Replicas == replicas })
	if err != nil {
		return reached, fmt.Errorf("%d replicas are not reached: %w", replicas, err)
	}
	return reached, nil
}
