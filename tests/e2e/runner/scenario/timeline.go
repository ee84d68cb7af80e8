package scenario

import (
	"slices"
	"strings"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/timeline"
)

// follow: the timeline shows it.
func (s *Stage) follow(scaled *Scaled) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.followed = append(s.followed, scaled)
}

// keepTimeline records what was seen of all that is followed: at each change that the API
// server showed, and whenever the load changed.
func (s *Stage) keepTimeline() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	slices.SortFunc(s.followed, func(a, b *Scaled) int { return strings.Compare(a.Name, b.Name) })
	for _, scaled := range s.followed {
		changes := s.observer.Since(scaled.Name, s.record.Began)
		var points []timeline.Point
		add := func(at time.Time, state observe.State) {
			points = append(points, point(at.Sub(s.record.Began).Seconds(), scaled.offeredAt(at), state))
		}
		offers := scaled.offers
		var last observe.State
		for _, change := range changes {
			for len(offers) > 0 && offers[0].at.Before(change.At) {
				add(offers[0].at, last)
				offers = offers[1:]
			}
			last = change.State
			add(change.At, last)
		}
		for _, each := range offers {
			add(each.at, last)
		}
		add(time.Now(), last)
		s.record.Add(&timeline.Series{Name: scaled.Name, Points: points})
	}
}

func point(seconds, offered float64, state observe.State) timeline.Point {
	seen := timeline.Point{Seconds: seconds, Offered: offered, Value: state.Value, Desired: state.Replicas, Ready: state.Ready}
	if state.Target != nil {
		seen.Target = *state.Target
	}
	return seen
}
