package world

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// Hardware is GPUs and kubelets: the program gpu_world, spoken to by lines, which its
// source describes. Safe for concurrent use.
type Hardware struct {
	mutex   sync.Mutex
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

// Places is where the programs on a node find its GPUs and its kubelet.
type Places struct {
	Environment map[string]string `json:"environment"`
	Socket      string            `json:"socket"`
}

func StartHardware(program string, log io.Writer) (*Hardware, error) {
	command := exec.Command(program)
	command.Stderr = log
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	return &Hardware{command: command, input: input, output: bufio.NewReader(output)}, nil
}

// Close ends the program, and with it all GPUs and kubelets.
func (h *Hardware) Close() error {
	h.input.Close()
	return h.command.Wait()
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
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if _, err := fmt.Fprintln(h.input, line); err != nil {
		return fmt.Errorf("gpu_world, %q: %w", line, err)
	}
	said, err := h.output.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("gpu_world, answer to %q: %w", line, err)
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
