package scenario

import (
	"context"
	"fmt"
	"math"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// claimComesToRest: ClaimReaches, for NVLink's traffic, which the scaler reads every 2 s as the
// mean since the reading before. HPA, which here looks as often and not every 15 s, may see at
// `right` replicas what fewer of them had to do, and goes on. By hand: no GPU shows more than
// 62,500 MB/s, which is 1.25 times the target, so that it goes to ceil(1.25 x right) at the most,
// and is back when it reads what these do.
func (s *Stage) claimComesToRest(ctx context.Context, scaled *Scaled, right int, within time.Duration) {
	from := time.Now()
	most := max(s.observer.State(scaled.Name).Replicas, (5*right+3)/4)
	_, err := s.AwaitState(ctx, scaled, "HPA reads what it aims at", within, func(state observe.State) bool {
		return state.Replicas == right && state.Ready == right && state.Value != nil && state.Target != nil &&
			math.Abs(*state.Value / *state.Target - 1) < 0.1
	})
	if ctx.Err() != nil {
		return
	}
	s.Claim(err == nil, fmt.Sprintf("%s, load for %.3g, comes to rest", scaled.Name, scaled.offered()),
		fmt.Sprintf("%d, at the target", right), fmt.Sprintf("%s after %.1f s", s.observer.State(scaled.Name), time.Since(from).Seconds()))
	if err == nil {
		s.ClaimReaches(ctx, scaled, right, time.Second)
	}
	s.ClaimHeld(scaled, from, 1, most, "on the way there")
}

// claimAlternates: the target goes from `least` to `most` replicas and back within so long,
// is never outside, and HPA can read its metric all the time.
func (s *Stage) claimAlternates(ctx context.Context, scaled *Scaled, least, most int, within time.Duration) {
	from := time.Now()
	what := fmt.Sprintf("%s, load for %.3g, back and forth", scaled.Name, scaled.offered())
	turns := []int{least, most, least}
	for _, next := range turns {
		reached, err := s.AwaitState(ctx, scaled, fmt.Sprintf("%d replicas", next), within-time.Since(from),
			func(state observe.State) bool { return state.Replicas == next && state.Ready == next })
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.Claim(false, what, turns, reached.State)
			return
		}
	}
	took := time.Since(from)
	unread := 0
	for _, change := range s.observer.Since(scaled.Name, from) {
		if !change.State.Active {
			unread++
		}
	}
	s.Claim(unread == 0, what, fmt.Sprint(turns, " and always readable"),
		fmt.Sprintf("%v after %.1f s, unreadable %d times", turns, took.Seconds(), unread))
	s.ClaimHeld(scaled, from, least, most, "while it goes back and forth")
}
