package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ResolveWith makes all programs in the sandbox, hosts included, ask `nameserver`
// for every name but localhost. They read it when they start.
func ResolveWith(nameserver string) error {
	folder, err := os.MkdirTemp("", "e2e-names-")
	if err != nil {
		return err
	}
	// A mount holds the files.
	defer os.RemoveAll(folder)
	for name, text := range map[string]string{
		"resolv.conf":   fmt.Sprintf("nameserver %s\noptions ndots:1 timeout:1\n", nameserver),
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
		"hosts":         "127.0.0.1 localhost\n",
	} {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
		// A link, as systemd-resolved makes of resolv.conf, would be followed into /run.
		target, err := filepath.EvalSymlinks(filepath.Join("/etc", name))
		if err != nil {
			return fmt.Errorf("/etc/%s is needed, to mount another over it: %w", name, err)
		}
		if err := syscall.Mount(file, target, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mounting over %s: %w", target, err)
		}
	}
	return nil
}
