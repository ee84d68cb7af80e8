package process_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keda-gpu-scaler/e2e/process"
)

const long = time.Minute

func newGroup(t *testing.T) *process.Group {
	t.Helper()
	group, err := process.NewGroup(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { group.StopAll() })
	return group
}

// script runs one that says "up" when it is ready, and awaits that.
func script(t *testing.T, group *process.Group, name, text string) *process.Process {
	t.Helper()
	started, err := group.Start(name, []string{"WORD=up"}, "sh", "-c", text)
	if err != nil {
		t.Fatal(err)
	}
	err = group.Await(t.Context(), name+" is up", long, func(context.Context) error {
		said, err := os.ReadFile(filepath.Join(group.Folder(), name+".log"))
		if err == nil && !strings.Contains(string(said), "up\n") {
			err = errors.New("it says nothing")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return started
}

func TestProcessThatObeysIsNotKilled(t *testing.T) {
	obedient := script(t, newGroup(t), "obedient", `trap 'exit 3' TERM; echo $WORD; while :; do sleep 0.05; done`)
	if err := obedient.Stop(long); err != nil {
		t.Error(err)
	}
	if err := obedient.ExitError(); err == nil || err.Error() != "exit status 3" {
		t.Errorf("it should have exited by itself with status 3: %v", err)
	}
}

func TestProcessThatDoesNotObeyIsKilled(t *testing.T) {
	deaf := script(t, newGroup(t), "deaf", `trap '' TERM; echo $WORD; while :; do sleep 0.05; done`)
	if err := deaf.Stop(100 * time.Millisecond); err == nil {
		t.Error("that it had to be killed is not told")
	}
	if err := deaf.ExitError(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("it should have been killed: %v", err)
	}
}

func TestPausedProcessCanBeStopped(t *testing.T) {
	paused := script(t, newGroup(t), "paused", `trap 'exit 0' TERM; echo $WORD; while :; do sleep 0.05; done`)
	if err := paused.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := paused.Stop(long); err != nil {
		t.Error(err)
	}
}

func TestAwaitFailsAtOnceWhenAProcessDies(t *testing.T) {
	group := newGroup(t)
	if _, err := group.Start("brittle", nil, "sh", "-c", "echo because >&2; exit 7"); err != nil {
		t.Fatal(err)
	}
	err := group.Await(t.Context(), "pigs fly", long, func(context.Context) error { return errors.New("they walk") })
	for _, part := range []string{"pigs fly", "brittle", "exit status 7", "because"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
}

func TestAwaitDoesNotMindAProcessThatWasKilledHere(t *testing.T) {
	group := newGroup(t)
	script(t, group, "victim", "echo $WORD; sleep 100").Kill()
	err := group.Await(t.Context(), "pigs fly", 300*time.Millisecond, func(context.Context) error { return errors.New("they walk") })
	if err == nil || !strings.Contains(err.Error(), "not within 300ms; at last: they walk") {
		t.Error(err)
	}
	if left := group.Processes(); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := newGroup(t).Await(ctx, "pigs fly", long, func(context.Context) error { return errors.New("they walk") })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestUsageOfThisMachineIsRead(t *testing.T) {
	group := newGroup(t)
	busy := script(t, group, "busy", "echo $WORD; while :; do :; done")
	bytes, err := busy.ResidentBytes()
	if err != nil || bytes < 64<<10 {
		t.Errorf("%d bytes resident: %v", bytes, err)
	}
	err = group.Await(t.Context(), "it has used the processor", long, func(context.Context) error {
		used, err := busy.CPUTime()
		if err == nil && used < 50*time.Millisecond {
			err = errors.New(used.String())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if usage := group.Usage(); !strings.Contains(usage, "busy") {
		t.Error(usage)
	}
}
