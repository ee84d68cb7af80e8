// Command e2e plays the scenarios with the real KEDA and the real HPA: ./dev e2e builds
// what it needs and runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"keda-gpu-scaler/e2e/sandbox"
	"keda-gpu-scaler/e2e/timeline"
)

// Exit codes beside 0.
const (
	exitWrong       = 1 // something does not hold
	exitUsage       = 2
	exitInterrupted = 130
)

func main() { os.Exit(status()) }

func status() int {
	options, err := parse(os.Args[1:])
	if err != nil {
		return complain(err, exitUsage)
	}
	if options.check {
		return 0
	}
	if options.plots != "" {
		if err := timeline.PlotAll(options.results, options.plots); err != nil {
			return complain(err, exitWrong)
		}
		return 0
	}
	if err := sandbox.Enter(); err != nil {
		return complain(err, exitWrong)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, options); {
	case ctx.Err() != nil:
		return complain(errors.Join(errors.New("interrupted"), err), exitInterrupted)
	case err != nil:
		return complain(err, exitWrong)
	default:
		return 0
	}
}

func complain(err error, code int) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return code
}
