package world

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// Names is the cluster's DNS server: the addresses behind the names of Services. A name
// with no address does not exist, as CoreDNS has it for a headless Service.
type Names struct {
	mutex     sync.Mutex
	addresses map[string][]netip.Addr // by NAME., lower case
	servers   []*dns.Server
}

// ServeNames answers on UDP and TCP of `address`, "IP:53".
func ServeNames(address string) (*Names, error) {
	n := &Names{addresses: map[string][]netip.Addr{}}
	packets, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, err
	}
	streams, err := net.Listen("tcp", address)
	if err != nil {
		return nil, errors.Join(err, packets.Close())
	}
	handler := dns.HandlerFunc(n.answer)
	n.servers = []*dns.Server{
		{PacketConn: packets, Handler: handler},
		{Listener: streams, Handler: handler},
	}
	for _, server := range n.servers {
		go server.ActivateAndServe() // until Close
	}
	return n, nil
}

func (n *Names) Close() error {
	var err error
	for _, server := range n.servers {
		err = errors.Join(err, server.Shutdown())
	}
	return err
}

// Set: what `name` resolves to from now on; nothing: it is no name.
func (n *Names) Set(name string, addresses []netip.Addr) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	key := dns.Fqdn(strings.ToLower(name))
	if len(addresses) == 0 {
		delete(n.addresses, key)
		return
	}
	n.addresses[key] = slices.Clone(addresses)
}

// Addresses of a name; none: it is no name.
func (n *Names) Addresses(name string) []netip.Addr {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return slices.Clone(n.addresses[dns.Fqdn(strings.ToLower(name))])
}

// RemoveNamespace: none of its Services has a name any more.
func (n *Names) RemoveNamespace(namespace string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	maps.DeleteFunc(n.addresses, func(name string, _ []netip.Addr) bool {
		return strings.HasSuffix(name, dns.Fqdn(serviceName(namespace, "")))
	})
}

func (n *Names) answer(out dns.ResponseWriter, question *dns.Msg) {
	reply := new(dns.Msg).SetReply(question)
	reply.Authoritative = true
	asked := question.Question[0]
	n.mutex.Lock()
	addresses, known := n.addresses[strings.ToLower(asked.Name)]
	n.mutex.Unlock()
	if !known {
		reply.Rcode = dns.RcodeNameError
	} else if asked.Qtype == dns.TypeA {
		for _, address := range addresses {
			reply.Answer = append(reply.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: asked.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1},
				A:   address.AsSlice(),
			})
		}
	}
	_ = out.WriteMsg(reply) // who asked has gone, and asks again
}
