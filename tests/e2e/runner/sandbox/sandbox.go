// Package sandbox gives a program mounts, a network and process numbers of its own.
// Within it all of 127.0.0.0/8 and every port are free, names are resolved by whom it
// likes, and hosts can be added and cut off; and nothing outlives it, because the
// kernel ends all that is left when the sandbox's first process ends. It needs root
// and iproute2.
package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// stageVariable says how far in a process is: the program starts itself twice, first
// as what the kernel takes for init, which then starts it as what it is.
const stageVariable = "E2E_SANDBOX_STAGE"

const (
	stageInit   = "init"
	stageInside = "inside"
)

// Enter returns within the sandbox, if it can be had. Call it before anything has an
// effect: the program begins anew inside, and what called Enter outside ends there,
// with the exit code of the inner one, which SIGINT and SIGTERM are passed on to.
func Enter() error {
	switch stage := os.Getenv(stageVariable); stage {
	case stageInside:
		return os.Unsetenv(stageVariable)
	case stageInit:
		if err := prepare(); err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		return runInside()
	case "":
		if os.Geteuid() != 0 {
			return errors.New("sandbox: namespaces of one's own need root")
		}
		return runInit()
	default:
		return fmt.Errorf("sandbox: %s is %q; it is not for you to set", stageVariable, stage)
	}
}

func runInit() error {
	// The kernel takes the thread's end for the parent's.
	runtime.LockOSThread()
	command := again(stageInit)
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
		// Ctrl-C reaches all of the terminal's foreground group: inside it is to come
		// once, from here.
		Setpgid: true,
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if err := command.Start(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	go func() {
		for each := range signals {
			_ = command.Process.Signal(each) // it may have ended just now
		}
	}()
	// How it ended is in its state.
	_ = command.Wait()
	os.Exit(exitCode(command.ProcessState.Sys().(syscall.WaitStatus)))
	return nil
}

// runInside is init's work: it hands signals on to the program, reaps all whose
// parents have ended, and ends with the program.
func runInside() error {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	command := again(stageInside)
	if err := command.Start(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	go func() {
		for each := range signals {
			_ = command.Process.Signal(each)
		}
	}()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return fmt.Errorf("sandbox: awaiting the program's end: %w", err)
		case pid == command.Process.Pid:
			os.Exit(exitCode(status))
		}
	}
}

func again(stage string) *exec.Cmd {
	command := exec.Command("/proc/self/exe")
	command.Args = os.Args
	command.Env = append(os.Environ(), stageVariable+"="+stage)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	return command
}

// exitCode is what a shell makes of an end.
func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
