package scenario

import (
	"context"
	"strings"
	"time"
)

func twoWorkloads(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 3, 4); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	// "llm" begins the other's name.
	busy, idle := byUtilization("llm", 80, nil), byUtilization("llm-embeddings", 80, nil)
	busy.Metadata["activationThreshold"] = "5"
	for _, scaled := range []*Scaled{busy, idle} {
		if err := s.Deploy(ctx, scaled); err != nil {
			return err
		}
	}
	for _, loads := range [][2]int{{5, 1}, {2, 6}, {1, 1}} {
		s.Say("%s has load for %d, %s for %d", busy.Name, loads[0], idle.Name, loads[1])
		s.Offer(busy, float64(loads[0]))
		s.Offer(idle, float64(loads[1]))
		wanted := map[*Scaled]int{busy: loads[0], idle: loads[1]}
		if err := each(wanted, func(scaled *Scaled, right int) error {
			s.ClaimReaches(ctx, scaled, right, time.Minute)
			return nil
		}); err != nil {
			return err
		}
	}

	shared, err := s.AddNode(ctx, 2, 2)
	if err != nil {
		return err
	}
	s.Say("two that share a time-sliced GPU of %s", shared)
	first, second := byUtilization("chat", 80, nil), byUtilization("rerank", 80, nil)
	for _, scaled := range []*Scaled{first, second} {
		scaled.Node, scaled.Min, scaled.Replicas = shared, 1, 1
		if err := s.Deploy(ctx, scaled); err != nil {
			return err
		}
		s.Offer(scaled, 0.6)
	}
	from := time.Now()
	for _, scaled := range []*Scaled{first, second} {
		said := s.awaitExplanation(ctx, scaled.Name, 20*time.Second, func(text string) bool {
			return strings.Contains(text, "sharedGpus")
		})
		s.Claim(strings.Contains(said, "GPU-") && strings.Contains(said, shared),
			scaled.Name+" gets an error that names the GPU", "its UUID and node "+shared, lineWith(said, "GPU-"))
		s.ClaimHeld(scaled, from, 1, 1, "while its GPU is shared")
	}
	return nil
}
