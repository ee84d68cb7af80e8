// Package pki makes the keys and certificates of a test: ECDSA on P-256, in PEM.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// backdate keeps a certificate valid for a peer whose clock is a little behind.
const backdate = time.Minute

// defaultLifetime is a day: no test lasts longer.
const defaultLifetime = 24 * time.Hour

// Authority signs certificates with a key of its own. It may be used from several
// goroutines.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Request is what a certificate shall say. It serves servers and clients alike.
type Request struct {
	CommonName    string
	Organizations []string
	DNSNames      []string
	IPs           []net.IP
	// Lifetime from now; zero is a day, and less than zero makes a certificate that
	// has run out.
	Lifetime time.Duration
}

// NewAuthority makes an authority that nothing else trusts.
func NewAuthority(commonName string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("key of the authority %q: %w", commonName, err)
	}
	template, err := newTemplate(pkix.Name{CommonName: commonName}, defaultLifetime)
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("certificate of the authority %q: %w", commonName, err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate of the authority %q: %w", commonName, err)
	}
	return &Authority{certificate: certificate, key: key}, nil
}

// CertificatePEM is what those hold who shall trust this authority.
func (a *Authority) CertificatePEM() []byte {
	return encodeCertificate(a.certificate.Raw)
}

// Issue makes a key and signs a certificate for it. Both are PEM.
func (a *Authority) Issue(request Request) (certificate, key []byte, err error) {
	lifetime := request.Lifetime
	if lifetime == 0 {
		lifetime = defaultLifetime
	}
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("key of %q: %w", request.CommonName, err)
	}
	template, err := newTemplate(pkix.Name{CommonName: request.CommonName, Organization: request.Organizations}, lifetime)
	if err != nil {
		return nil, nil, err
	}
	template.DNSNames = request.DNSNames
	template.IPAddresses = request.IPs
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &secret.PublicKey, a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate of %q: %w", request.CommonName, err)
	}
	key, err = encodePrivate(secret)
	return encodeCertificate(der), key, err
}

func newTemplate(subject pkix.Name, lifetime time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("serial number of %q: %w", subject.CommonName, err)
	}
	now := time.Now()
	begin := now.Add(-backdate)
	if end := now.Add(lifetime); end.Before(begin) {
		begin = end.Add(-backdate)
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    begin,
		NotAfter:     now.Add(lifetime),
	}, nil
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
