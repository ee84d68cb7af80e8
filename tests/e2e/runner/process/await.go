package process

import (
	"context"
	"fmt"
	"time"
)

// interval between two looks at a condition.
const interval = 100 * time.Millisecond

// Await looks at a condition until it has no error, for so long at most: the condition's
// context ends then. Its last error is in the one that says what was awaited in vain. The
// death of a process that nobody here ended fails it at once.
func (g *Group) Await(ctx context.Context, what string, timeout time.Duration, condition func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not within %s", timeout))
	defer cancel()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var last error
	for {
		if err := g.Death(); err != nil {
			return fmt.Errorf("awaiting that %s: %w", what, err)
		}
		err := condition(ctx)
		if err == nil {
			return nil
		}
		// What the wait's own end cut short says nothing of the condition.
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-g.died: // looked into above
		case <-ctx.Done():
			return fmt.Errorf("awaiting that %s: %w; at last: %w", what, context.Cause(ctx), last)
		case <-ticker.C:
		}
	}
}
