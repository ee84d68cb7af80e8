// Package process runs the programs of a test: a log each, ended in the end, and
// missed when they die.
package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long StopAll gives each process to end by itself.
const patience = 5 * time.Second

// Group is the processes of a test and the folder of their logs. It may be used from
// several goroutines.
type Group struct {
	folder string
	peak   atomic.Int64

	mutex     sync.Mutex
	processes []*Process // in the order of their start; those that ended are dropped
	died      chan struct{}
	death     error
}

// NewGroup makes the folder if need be.
func NewGroup(folder string) (*Group, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("folder of logs: %w", err)
	}
	return &Group{folder: folder, died: make(chan struct{})}, nil
}

// Folder is where the logs are.
func (g *Group) Folder() string { return g.folder }

// Start runs argv with `env` added to this program's environment. A process of the
// same name that ran before has its log continued.
func (g *Group) Start(name string, env []string, argv ...string) (*Process, error) {
	// Held, so that one that ends at once is entered before it is dropped.
	g.mutex.Lock()
	defer g.mutex.Unlock()
	started, err := start(g.folder, name, env, argv, g.ended)
	if err != nil {
		return nil, err
	}
	g.processes = append(g.processes, started)
	return started, nil
}

// Processes are those that run, in the order of their start.
func (g *Group) Processes() []*Process {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return slices.Clone(g.processes)
}

// Died is closed when a process has ended that nobody here ended; Death says which and
// how, nil before.
func (g *Group) Died() <-chan struct{} { return g.died }

func (g *Group) Death() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.death
}

// StopAll ends all of them, the youngest first: who serves others outlives them.
func (g *Group) StopAll() error {
	var failed error
	for _, each := range slices.Backward(g.Processes()) {
		failed = errors.Join(failed, each.Stop(patience))
	}
	return failed
}

// Usage is the memory and the processor time of those that run, for a reader.
func (g *Group) Usage() string {
	var total int64
	var parts []string
	for _, each := range g.Processes() {
		bytes, err := each.ResidentBytes()
		if err != nil {
			continue // it ends just now
		}
		cpu, err := each.CPUTime()
		if err != nil {
			continue
		}
		total += bytes
		parts = append(parts, fmt.Sprintf("%s %d MiB, %.1f s CPU", each.Name, bytes>>20, cpu.Seconds()))
	}
	return fmt.Sprintf("%d MiB in all (%s)", total>>20, strings.Join(parts, "; "))
}

func (g *Group) ended(p *Process) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.processes = slices.DeleteFunc(g.processes, func(each *Process) bool { return each == p })
	if g.death != nil || !p.diedUnasked() {
		return
	}
	how := "with status 0"
	if err := p.ExitError(); err != nil {
		how = err.Error()
	}
	g.death = fmt.Errorf("process %q has died (%s); the end of its log:\n%s", p.Name, how, g.lastLines(p.Name))
	close(g.died)
}

func (g *Group) lastLines(name string) string {
	const most = 8
	text, err := os.ReadFile(filepath.Join(g.folder, name+".log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
