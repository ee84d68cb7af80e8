package scenario

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

func twoWorkloads(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 3, 4); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	if err := s.playSideBySide(ctx); err != nil {
		return err
	}
	return s.playTimeSliced(ctx)
}

// playSideBySide: two Deployments with GPUs of their own, on the same nodes.
func (s *Stage) playSideBySide(ctx context.Context) error {
	// "llm" begins the other's name.
	busy, idle := byUtilization("llm", 80, nil), byUtilization("llm-embeddings", 80, nil)
	busy.Metadata["activationThreshold"] = "5"
	loads := map[*Scaled]int{busy: 0, idle: 0}
	shared := map[string]int{} // nodes
	if err := each(loads, func(scaled *Scaled, _ int) error { return s.Deploy(ctx, scaled) }); err != nil {
		return err
	}
	for _, step := range [][2]int{{5, 1}, {2, 6}, {1, 1}} {
		s.Say("%s has load for %d, %s for %d", busy.Name, step[0], idle.Name, step[1])
		loads[busy], loads[idle] = step[0], step[1]
		if err := each(loads, func(scaled *Scaled, right int) error {
			s.Offer(scaled, float64(right))
			s.ClaimReaches(ctx, scaled, right, time.Minute)
			return context.Cause(ctx)
		}); err != nil {
			return err
		}
		here, also := s.World.NodesOf(&busy.Workload), s.World.NodesOf(&idle.Workload)
		maps.DeleteFunc(here, func(node string, _ int) bool { return also[node] == 0 })
		maps.Copy(shared, here)
	}
	// Else they could not have been mixed up.
	s.Claim(len(shared) > 0, fmt.Sprintf("nodes that had pods of both %s and %s", busy.Name, idle.Name),
		"one at least", slices.Sorted(maps.Keys(shared)))
	return nil
}

// The replicas of each of two that share three time-sliced GPUs. Each gets load for as many, and
// each GPU then shows 2 x 80%, which is 100. Whatever number is made of that is wrong, and HPA
// would act on it: counted whole it is 3 x 100 / 80, which is 4 replicas; halved 3 x 50 / 80,
// which is 2; taken for 0, 1.
const sharing = 3

func (s *Stage) playTimeSliced(ctx context.Context) error {
	node, err := s.AddNode(ctx, sharing, 2)
	if err != nil {
		return err
	}
	s.Say("two Deployments share the time-sliced GPUs of %s", node)
	chat, rerank := byUtilization("chat", 80, nil), byUtilization("rerank", 80, nil)
	both := map[*Scaled]*Scaled{chat: rerank, rerank: chat}
	if err := each(both, func(scaled, _ *Scaled) error {
		scaled.Node, scaled.Replicas = node, sharing
		return s.Deploy(ctx, scaled)
	}); err != nil {
		return err
	}
	unread := func(state observe.State) bool { return !state.Active && state.Says != "" }
	return each(both, func(scaled, other *Scaled) error {
		// The load comes when the node has told who holds the GPUs, which takes a second: until
		// then they would pass for one's own.
		_, err := s.AwaitState(ctx, scaled, "HPA cannot read the metric", 30*time.Second, unread)
		if ctx.Err() != nil {
			return err
		}
		s.Claim(err == nil, scaled.Name+", which shares its GPUs, idle", "HPA cannot read its metric", s.observer.State(scaled.Name))
		from := time.Now()
		s.Offer(scaled, sharing)
		if err := s.Hold(ctx, syncsToStay*s.Sync); err != nil {
			return err
		}
		now := s.observer.State(scaled.Name)
		s.Claim(unread(now), scaled.Name+", which shares its GPUs, busy for five syncs", "HPA cannot read its metric", now)
		s.ClaimHeld(scaled, from, sharing, sharing, "busy, while its GPUs are shared")
		said, err := s.explanation(ctx, scaled.Name)
		if err != nil {
			return err
		}
		s.claimSharersNamed("explain", said, node, scaled, other)
		// HPA's message does not repeat what the scaler says; KEDA's log does.
		log, err := os.ReadFile(filepath.Join(s.Processes.Folder(), "keda-operator.log"))
		if err != nil {
			return err
		}
		s.claimSharersNamed("KEDA's log", string(log), node, scaled, other)
		return nil
	})
}

// claimSharersNamed: what `who` says has an error that tells the GPU, the node and a pod of each.
func (s *Stage) claimSharersNamed(who, said, node string, scaled, other *Scaled) {
	const uuid = `GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	pod := func(of *Scaled) string { return regexp.QuoteMeta(s.name+"/"+of.Name) + `-[0-9a-z]+-[0-9a-z]+` }
	names := regexp.MustCompile(fmt.Sprintf("GPU %s of %s is shared: %s and %s hold it.* sharedGpus",
		uuid, regexp.QuoteMeta(node), pod(scaled), pod(other)))
	seen := names.FindString(said)
	s.Claim(seen != "", fmt.Sprintf("%s, of which %s tells the error", scaled.Name, who), names, cmp.Or(seen, lineWith(said, node)))
}
