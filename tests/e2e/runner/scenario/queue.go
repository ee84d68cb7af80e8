package scenario

import (
	"context"
	"fmt"
	"math"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/world"
)

// An engine works on 10 requests at once, each of which takes a second, and at the target on
// 8 of them.
const (
	sequences   = 10
	inflight    = 8
	engineLoads = 8 * time.Second
)

// An engine that has gone counts until its name is looked up again, which is 5 s at most. In a
// cluster HPA looks again after 15 s; here it does after 2, and would go up by what has gone each
// time that it went down. So it goes up by what was wanted for 6 s.
const growsAfter = 6 * time.Second

func queue(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 2, 16); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	engine := &Scaled{
		Workload: world.Workload{Name: "engine", Sequences: sequences, Backlog: true},
		Min:      3, Max: 32, AtTarget: float64(inflight) / sequences, Loads: engineLoads,
		Metadata: map[string]string{
			"profile": "vllm-inflight", "targetValue": fmt.Sprint(inflight),
			"vllmEndpoint": fmt.Sprintf("http://engine.%s.svc:8000", s.name),
		},
		// As many at once as the queue asks for: it is not HPA that bounds them.
		Spec: object{"advanced": object{"horizontalPodAutoscalerConfig": object{"behavior": object{
			"scaleUp": object{
				"stabilizationWindowSeconds": int(growsAfter.Seconds()),
				"policies":                   []object{{"type": "Pods", "value": 32, "periodSeconds": 15}},
			},
		}}}},
	}
	if err := s.Deploy(ctx, engine); err != nil {
		return err
	}
	// What came before there is an engine would wait.
	if _, err := s.AwaitState(ctx, engine, "its pods are ready", 30*time.Second,
		func(state observe.State) bool { return state.Ready == 3 }); err != nil {
		return err
	}
	s.Say("load for 3")
	began := time.Now()
	s.Offer(engine, 3)
	s.ClaimReaches(ctx, engine, 3, 40*time.Second)
	for _, step := range [][2]int{{3, 5}, {5, 7}} {
		if err := s.overload(ctx, engine, step[0], step[1]); err != nil {
			return err
		}
	}
	s.Say("load for 4")
	s.Offer(engine, 4)
	s.ClaimReaches(ctx, engine, 4, 40*time.Second)
	s.claimWaitingRead(engine, began)
	return nil
}

// claimWaitingRead: at some time HPA read more by replica than one can work on at once, which is
// requests that wait.
func (s *Stage) claimWaitingRead(engine *Scaled, from time.Time) {
	highest := 0.
	for _, change := range s.observer.Since(engine.Name, from) {
		if change.State.Value != nil {
			highest = max(highest, *change.State.Value)
		}
	}
	s.Claim(highest > sequences, engine.Name+", requests by replica that HPA read at the most",
		fmt.Sprintf("more than the %d that are under way", sequences), highest)
}

// overload offers `now` replicas, all of them ready, the load of `wanted`, which is more than
// they can do: `excess` replicas' worth of requests more a second join the queue, until enough
// are ready that it does not grow.
//
// By hand, once the `now` replicas are full (their 8 of 10 become 10 within a second), there are
// (now + excess x t) x 10 requests after t seconds, all of which count, and HPA wants an eighth
// of that. No queue grows after T, when enough are ready, and so it never wants more than
//
//	ceil((now + excess x T) x 10 / 8)
//
// replicas: that is the overshoot while the queue is drained. Nor is it much less at T: what HPA
// has acted on by then is what it wanted growsAfter before, or two of its syncs and a reading of
// the engine earlier.
func (s *Stage) overload(ctx context.Context, engine *Scaled, now, wanted int) error {
	enough := engine.AtTarget * float64(wanted)
	excess := enough - float64(now)
	what := fmt.Sprintf("%s, load for %d at %d", engine.Name, wanted, now)
	s.Say("load for %d: at %d, %.0f requests a second more than they can answer", wanted, now, excess*sequences)
	from := time.Now()
	s.Offer(engine, float64(wanted))
	longest := 0. // queue
	err := s.Await(ctx, "enough replicas are ready", 40*time.Second, func(context.Context) error {
		longest = max(longest, s.World.Waiting(&engine.Workload))
		if state := s.observer.State(engine.Name); float64(state.Ready) < enough {
			return fmt.Errorf("%s", state)
		}
		return nil
	})
	if err != nil {
		return err
	}
	took := time.Since(from)
	wish := func(grown time.Duration) int {
		return int(math.Ceil((float64(now) + excess*max(0, grown.Seconds())) * sequences / inflight))
	}
	const fills, reads = time.Second, time.Second
	least, most := wish(took-fills-growsAfter-2*s.Sync-reads), wish(took)
	highest := 0
	for _, change := range s.observer.Since(engine.Name, from) {
		highest = max(highest, change.State.Replicas)
	}
	s.Claim(longest > 0, what+", requests that wait", "more than 0", fmt.Sprintf("%.0f after %.1f s", longest, took.Seconds()))
	s.Claim(highest >= least && least > wanted, what+", replicas that the queue asks for while it grows",
		fmt.Sprintf("%d at least, which is more than %d", least, wanted), highest)

	if err := s.Await(ctx, "the queue is drained", 30*time.Second, func(context.Context) error {
		if waiting := s.World.Waiting(&engine.Workload); waiting > 0 {
			return fmt.Errorf("%.0f requests wait", waiting)
		}
		return nil
	}); err != nil {
		return err
	}
	s.Say("the queue is drained")
	s.ClaimReaches(ctx, engine, wanted, 40*time.Second)
	s.ClaimHeld(engine, from, now, most, fmt.Sprintf("load for %d at %d, until its queue is drained and after", wanted, now))
	waiting := s.World.Waiting(&engine.Workload)
	s.Claim(waiting == 0, what+", requests that wait in the end", 0, waiting)
	return nil
}
