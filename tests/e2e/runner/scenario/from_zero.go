package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

const (
	wakes = 10
	// So long each sleep is watched.
	watchesSleep = 2 * pollingInterval
	// Which of them KEDA asks is its connection's to say.
	gatewaysFromZero = 2
	// So long loads the model whose request is given up: without warmupSeconds KEDA would be
	// back at zero by then.
	loadsInVain = latestZero + 5*time.Second
)

// When KEDA goes to zero, from the end of the last sign on. It counts from the last poll
// that saw the workload active, which may be a polling interval before that end, and keeps
// that time in whole seconds; and it acts at a poll. The scaler reads what is active once
// a second, and two cores are not always free. The earliest is late enough for a gateway
// to have seen the replica rest for 3 s, after which the request is met.
const (
	earliestZero = cooldownPeriod - pollingInterval - time.Second
	latestZero   = time.Second + cooldownPeriod + pollingInterval + 2*time.Second
)

func fromZero(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 1, 4); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, gatewaysFromZero); err != nil {
		return err
	}
	began := time.Now()
	waking, err := s.addRouted(ctx, s.ollama("ollama"))
	if err != nil {
		return err
	}
	other, err := s.addRouted(ctx, s.ollama("other"))
	if err != nil {
		return err
	}
	glanced, err := s.addRouted(ctx, s.glancedAt())
	if err != nil {
		return err
	}
	// The push is what is measured: a stream must be open.
	if err := s.awaitStreams(ctx, 3); err != nil {
		return err
	}
	asked, err := glanced.askUnseen(ctx, s)
	if err != nil {
		return err
	}
	if err := waking.claimWakes(ctx, s); err != nil {
		return err
	}
	s.ClaimHeld(other.Scaled, began, 0, 0, "whose router has no request")
	if err := glanced.claimSleeps(ctx, s, asked); err != nil {
		return err
	}
	return s.claimWarmUp(ctx)
}

// ollama scales on the memory of its GPUs.
func (s *Stage) ollama(name string) *Scaled {
	scaled := &Scaled{AtTarget: 0.7}
	scaled.Name, scaled.Readings = name, filling
	scaled.Metadata = map[string]string{"profile": "ollama", "workload": "deployment/" + name}
	return scaled
}

// claimWakes: a request wakes it at once, and when it is served and the cooldown over, it
// sleeps again, and is not woken for nobody.
func (r *routed) claimWakes(ctx context.Context, s *Stage) error {
	var toOne, toZero []time.Duration
	disturbed, awaited := 0, 0
	for i := range wakes {
		if i == 0 {
			s.Say("the first of %d requests waits at the router of %s", wakes, r.Name)
		}
		wake, err := r.wake(ctx, s)
		if err != nil {
			return err
		}
		if i == 0 {
			s.Say("it is served, and %s sleeps again %.1f s after", r.Name, wake.toZero.Seconds())
		}
		toOne, toZero = append(toOne, wake.toOne), append(toZero, wake.toZero)
		if wake.disturbed {
			disturbed++
		}
		awaited += wake.awaited
	}
	slices.Sort(toOne)
	slices.Sort(toZero)
	median := toOne[len(toOne)/2]
	s.Claim(median < 300*time.Millisecond, fmt.Sprintf("request to spec.replicas=1, median of %d", wakes),
		"less than 300 ms", fmt.Sprintf("%d ms (%d to %d)", median.Milliseconds(), toOne[0].Milliseconds(),
			toOne[len(toOne)-1].Milliseconds()))
	least, most := toZero[0], toZero[len(toZero)-1]
	s.Claim(least >= earliestZero && most <= latestZero, fmt.Sprintf("reply to spec.replicas=0, each of %d", wakes),
		fmt.Sprintf("%s to %s", earliestZero, latestZero), fmt.Sprintf("%.1f to %.1f s", least.Seconds(), most.Seconds()))
	s.Claim(disturbed == 0, fmt.Sprintf("a replica within %s of spec.replicas=0, after %d wakes", watchesSleep, wakes),
		"never", fmt.Sprintf("%d times", disturbed))
	s.Claim(awaited == 0, fmt.Sprintf("a gateway that still awaits a replica then, of %d, after %d wakes", gatewaysFromZero, wakes),
		"none", fmt.Sprintf("%d times", awaited))
	return nil
}

// A wake is one request.
type wake struct {
	toOne     time.Duration // from the request to spec.replicas=1
	toZero    time.Duration // from its reply to spec.replicas=0
	disturbed bool          // there was a replica again, for nobody
	awaited   int           // gateways that say active when it sleeps
}

// When there was a replica for a request, and when the reply was sent.
type served struct{ woken, replied time.Time }

// serve: a request waits at the router until there is a replica, which works on it.
func (r *routed) serve(ctx context.Context, s *Stage) (served, error) {
	r.router.Queue(1)
	s.Offer(r.Scaled, 1)
	woken, err := s.AwaitState(ctx, r.Scaled, "a replica", time.Minute, hasReplicas(1))
	if err != nil {
		return served{}, err
	}
	if _, err := s.AwaitState(ctx, r.Scaled, "a ready replica", time.Minute, isReady(1)); err != nil {
		return served{}, err
	}
	r.router.Queue(0)
	if err := s.awaitFresh(ctx, gatewaysFromZero, r.Name); err != nil {
		return served{}, err
	}
	replied := time.Now()
	s.Offer(r.Scaled, 0)
	return served{woken.At, replied}, nil
}

func (r *routed) wake(ctx context.Context, s *Stage) (wake, error) {
	asked := time.Now()
	request, err := r.serve(ctx, s)
	if err != nil {
		return wake{}, err
	}
	asleep, err := s.AwaitState(ctx, r.Scaled, "no replica", time.Minute, hasReplicas(0))
	if err != nil {
		return wake{}, err
	}
	seen := wake{toOne: request.woken.Sub(asked), toZero: asleep.At.Sub(request.replied)}
	if err := s.Hold(ctx, watchesSleep); err != nil {
		return wake{}, err
	}
	seen.disturbed = slices.ContainsFunc(s.observer.Since(r.Name, asleep.At), func(at observe.Change) bool {
		return at.State.Replicas > 0
	})
	if seen.disturbed {
		return seen, nil
	}
	if seen.awaited, err = s.countActive(ctx, gatewaysFromZero, r.Name); err != nil {
		return wake{}, err
	}
	// The next request comes to a workload that sleeps, not to one that is going to.
	_, err = s.AwaitState(ctx, r.Scaled, "no ready replica", time.Minute, isReady(0))
	return seen, err
}

func hasReplicas(count int) func(observe.State) bool {
	return func(state observe.State) bool { return state.Replicas == count }
}

func isReady(count int) func(observe.State) bool {
	return func(state observe.State) bool { return state.Ready == count }
}
