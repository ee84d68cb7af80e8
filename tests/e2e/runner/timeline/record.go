// Package timeline keeps what happened in a scenario, as JSON and as pictures.
package timeline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Point is a scaled workload from then on. Value is what HPA compares with Target: under
// AverageValue the metric by replica.
type Point struct {
	Seconds float64  `json:"seconds"`
	Offered float64  `json:"offered"`         // as the load of so many replicas at their target
	Value   *float64 `json:"value,omitempty"` // none: HPA could not read it
	Target  float64  `json:"target"`
	Desired int      `json:"desired"` // spec.replicas of the target
	Ready   int      `json:"ready"`
}

// Series is one workload, a point at each change.
type Series struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
}

// Event is something that the scenario did.
type Event struct {
	Seconds float64 `json:"seconds"`
	Text    string  `json:"text"`
}

// Claim is one thing that must hold, with what is right and what was seen.
type Claim struct {
	What  string `json:"what"`
	Right string `json:"right"`
	Seen  string `json:"seen"`
	Holds bool   `json:"holds"`
}

// Record is one scenario's. Safe for concurrent use.
type Record struct {
	Scenario string    `json:"scenario"`
	Began    time.Time `json:"began"`
	Seconds  float64   `json:"seconds"`
	Error    string    `json:"error,omitempty"` // why it was not played to its end, or how it was cleared up
	Claims   []Claim   `json:"claims"`
	Events   []Event   `json:"events"`
	Series   []*Series `json:"series"`

	mutex sync.Mutex
}

func Begin(scenario string) *Record {
	return &Record{Scenario: scenario, Began: time.Now()}
}

func (r *Record) since() float64 { return time.Since(r.Began).Seconds() }

// Event notes what the scenario does now.
func (r *Record) Event(format string, words ...any) Event {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	event := Event{r.since(), fmt.Sprintf(format, words...)}
	r.Events = append(r.Events, event)
	return event
}

// Claim notes whether something holds.
func (r *Record) Claim(claim Claim) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Claims = append(r.Claims, claim)
}

// Add puts a series into it.
func (r *Record) Add(series *Series) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Series = append(r.Series, series)
}

// End closes it; `err` is why the scenario could not go on.
func (r *Record) End(err error) {
	r.mutex.Lock()
	r.Seconds = r.since()
	r.mutex.Unlock()
	if err != nil {
		r.Fail(err)
	}
}

// Fail adds what went wrong beside what is claimed.
func (r *Record) Fail(err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.Error != "" {
		r.Error += "; "
	}
	r.Error += err.Error()
}

// Holds: it was played to its end, and all that was claimed holds.
func (r *Record) Holds() bool { return r.Error == "" && len(r.Claims) > 0 && len(r.Failed()) == 0 }

// Failed names the claims that do not hold.
func (r *Record) Failed() []Claim {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var failed []Claim
	for _, claim := range r.Claims {
		if !claim.Holds {
			failed = append(failed, claim)
		}
	}
	return failed
}

// Save writes FOLDER/SCENARIO.json.
func (r *Record) Save(folder string) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, r.Scenario+".json"), append(text, '\n'), 0o644)
}
