package sandbox

import (
	"fmt"
	"net/netip"
	"os"
	"regexp"
)

// firstHost is the number of the first one's address; 1 is the sandbox itself.
const firstHost = 2

// Host is a machine of its own as far as the network goes: it has one address, and
// reaches the sandbox and the other hosts.
type Host struct {
	Name    string
	Address netip.Addr
	// CommandPrefix before a program's name makes it run on this host.
	CommandPrefix []string

	port string // its cable's end at the bridge
}

// AddHost makes the host `name`, which is for good. One goroutine at a time.
func AddHost(name string) (*Host, error) {
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`).MatchString(name) {
		return nil, fmt.Errorf("host %q: a name is of a-z, 0-9, '-' and '.'", name)
	}
	others, err := os.ReadDir(namespaces)
	if err != nil {
		return nil, fmt.Errorf("host %q: %w", name, err)
	}
	number := firstHost + len(others)
	address := netip.AddrFrom4([4]byte{10, 77, byte(number >> 8), byte(number)})
	host := &Host{
		Name:          name,
		Address:       address,
		CommandPrefix: []string{"ip", "netns", "exec", name},
		port:          fmt.Sprint("host", number),
	}
	inside := "-netns " + name + " "
	for _, words := range []string{
		"netns add " + name,
		"link add " + host.port + " type veth peer name eth0 netns " + name,
		"link set " + host.port + " master " + bridge + " up",
		inside + "link set lo up",
		fmt.Sprintf("%saddress add %s/%d dev eth0", inside, address, hostPrefix),
		inside + "link set eth0 up",
		inside + "route add default via " + Address,
	} {
		if err := ip(words); err != nil {
			return nil, fmt.Errorf("host %q: %w", name, err)
		}
	}
	return host, nil
}

// Cut takes the host off the network: nobody hears from it, and its connections are
// not closed.
func (h *Host) Cut() error { return ip("link set " + h.port + " down") }

// Restore undoes Cut.
func (h *Host) Restore() error { return ip("link set " + h.port + " up") }

// TakeAddresses makes all addresses of a prefix the sandbox's own: a server may listen
// on any of them, and hosts reach it.
func TakeAddresses(prefix string) error {
	if _, err := netip.ParsePrefix(prefix); err != nil {
		return err
	}
	return ip("route add local " + prefix + " dev lo")
}
