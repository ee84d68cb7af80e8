package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// What each of several gateways knows of a ScaledObject.

// A gateway looks at what KEDA asked it about for two minutes after.
const stillLooks = 100 * time.Second

// wasAsked: KEDA asked this gateway about it, and not long ago. One that was never asked
// knows of no request that waited.
func (s *Stage) wasAsked(ctx context.Context, gateway int, name string) error {
	query := url.Values{"namespace": {s.name}, "name": {name}}
	text, err := page(ctx, s.gateway(gateway), "/api/v1/decisions?"+query.Encode())
	if err != nil {
		return err
	}
	var answer struct {
		Decisions []struct {
			Questions struct {
				Age float64 `json:"last_age_seconds"`
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return fmt.Errorf("%w in %s", err, text)
	}
	for _, decision := range answer.Decisions {
		if decision.Questions.Age < stillLooks.Seconds() {
			return nil
		}
	}
	return fmt.Errorf("KEDA has not asked gateway %d about %s for %s", gateway+1, name, stillLooks)
}

// countActive is how many of the gateways say that it is active, once each was asked about
// it and knows.
func (s *Stage) countActive(ctx context.Context, gateways int, name string) (int, error) {
	var active int
	err := s.Await(ctx, "whether "+name+" is active", 10*time.Second, func(ctx context.Context) error {
		active = 0
		for i := range gateways {
			if err := s.wasAsked(ctx, i, name); err != nil {
				return err
			}
			said, err := s.decisionAt(ctx, i, name)
			if err != nil {
				return err
			}
			if said.Active == nil {
				return fmt.Errorf("gateway %d does not know whether %s is active", i+1, name)
			}
			if *said.Active {
				active++
			}
		}
		return nil
	})
	return active, err
}

// awaitFresh: each of the gateways has a replica of it that is fresh. Until one has been
// seen at work it may be loading for all they know, for warmupSeconds.
func (s *Stage) awaitFresh(ctx context.Context, gateways int, name string) error {
	return s.Await(ctx, "a fresh replica of "+name, time.Minute, func(ctx context.Context) error {
		for i := range gateways {
			said, err := s.decisionAt(ctx, i, name)
			if err != nil {
				return err
			}
			if said.Replicas == nil || said.Replicas.Fresh == 0 {
				return fmt.Errorf("gateway %d has no fresh replica of %s", i+1, name)
			}
		}
		return nil
	})
}
