package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// Longer than an idle replica must stay for a gateway to know that it is not on its way
// out (45 s), by a poll and a look.
const cooldownOfGlanced = 60 * time.Second

// How long a replica has nothing to do until a gateway is sure that it stays, and one look.
const rests = 5 * time.Second

// glancedAt is a workload whose second request meets a replica that stands idle already,
// and is served before anybody sees it at work.
func (s *Stage) glancedAt() *Scaled {
	scaled := s.ollama("glanced")
	scaled.Spec = object{"cooldownPeriod": int(cooldownOfGlanced.Seconds())}
	// Longer than the ten wakes take, after which is looked whether a replica is awaited.
	scaled.Metadata["warmupSeconds"] = "1800"
	return scaled
}

// askUnseen: one request wakes it, and another one finds it idle. When that one ended.
func (r *routed) askUnseen(ctx context.Context, s *Stage) (time.Time, error) {
	if _, err := r.serve(ctx, s); err != nil {
		return time.Time{}, err
	}
	if err := s.Hold(ctx, rests); err != nil {
		return time.Time{}, err
	}
	r.router.Queue(1)
	if err := s.Hold(ctx, givesUpAfter); err != nil {
		return time.Time{}, err
	}
	r.router.Queue(0)
	s.Say("%s had a request while its replica was idle, and was not seen at work", r.Name)
	return time.Now(), nil
}

// claimSleeps: its cooldown over, it goes to zero once, and nobody is awaited.
func (r *routed) claimSleeps(ctx context.Context, s *Stage, asked time.Time) error {
	if _, err := s.AwaitState(ctx, r.Scaled, "no replica", 2*cooldownOfGlanced, hasReplicas(0)); err != nil {
		return err
	}
	if err := s.Hold(ctx, watchesSleep); err != nil {
		return err
	}
	seen := s.observer.Since(r.Name, asked)
	asleep := slices.IndexFunc(seen, func(at observe.Change) bool { return at.State.Replicas == 0 })
	if asleep < 0 {
		return fmt.Errorf("%s: when it went to zero was not seen", r.Name)
	}
	s.ClaimHeld(r.Scaled, seen[asleep].At, 0, 0, "whose last request was served unseen, once it sleeps")
	active, err := s.countActive(ctx, gatewaysFromZero, r.Name)
	if err != nil {
		return err
	}
	s.Claim(active == 0, fmt.Sprintf("%s: a gateway that still awaits a replica, of %d", r.Name, gatewaysFromZero),
		"none", active)
	return nil
}
