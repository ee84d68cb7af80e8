package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// claimWarmUp: a replica whose request is given up while its model loads is awaited all
// the same, for the default of warmupSeconds; when it has come, stood idle and gone, no
// other is awaited. An engine's has come when its name has an address. One that is known
// by its GPUs has come when its pod holds them, and is warming from then on.
func (s *Stage) claimWarmUp(ctx context.Context) error {
	engine := &Scaled{AtTarget: 0.8}
	engine.Name, engine.Sequences = "engine", 10
	engine.Metadata = map[string]string{
		"profile": "vllm-inflight", "targetValue": "8",
		"vllmEndpoint": fmt.Sprintf("http://%s.%s.svc:8000", engine.Name, s.name),
	}
	gpus := byUtilization("loading", 80, nil)
	engine.Loads, gpus.Loads = loadsInVain, loadsInVain
	ofEngine, err := s.addRouted(ctx, engine)
	if err != nil {
		return err
	}
	ofGPUs, err := s.addRouted(ctx, gpus)
	if err != nil {
		return err
	}
	if err := s.awaitStreams(ctx, 5); err != nil {
		return err
	}
	s.Say("requests wake %s and %s, whose models load for %s, and are given up", engine.Name, gpus.Name, loadsInVain)
	if err := each(map[*Scaled]*routed{engine: ofEngine, gpus: ofGPUs}, func(_ *Scaled, r *routed) error {
		return r.giveUp(ctx, s)
	}); err != nil {
		return err
	}
	asleep, err := s.AwaitState(ctx, engine, "no replica", 2*latestZero, hasReplicas(0))
	if err != nil {
		return err
	}
	s.Say("%s came in vain, and sleeps", engine.Name)
	if err := s.Hold(ctx, 5*pollingInterval); err != nil {
		return err
	}
	s.ClaimHeld(engine, asleep.At, 0, 0, "whose replica came and went, for five polls")
	return nil
}

// A client's patience. Each gateway looks for itself, the one without the stream once a
// second: a sign of less than that may be known to one alone.
const givesUpAfter = 3 * time.Second

// giveUp wakes it and empties the router's queue before there is a replica.
func (r *routed) giveUp(ctx context.Context, s *Stage) error {
	r.router.Queue(1)
	woken, err := s.AwaitState(ctx, r.Scaled, "a replica", time.Minute, hasReplicas(1))
	if err != nil {
		return err
	}
	if err := s.Hold(ctx, givesUpAfter); err != nil {
		return err
	}
	r.router.Queue(0)
	came, err := s.AwaitState(ctx, r.Scaled, "a ready replica", time.Minute, func(state observe.State) bool {
		return state.Ready == 1 || state.Replicas == 0
	})
	if err != nil {
		return err
	}
	after := came.At.Sub(woken.At)
	s.Claim(came.State.Ready == 1 && after > latestZero, r.Name+", whose request is given up while its model loads",
		fmt.Sprintf("1 ready after %s", loadsInVain),
		fmt.Sprintf("%d of %d ready after %.1f s", came.State.Ready, came.State.Replicas, after.Seconds()))
	return nil
}
