package scenario

import (
	"context"
	"encoding/base64"
	"errors"
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
}

func newCertificates(folder string) (*certificates, error) {
	authority, err := pki.NewAuthority("scaler-ca")
	if err != nil {
		return nil, err
	}
	c := &certificates{authority, folder}
	return c, errors.Join(os.MkdirAll(folder, 0o700), c.write("ca.crt", authority.CertificatePEM()))
}

func (c *certificates) path(name string) string { return filepath.Join(c.folder, name) }

// A file is replaced whole, as the kubelet replaces those of a Secret.
func (c *certificates) write(name string, text []byte) error {
	if err := os.WriteFile(c.path(name+".new"), text, 0o600); err != nil {
		return err
	}
	return os.Rename(c.path(name+".new"), c.path(name))
}

// issue writes NAME.crt and NAME.key, new ones each time.
func (c *certificates) issue(name string, dnsNames ...string) error {
	certificate, key, err := c.authority.Issue(pki.Request{CommonName: name, DNSNames: dnsNames, Lifetime: time.Hour})
	if err != nil {
		return err
	}
	// The key first: a pair that does not match is not taken, but one that does must come.
	return errors.Join(c.write(name+".key", key), c.write(name+".crt", certificate))
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

// authenticate makes the TriggerAuthentication `name` with what KEDA needs.
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
