package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// What must hold of each fault, while it lasts and after its repair.

// claimExplanation: `explain` tells what is missing.
func (f *faultyFleet) claimExplanation(ctx context.Context, fault fault) {
	for _, each := range fault.explained {
		said := f.awaitExplanation(ctx, each.scaled.Name, 2*settles, each.says.MatchString)
		f.Claim(each.says.MatchString(said), fmt.Sprintf("explain %s while %s", each.scaled.Name, fault.name),
			each.says, firstMatch(each.says, said))
	}
}

// claimReaction: at its height, what HPA and KEDA do about it.
func (f *faultyFleet) claimReaction(ctx context.Context, fault fault) {
	expected := fault.reaction
	read, err := f.AwaitState(ctx, f.busy, "HPA's condition", 2*f.Sync, func(state observe.State) bool {
		return state.Active == expected.scalingActive
	})
	f.Claim(err == nil, fmt.Sprintf("busy, HPA's ScalingActive while %s: %s", fault.name, expected.words),
		expected.scalingActive, fmt.Sprintf("%t: %s", read.State.Active, read.State.Says))
	for scaled, acting := range map[*Scaled]acting{f.fallback: expected.fallback, f.fallbackAtOnce: expected.fallbackAtOnce} {
		if acting != acts {
			continue // that it does not act, claimHeld says
		}
		acted, err := f.AwaitState(ctx, scaled, "KEDA's fallback", patience, func(state observe.State) bool {
			return state.Replicas == fallbackReplicas
		})
		f.Claim(err == nil, fmt.Sprintf("%s, KEDA's fallback while %s", scaled.Name, fault.name), fallbackReplicas,
			orElse(err, fmt.Sprint(acted.State.Replicas)))
	}
}

// claimHeld: since the fault began nobody had fewer replicas than its load needs, nor
// more, but for a fallback.
func (f *faultyFleet) claimHeld(fault fault, from time.Time) {
	for scaled, acting := range map[*Scaled]acting{
		f.busy: idle, f.engine: idle,
		f.fallback: fault.reaction.fallback, f.fallbackAtOnce: fault.reaction.fallbackAtOnce,
	} {
		f.ClaimHeld(scaled, from, f.right, acting.most(f.right), fault.name)
	}
}

// claimRepair: all of it is as it was: the fleet, KEDA's streams to it, the replicas.
func (f *faultyFleet) claimRepair(ctx context.Context, fault fault, mended time.Time) {
	_ = each(f.scaled(), func(scaled *Scaled, right int) error {
		reached, err := f.AwaitState(ctx, scaled, "the right number", repair, isRight(right))
		f.Claim(err == nil, fmt.Sprintf("%s, right again after: %s", scaled.Name, fault.name),
			fmt.Sprintf("%d within %s", right, repair),
			orElse(err, fmt.Sprintf("%d after %.1f s", right, reached.At.Sub(mended).Seconds())))
		return nil
	})
	for _, part := range []struct {
		what   string
		within time.Duration
		holds  func(context.Context) error
	}{
		{"both gateways are ready and have all nodes, and no replica is missing", repair, f.whole},
		{"KEDA's streams are open", reopening, f.streamsAreOpen},
	} {
		err := f.Await(ctx, part.what, part.within, part.holds)
		f.Claim(err == nil, part.what+" after: "+fault.name, fmt.Sprintf("within %s", part.within),
			orElse(err, fmt.Sprintf("after %.1f s", time.Since(mended).Seconds())))
	}
}

// claimFollows: a number that only stands still may stand still for any reason.
func (f *faultyFleet) claimFollows(ctx context.Context, fault fault) error {
	f.right = 9 - f.right
	f.Say("load for %d", f.right)
	for scaled, load := range f.scaled() {
		f.Offer(scaled, float64(load))
	}
	return each(f.scaled(), func(scaled *Scaled, right int) error {
		from := time.Now()
		reached, err := f.AwaitState(ctx, scaled, "the new number", repair, isRight(right))
		f.Claim(err == nil, fmt.Sprintf("%s, load for %d after: %s", scaled.Name, right, fault.name), right,
			orElse(err, fmt.Sprintf("%d after %.1f s", right, reached.At.Sub(from).Seconds())))
		return nil
	})
}
