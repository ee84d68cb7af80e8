package scenario

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"testing"
	"time"
)

func must[V any](t *testing.T) func(V, error) V {
	return func(value V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// serve greets whoever shows a certificate of the authority, as a gateway does.
func serve(t *testing.T, c *certificates) string {
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(c.authority.CertificatePEM())
	listener := must[net.Listener](t)(tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{must[tls.Certificate](t)(c.pair("gateway"))},
		ClientCAs:    clients, ClientAuth: tls.RequireAndVerifyClientCert, NextProtos: []string{"h2"},
	}))
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go func() {
				defer connection.Close()
				if _, err := connection.Write([]byte("settings")); err == nil {
					io.Copy(io.Discard, connection) // until the client goes
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func TestGreetingFailsWhenEitherCertificateHasRunOut(t *testing.T) {
	const server = "scaler.ns.svc"
	c := must[*certificates](t)(newCertificates(t.TempDir(), server))
	issue := func(lifetime time.Duration) tls.Certificate {
		if err := c.issue(lifetime); err != nil {
			t.Fatal(err)
		}
		return must[tls.Certificate](t)(c.pair("keda"))
	}
	expired := issue(-time.Hour)
	stale := serve(t, c)
	good := issue(time.Hour)
	fresh := serve(t, c)

	served, err := c.greet(t.Context(), fresh, server, good)
	if err != nil {
		t.Fatal(err)
	}
	if right := must[tls.Certificate](t)(c.pair("gateway")).Leaf.SerialNumber; served.SerialNumber.Cmp(right) != 0 {
		t.Errorf("it serves %x, not %x", served.SerialNumber, right)
	}
	if _, err := c.greet(t.Context(), fresh, server, expired); err == nil {
		t.Error("a client whose certificate has run out is greeted")
	}
	if _, err := c.greet(t.Context(), stale, server, good); err == nil {
		t.Error("a server whose certificate has run out is greeted")
	}
	if _, err := c.greet(t.Context(), fresh, "other.ns.svc", good); err == nil {
		t.Error("a server of another name is greeted")
	}
}
