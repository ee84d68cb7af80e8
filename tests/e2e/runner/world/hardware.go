package world

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// patience is how long gpu_world may take for an answer, and to end.
const patience = 10 * time.Second

// Hardware is GPUs and kubelets: the program gpu_world, spoken to by lines, which its
// source describes. Safe for concurrent use.
type Hardware struct {
	command  *exec.Cmd
	patience time.Duration

	mutex  sync.Mutex
	input  *os.File
	output *os.File
	lines  *bufio.Reader
	// Why nothing can be asked any more: an answer that comes late would pass for that to
	// the next line.
	broken error
}

// Places is where the programs on a node find its GPUs and its kubelet.
type Places struct {
	Environment map[string]string `json:"environment"`
	Socket      string            `json:"socket"`
}

func StartHardware(program string, log io.Writer) (*Hardware, error) {
	// Pipes of its own: those of exec have no deadlines.
	theirInput, input, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirInput.Close()
	output, theirOutput, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, input.Close())
	}
	defer theirOutput.Close()
	command := exec.Command(program)
	command.Stdin, command.Stdout, command.Stderr = theirInput, theirOutput, log
	if err := command.Start(); err != nil {
		return nil, errors.Join(err, input.Close(), output.Close())
	}
	return &Hardware{
		command: command, patience: patience, input: input, output: output, lines: bufio.NewReader(output),
	}, nil
}

// Close ends the program, and with it all GPUs and kubelets.
func (h *Hardware) Close() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.broken = errors.New("it is closed")
	h.input.Close()
	killed := time.AfterFunc(h.patience, func() { h.command.Process.Kill() })
	defer killed.Stop()
	return errors.Join(h.command.Wait(), h.output.Close())
}

// AddNode makes a node with so many idle GPUs.
func (h *Hardware) AddNode(name string, gpus int) (Places, error) {
	var places Places
	err := h.do(&places, "node", name, gpus)
	return places, err
}

// Do says a line whose answer holds nothing.
func (h *Hardware) Do(words ...any) error { return h.do(&struct{}{}, words...) }

func (h *Hardware) do(answer any, words ...any) error {
	line := strings.TrimSuffix(fmt.Sprintln(words...), "\n")
	said, err := h.exchange(line)
	if err != nil {
		return fmt.Errorf("gpu_world, %q: %w", line, err)
	}
	var refusal struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(said, &refusal); err != nil {
		return fmt.Errorf("gpu_world, answer to %q: %w", line, err)
	}
	if refusal.Error != "" {
		return fmt.Errorf("gpu_world, %q: %s", line, refusal.Error)
	}
	return json.Unmarshal(said, answer)
}

func (h *Hardware) exchange(line string) ([]byte, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.broken != nil {
		return nil, h.broken
	}
	until := time.Now().Add(h.patience)
	err := errors.Join(h.input.SetWriteDeadline(until), h.output.SetReadDeadline(until))
	if err == nil {
		_, err = fmt.Fprintln(h.input, line)
	}
	var said []byte
	if err == nil {
		said, err = h.lines.ReadBytes('\n')
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", h.patience)
	}
	h.broken = err
	return said, err
}
