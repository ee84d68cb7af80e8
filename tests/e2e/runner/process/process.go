package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Process is a program that runs in a process group of its own, so that what it
// started goes with it. It may be used from several goroutines.
type Process struct {
	Name string

	command *exec.Cmd
	done    chan struct{}

	mutex sync.Mutex
	// Somebody here ended it: its death tells nothing.
	wanted bool
	err    error
}

// start begins a program that appends what it says to LOGS/NAME.log. `ended` hears
// of its end.
func start(logs, name string, env, argv []string, ended func(*Process)) (*Process, error) {
	if len(argv) == 0 {
		return nil, fmt.Errorf("process %q: there is no program to start", name)
	}
	log, err := os.OpenFile(filepath.Join(logs, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("log of process %q: %w", name, err)
	}
	defer log.Close()
	command := exec.Command(argv[0], argv[1:]...)
	command.Env = append(os.Environ(), env...)
	command.Stdout = log
	command.Stderr = log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("process %q: %w", name, err)
	}
	p := &Process{Name: name, command: command, done: make(chan struct{})}
	go func() {
		err := command.Wait()
		p.mutex.Lock()
		p.err = err
		p.mutex.Unlock()
		close(p.done)
		ended(p)
	}()
	return p, nil
}

// PID is the process's number, also after its end.
func (p *Process) PID() int { return p.command.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// ExitError is nil while the process runs, and after an end with status 0.
func (p *Process) ExitError() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.err
}

// Stop asks the process to end, and ends it when it has not within `patience`, which
// is an error. How a process that obeys exits is in ExitError.
func (p *Process) Stop(patience time.Duration) error {
	p.want()
	// One that was paused hears the request only when it goes on.
	if err := errors.Join(p.signal(syscall.SIGTERM), p.signal(syscall.SIGCONT)); err != nil {
		return err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
	}
	p.Kill()
	return fmt.Errorf("process %q did not end within %s of SIGTERM, and was killed", p.Name, patience)
}

// Kill ends the process without notice, and returns when it is gone.
func (p *Process) Kill() {
	p.want()
	if p.signal(syscall.SIGKILL) == nil {
		<-p.done
	}
}

// Pause stops the process where it is: its connections stay, and nobody answers.
func (p *Process) Pause() error { return p.signal(syscall.SIGSTOP) }

// Resume lets a paused process go on.
func (p *Process) Resume() error { return p.signal(syscall.SIGCONT) }

// diedUnasked says whether it has ended and nobody here had a hand in it.
func (p *Process) diedUnasked() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	select {
	case <-p.done:
		return !p.wanted
	default:
		return false
	}
}

func (p *Process) want() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.wanted = true
}

// signal reaches the whole process group. That of a process which has ended may have
// another's number by now, so it is left alone; to signal it is no error.
func (p *Process) signal(signal syscall.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := syscall.Kill(-p.PID(), signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("%s to process %q: %w", signal, p.Name, err)
	}
	return nil
}
