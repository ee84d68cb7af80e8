package process

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

// ticksPerSecond is that of /proc/PID/stat, which Linux has the same on all machines.
const ticksPerSecond = 100

// ResidentBytes is the memory that the process has in RAM, what it shares included.
func (p *Process) ResidentBytes() (int64, error) {
	path := fmt.Sprintf("/proc/%d/statm", p.PID())
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	pages, err := field(path, text, 1)
	return pages * int64(os.Getpagesize()), err
}

// CPUTime is what the process has used of the processors, in user and system mode.
func (p *Process) CPUTime() (time.Duration, error) {
	path := fmt.Sprintf("/proc/%d/stat", p.PID())
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	// The second field is the program's name, which may hold blanks; after its
	// parenthesis the state is field 0.
	text = text[bytes.LastIndexByte(text, ')')+1:]
	user, err := field(path, text, 11)
	if err != nil {
		return 0, err
	}
	system, err := field(path, text, 12)
	return time.Duration(user+system) * time.Second / ticksPerSecond, err
}

// Measure keeps what PeakBytes tells, until `ctx` ends.
func (g *Group) Measure(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		var total int64
		for _, each := range g.Processes() {
			bytes, err := each.ResidentBytes()
			if err != nil {
				continue // it ends just now
			}
			total += bytes
		}
		g.peak.Store(max(g.peak.Load(), total))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// PeakBytes is the most memory that all of them had together while they were measured,
// what they share counted for each.
func (g *Group) PeakBytes() int64 { return g.peak.Load() }

func field(path string, text []byte, at int) (int64, error) {
	fields := bytes.Fields(text)
	if at >= len(fields) {
		return 0, fmt.Errorf("%s has %d fields, and field %d is wanted", path, len(fields), at)
	}
	return strconv.ParseInt(string(fields[at]), 10, 64)
}
