package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/timeline"
)

// syncsToStay is how many of HPA's syncs a number must last to be where it settles.
const syncsToStay = 5

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

// ClaimReaches: within so long the target has `right` replicas, all of them ready, by a
// metric that HPA can read; and so it is still after five syncs in which their number was
// no other. Nothing is claimed when `ctx` ends before that is known.
func (s *Stage) ClaimReaches(ctx context.Context, scaled *Scaled, right int, within time.Duration) {
	what := fmt.Sprintf("%s, load for %.3g", scaled.Name, scaled.offered())
	isThere := func(state observe.State) bool {
		return state.Replicas == right && state.Ready == right && state.Active
	}
	from := time.Now()
	reached, err := s.AwaitState(ctx, scaled, what, within, isThere)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.Claim(false, what, right, reached.State)
		return
	}
	left, stay := context.WithTimeout(ctx, syncsToStay*s.Sync)
	defer stay()
	strayed, err := s.observer.Await(left, scaled.Name, func(state observe.State) bool { return state.Replicas != right })
	switch last := s.observer.State(scaled.Name); {
	case ctx.Err() != nil:
	case err == nil:
		s.Claim(false, what+", for five syncs", right, strayed.State)
	case !isThere(last):
		s.Claim(false, what+", after five syncs", right, last)
	default:
		s.Claim(true, what, right, fmt.Sprintf("%d after %.1f s", right, reached.At.Sub(from).Seconds()))
	}
}

// ClaimHeld: since `from`, the target's replicas were never below `least` or above `most`.
func (s *Stage) ClaimHeld(scaled *Scaled, from time.Time, least, most int, during string) {
	what := fmt.Sprintf("%s, %s", scaled.Name, during)
	seen := s.observer.Since(scaled.Name, from)
	if len(seen) == 0 {
		s.Claim(false, what, span(least, most), "nothing")
		return
	}
	lowest, highest := seen[0].State.Replicas, seen[0].State.Replicas
	for _, each := range seen {
		lowest, highest = min(lowest, each.State.Replicas), max(highest, each.State.Replicas)
	}
	s.Claim(lowest >= least && highest <= most, what, span(least, most), span(lowest, highest))
}

func span(least, most int) string {
	if least == most {
		return fmt.Sprintf("%d all the time", least)
	}
	return fmt.Sprintf("between %d and %d", least, most)
}
