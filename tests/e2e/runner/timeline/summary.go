package timeline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// Summary is a run of several scenarios.
type Summary struct {
	Began     time.Time `json:"began"`
	Seconds   float64   `json:"seconds"`
	PeakBytes int64     `json:"peakBytes"` // of all processes together
	Scenarios []Outcome `json:"scenarios"` // that were played
	NotPlayed []string  `json:"notPlayed,omitempty"`
}

// Outcome is one scenario's.
type Outcome struct {
	Scenario string  `json:"scenario"`
	Holds    bool    `json:"holds"`
	Claims   int     `json:"claims"`
	Failed   int     `json:"failed"`
	Seconds  float64 `json:"seconds"`
	Error    string  `json:"error,omitempty"`
}

// Outcome sums it up.
func (r *Record) Outcome() Outcome {
	return Outcome{r.Scenario, r.Holds(), len(r.Claims), len(r.Failed()), r.Seconds, r.Error}
}

const summaryFile = "summary.json"

// Save writes FOLDER/summary.json.
func (s *Summary) Save(folder string) error {
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, summaryFile), append(text, '\n'), 0o644)
}

// Forget removes the records of these scenarios that a folder has of earlier runs, and the
// summary.
func Forget(folder string, scenarios []string) error {
	for _, name := range append([]string{summaryFile}, scenarios...) {
		if filepath.Ext(name) == "" {
			name += ".json"
		}
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
