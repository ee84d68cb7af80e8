package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"keda-gpu-scaler/e2e/pki"
)

func newAuthority(t *testing.T, name string) *pki.Authority {
	t.Helper()
	authority, err := pki.NewAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

func issue(t *testing.T, authority *pki.Authority, request pki.Request) *x509.Certificate {
	t.Helper()
	text, _, err := authority.Issue(request)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func trust(authority *pki.Authority, name string) x509.VerifyOptions {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.CertificatePEM())
	return x509.VerifyOptions{Roots: roots, DNSName: name, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
}

func TestCertificateIsGoodForItsNamesAlone(t *testing.T) {
	authority := newAuthority(t, "test")
	certificate := issue(t, authority, pki.Request{
		CommonName: "scaler",
		DNSNames:   []string{"localhost"},
		IPs:        []net.IP{net.IPv4(127, 0, 0, 1)},
	})
	for _, name := range []string{"localhost", "127.0.0.1"} {
		if _, err := certificate.Verify(trust(authority, name)); err != nil {
			t.Errorf("for %s: %v", name, err)
		}
	}
	if _, err := certificate.Verify(trust(authority, "elsewhere")); err == nil {
		t.Error("it is good for a name that it does not have")
	}
	if _, err := certificate.Verify(trust(newAuthority(t, "test"), "localhost")); err == nil {
		t.Error("an authority of the same name that did not sign it trusts it")
	}
}

func TestCertificateThatHasRunOutIsNotTrusted(t *testing.T) {
	authority := newAuthority(t, "test")
	certificate := issue(t, authority, pki.Request{DNSNames: []string{"localhost"}, Lifetime: -time.Hour})
	if _, err := certificate.Verify(trust(authority, "localhost")); err == nil {
		t.Error("trusted an hour after its end")
	}
}

func TestFilesOfAPairFitTogether(t *testing.T) {
	folder := t.TempDir()
	certificate, key, err := newAuthority(t, "test").Issue(pki.Request{CommonName: "scaler"})
	if err != nil {
		t.Fatal(err)
	}
	if err := pki.WriteFiles(folder, "tls", certificate, key); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "tls.key")
	if _, err := tls.LoadX509KeyPair(filepath.Join(folder, "tls.crt"), path); err != nil {
		t.Error(err)
	}
	found, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if found.Mode().Perm() != 0o600 {
		t.Errorf("others may read the key: %v", found.Mode())
	}
}
