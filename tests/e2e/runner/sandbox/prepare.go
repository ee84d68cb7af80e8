package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

const (
	bridge     = "br0"
	hostPrefix = 16
	namespaces = "/run/netns"
)

// Address is the sandbox's own, at which its hosts, in 10.77.0.0/16, reach it.
const Address = "10.77.0.1"

// prepare makes the fresh namespaces fit to live in.
func prepare() error {
	for _, each := range []struct {
		source, target, kind string
		flags                uintptr
	}{
		// Else what is mounted here shows outside.
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE},
		{"proc", "/proc", "proc", syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC},
		{"tmpfs", namespaces, "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV},
	} {
		if each.target == namespaces {
			// The one thing that stays outside: an empty folder, which `ip netns` makes too.
			if err := os.MkdirAll(namespaces, 0o755); err != nil {
				return err
			}
		}
		if err := syscall.Mount(each.source, each.target, each.kind, each.flags, ""); err != nil {
			return fmt.Errorf("mounting %s on %s: %w", each.kind, each.target, err)
		}
	}
	for _, words := range []string{
		"link set lo up",
		// Its own otherwise becomes the lowest of its ports', with each new host perhaps
		// another, and who knows the old one is not heard for a minute.
		"link add " + bridge + " address 02:00:00:4d:00:01 type bridge",
		fmt.Sprintf("address add %s/%d dev %s", Address, hostPrefix, bridge),
		"link set " + bridge + " up",
	} {
		if err := ip(words); err != nil {
			return err
		}
	}
	return nil
}

// ip runs iproute2, not a netlink library: programs are run in a network namespace by
// `ip netns exec` in any case, and these few calls are not worth a module.
func ip(words string) error {
	out, err := exec.Command("ip", strings.Fields(words)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", words, err, strings.TrimSpace(string(out)))
	}
	return nil
}
