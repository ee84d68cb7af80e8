package plane

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Kubectl runs it as administrator and returns what it prints.
func (p *Plane) Kubectl(ctx context.Context, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, p.program("kubemini"), append([]string{
		"kubectl", "--kubeconfig=" + p.Kubeconfig,
		"--cache-dir=" + filepath.Join(p.folder, "kubectl"),
	}, arguments...)...)
	// The preferences of whoever runs the tests are not to count.
	command.Env = append(os.Environ(), "KUBECTL_KUBERC=false")
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return out, fmt.Errorf("kubectl %s: %w: %s", strings.Join(arguments, " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out, nil
}
