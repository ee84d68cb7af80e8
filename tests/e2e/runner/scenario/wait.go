package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// Await looks at a condition until it has no error, for so long at most.
func (s *Stage) Await(ctx context.Context, what string, within time.Duration, condition func(context.Context) error) error {
	return s.Processes.Await(ctx, what, within, condition)
}

// AwaitState returns when the target's state passes, which may be at once. The last state
// is returned with the error.
func (s *Stage) AwaitState(ctx context.Context, scaled *Scaled, what string, within time.Duration, passes func(observe.State) bool) (observe.Change, error) {
	limit, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("not within %s", within))
	defer cancel()
	reached, err := s.observer.Await(limit, scaled.Name, passes)
	if err != nil {
		err = fmt.Errorf("awaiting %s: %w", what, err)
	}
	return reached, err
}

// Hold lets everything be for so long, which is part of the play.
func (s *Stage) Hold(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
