package scenario

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/fleet"
)

const (
	longLife = time.Hour
	// Long enough to start all of it anew and to look whether it is whole.
	shortLife = 45 * time.Second
)

// clientPairs is what the clients of both ports show.
type clientPairs struct{ keda, node tls.Certificate }

func (f *faultyFleet) clients() (*clientPairs, error) {
	keda, err := f.certificates.pair("keda")
	if err != nil {
		return nil, err
	}
	node, err := f.certificates.pair("node")
	return &clientPairs{keda, node}, err
}

// greeting is what a handshake led to: the server's certificate, or an error.
type greeting struct {
	served *x509.Certificate
	err    error
}

func (g greeting) String() string {
	if g.err != nil {
		return g.err.Error()
	}
	return "serial number " + g.served.SerialNumber.Text(16)
}

// greetings is one handshake at each port of each gateway, by HOST:PORT.
func (f *faultyFleet) greetings(ctx context.Context, clients *clientPairs) map[string]greeting {
	all := map[string]greeting{}
	for i := range gateways {
		host := f.gateway(i).Host
		for _, port := range []struct {
			number, server string
			client         tls.Certificate
		}{
			{":6000", f.fleet.Service(), clients.keda},
			{":6001", f.fleet.ReportService(), clients.node},
		} {
			served, err := f.certificates.greet(ctx, host.Address.String()+port.number, port.server, port.client)
			all[host.Name+port.number] = greeting{served, err}
		}
	}
	return all
}

// replaceCertificates: everybody starts with certificates that soon run out, so that
// whoever does not take the next ones ends with these. Then the next ones are there.
func (f *faultyFleet) replaceCertificates(ctx context.Context) error {
	if err := f.renew(ctx, shortLife); err != nil {
		return err
	}
	members := []*fleet.Member{f.gateway(0), f.gateway(1)}
	for _, name := range f.nodes {
		members = append(members, f.fleet.Node(name))
	}
	if err := f.restart(ctx, (*fleet.Member).Stop, members...); err != nil {
		return err
	}
	if err := f.edit(ctx); err != nil {
		return err
	}
	if err := f.Await(ctx, "the fleet is whole, with certificates that soon run out", shortLife/3, f.whole); err != nil {
		return err
	}
	if err := f.Await(ctx, "KEDA's streams are open, with one that soon runs out", shortLife/3, f.streamsAreOpen); err != nil {
		return err
	}
	var err error
	if f.expired, err = f.clients(); err != nil {
		return err
	}
	return f.renew(ctx, longLife)
}

// renew: new files for all, and a new Secret for KEDA.
func (f *faultyFleet) renew(ctx context.Context, lifetime time.Duration) error {
	return errors.Join(f.certificates.issue(lifetime), f.authenticate(ctx, secret, f.certificates))
}

// oldOnesAreRefused: the certificates before have run out, and who shows them is refused.
func (f *faultyFleet) oldOnesAreRefused(ctx context.Context) error {
	if left := time.Until(f.expired.keda.Leaf.NotAfter); left > 0 {
		return fmt.Errorf("the old certificates are good for another %s", left)
	}
	for where, greeting := range f.greetings(ctx, f.expired) {
		if greeting.err == nil {
			return fmt.Errorf("%s takes a certificate that has run out", where)
		}
	}
	return nil
}

// greetAnew: nobody has a connection of before. The gateways die one after another, so that
// KEDA and the nodes dial with what they have by then, and so does the scaler of a node.
func (f *faultyFleet) greetAnew(ctx context.Context) error {
	if err := f.claimServed(ctx, "while nobody has started anew"); err != nil {
		return err
	}
	if err := f.restart(ctx, killed, f.gateway(0), f.gateway(1), f.fleet.Node(f.node)); err != nil {
		return err
	}
	if err := f.claimServed(ctx, "by gateways that have"); err != nil {
		return err
	}
	const asked = `scaler_requests_total{method="GetMetrics"}`
	// It dials what the name leads to at that moment, which may be one of them, and stays there.
	err := f.Await(ctx, "KEDA asks a gateway", repair, f.grows(asked, 1))
	f.Claim(err == nil, "KEDA reads the new Secret by itself, as its calls fail: "+asked, "grows", orElse(err, "grows"))
	// But it opens its streams with the certificate that they began with, and would do so
	// for good.
	return f.edit(ctx)
}

// claimServed: each port takes the new certificates and shows its own.
func (f *faultyFleet) claimServed(ctx context.Context, when string) error {
	clients, err := f.clients()
	if err != nil {
		return err
	}
	gateway, err := f.certificates.pair("gateway")
	if err != nil {
		return err
	}
	for where, greeting := range f.greetings(ctx, clients) {
		right := "serial number " + gateway.Leaf.SerialNumber.Text(16)
		f.Claim(greeting.String() == right, fmt.Sprintf("the certificate that %s serves, %s", where, when), right, greeting)
	}
	return nil
}

// restart ends and starts them one after another; a gateway is ready before the next ends.
func (f *faultyFleet) restart(ctx context.Context, end func(*fleet.Member) error, members ...*fleet.Member) error {
	for _, each := range members {
		if err := errors.Join(end(each), each.Start()); err != nil {
			return err
		}
		if err := f.Await(ctx, each.Host.Name+" is ready", patience, each.Ready); err != nil {
			return err
		}
	}
	return nil
}

// edit makes a new generation of each ScaledObject, of which KEDA opens both streams anew,
// with the Secret that is there then.
func (f *faultyFleet) edit(ctx context.Context) error {
	f.edits++
	for _, scaled := range f.workloads() {
		if scaled.Spec == nil {
			scaled.Spec = object{}
		}
		// What matters to an object that is deleted.
		scaled.Spec["advanced"] = object{"restoreToOriginalReplicaCount": f.edits%2 == 1}
		if err := f.apply(ctx, f.scaledObject(scaled)); err != nil {
			return err
		}
	}
	return nil
}
