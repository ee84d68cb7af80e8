// Package fleet is keda-gpu-scaler as it is deployed: gateways behind a Service, and a
// node's scaler on each node, which reports to all of them. Each runs on a host of its
// own, with the flags that make it what it is, and the program's defaults: the chart's
// other values are the scenario manifests' to show.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"keda-gpu-scaler/e2e/process"
	"keda-gpu-scaler/e2e/sandbox"
	"keda-gpu-scaler/e2e/world"
)

const (
	grpcPort   = 6000
	reportPort = 6001
	probePort  = 8081
)

// Fleet is one release in a namespace. Its methods are for one goroutine, but Follow.
type Fleet struct {
	namespace string
	binary    string
	processes *process.Group
	names     *world.Names

	mutex    sync.Mutex // of members, for Follow
	gateways map[string]*Member
	nodes    map[string]*Member
}

// Member is one scaler. Its host stays when it is stopped, killed or cut off.
type Member struct {
	Host    *sandbox.Host
	start   func() (*process.Process, error)
	Process *process.Process // nil: stopped
}

func New(namespace, binary string, processes *process.Group, names *world.Names) *Fleet {
	return &Fleet{
		namespace: namespace, binary: binary, processes: processes, names: names,
		gateways: map[string]*Member{}, nodes: map[string]*Member{},
	}
}

// Address is what a ScaledObject's scalerAddress says.
func (f *Fleet) Address() string { return fmt.Sprintf("%s:%d", f.Service(), grpcPort) }

func (f *Fleet) Service() string       { return "keda-gpu-scaler." + f.namespace + ".svc" }
func (f *Fleet) ReportService() string { return "keda-gpu-scaler-report." + f.namespace + ".svc" }

// AddGateway starts one on a host of its own.
func (f *Fleet) AddGateway(name string, flags ...string) (*Member, error) {
	return f.add(f.gateways, name, nil, append([]string{
		"--role=gateway", fmt.Sprint("--report-port=", reportPort),
	}, flags...))
}

// AddNode starts the scaler of a node, with its hardware.
func (f *Fleet) AddNode(name string, places world.Places, flags ...string) (*Member, error) {
	var environment []string
	for key, value := range places.Environment {
		environment = append(environment, key+"="+value)
	}
	return f.add(f.nodes, name, environment, append([]string{
		"--port=0", "--node-name=" + name, "--pod-resources-socket=" + places.Socket,
		fmt.Sprintf("--report-to=dns:%s:%d", f.ReportService(), reportPort),
	}, flags...))
}

func (f *Fleet) add(members map[string]*Member, name string, environment, flags []string) (*Member, error) {
	host, err := sandbox.AddHost(name)
	if err != nil {
		return nil, err
	}
	argv := slices.Concat(host.CommandPrefix, []string{f.binary}, flags)
	member := &Member{Host: host}
	member.start = func() (*process.Process, error) {
		return f.processes.Start(name, environment, argv...)
	}
	f.mutex.Lock()
	members[name] = member
	f.mutex.Unlock()
	return member, member.Start()
}

// Start starts it again after Stop or Kill.
func (m *Member) Start() error {
	started, err := m.start()
	if err != nil {
		return err
	}
	m.Process = started
	return nil
}

// Kill ends it as a node that fails does, without notice.
func (m *Member) Kill() { m.Process.Kill() }

// Stop ends it as Kubernetes does, if it runs: it is an error when it does not obey, or
// says that something went wrong.
func (m *Member) Stop() error {
	if m.Process == nil {
		return nil
	}
	select {
	case <-m.Process.Done():
		return nil // the scenario has ended it
	default:
	}
	err := m.Process.Stop(10 * time.Second)
	if exit := m.Process.ExitError(); err == nil && exit != nil {
		err = fmt.Errorf("process %q, on SIGTERM: %w", m.Process.Name, exit)
	}
	return err
}

// Pause stops it where it is: its connections stay, and nobody answers. Resume lets it
// go on.
func (m *Member) Pause() error  { return m.Process.Pause() }
func (m *Member) Resume() error { return m.Process.Resume() }

// Ready is nil when its readiness probe passes.
func (m *Member) Ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		fmt.Sprintf("http://%s/readyz", netip.AddrPortFrom(m.Host.Address, probePort)), nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 512)) // for the message alone
		return fmt.Errorf("%s: not ready: %s", m.Host.Name, said)
	}
	return nil
}

// Follow keeps the names of the Services as Kubernetes does, until `ctx` ends: the
// gateways that are ready, and all of them for the nodes' reports.
func (f *Fleet) Follow(ctx context.Context) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		var ready, all []netip.Addr
		f.mutex.Lock()
		gateways := slices.Collect(maps.Values(f.gateways))
		f.mutex.Unlock()
		for _, gateway := range gateways {
			all = append(all, gateway.Host.Address)
			probe, cancel := context.WithTimeout(ctx, time.Second)
			if gateway.Ready(probe) == nil {
				ready = append(ready, gateway.Host.Address)
			}
			cancel()
		}
		f.names.Set(f.Service(), ready)
		f.names.Set(f.ReportService(), all)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Stop ends all of it, nodes first.
func (f *Fleet) Stop() error {
	var err error
	for _, members := range []map[string]*Member{f.nodes, f.gateways} {
		for _, member := range members {
			err = errors.Join(err, member.Stop())
		}
	}
	return err
}

// Gateway and Node find a member by its name; nil: there is none.
func (f *Fleet) Gateway(name string) *Member { return f.gateways[name] }
func (f *Fleet) Node(name string) *Member    { return f.nodes[name] }
