package scenario

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"keda-gpu-scaler/e2e/pki"
)

// certificates is mutual TLS for a fleet and KEDA: one authority, files as a mounted
// Secret has them.
type certificates struct {
	authority *pki.Authority
	folder    string
	// The DNS names in the gateways' certificate; a client's has none.
	servers []string
}

func newCertificates(folder string, servers ...string) (*certificates, error) {
	authority, err := pki.NewAuthority("scaler-ca")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	c := &certificates{authority, folder, servers}
	return c, pki.WriteFile(c.path("ca.crt"), authority.CertificatePEM())
}

func (c *certificates) path(name string) string { return filepath.Join(c.folder, name) }

// issue makes everybody's certificate and key, new ones each time.
func (c *certificates) issue(lifetime time.Duration) error {
	for name, dnsNames := range map[string][]string{"gateway": c.servers, "node": nil, "keda": nil} {
		certificate, key, err := c.authority.Issue(pki.Request{CommonName: name, DNSNames: dnsNames, Lifetime: lifetime})
		if err != nil {
			return err
		}
		if err := pki.WriteFiles(c.folder, name, certificate, key); err != nil {
			return err
		}
	}
	return nil
}

// pair is what the files of that name hold now.
func (c *certificates) pair(name string) (tls.Certificate, error) {
	return tls.LoadX509KeyPair(c.path(name+".crt"), c.path(name+".key"))
}

// greet connects to a server, shows it a client's certificate and returns the server's. It
// is an error when either does not take the other's.
func (c *certificates) greet(ctx context.Context, address, server string, client tls.Certificate) (*x509.Certificate, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.authority.CertificatePEM())
	dialer := tls.Dialer{Config: &tls.Config{
		RootCAs: roots, ServerName: server, Certificates: []tls.Certificate{client}, NextProtos: []string{"h2"},
	}}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	defer connection.Close()
	// In TLS 1.3 the client is done before the server has looked at its certificate: what
	// a server says that took it is HTTP/2's settings.
	if err := connection.SetReadDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return connection.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// gatewayFlags and nodeFlags: each serves with its certificate to clients of the
// authority.
func (c *certificates) gatewayFlags() []string {
	return []string{
		"--tls-cert=" + c.path("gateway.crt"), "--tls-key=" + c.path("gateway.key"),
		"--tls-client-ca=" + c.path("ca.crt"), "--report-client-ca=" + c.path("ca.crt"),
	}
}

func (c *certificates) nodeFlags() []string {
	return []string{
		"--report-ca=" + c.path("ca.crt"), "--report-cert=" + c.path("node.crt"), "--report-key=" + c.path("node.key"),
	}
}

func (c *certificates) clientFlags(server string) []string {
	return []string{
		"--tls-ca", c.path("ca.crt"), "--client-cert", c.path("keda.crt"), "--client-key", c.path("keda.key"),
		"--tls-server-name", server,
	}
}

// authenticate makes the TriggerAuthentication `name`, and the Secret of that name with
// what KEDA needs now.
func (s *Stage) authenticate(ctx context.Context, name string, c *certificates) error {
	data := object{}
	var references []object
	for parameter, file := range map[string]string{"caCert": "ca.crt", "tlsClientCert": "keda.crt", "tlsClientKey": "keda.key"} {
		text, err := os.ReadFile(c.path(file))
		if err != nil {
			return err
		}
		data[file] = base64.StdEncoding.EncodeToString(text)
		references = append(references, object{"parameter": parameter, "name": name, "key": file})
	}
	meta := object{"name": name, "namespace": s.name}
	return errors.Join(
		s.apply(ctx, object{"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": data}),
		s.apply(ctx, object{
			"apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication", "metadata": meta,
			"spec": object{"secretTargetRef": references},
		}))
}
