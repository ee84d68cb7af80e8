package plane

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"keda-gpu-scaler/e2e/pki"
)

// users have a kubeconfig each, named after them.
func users() map[string]pki.Request {
	return map[string]pki.Request{
		"admin":                   {CommonName: "admin", Organizations: []string{"system:masters"}},
		"kube-controller-manager": {CommonName: "system:kube-controller-manager"},
		"kube-scheduler":          {CommonName: "system:kube-scheduler"},
		// KEDA is its own service account, so that the roles of its release count.
		"keda": {
			CommonName:    "system:serviceaccount:keda:keda-operator",
			Organizations: []string{"system:serviceaccounts", "system:serviceaccounts:keda"},
		},
	}
}

// servers have NAME.crt and NAME.key in the folder of credentials.
func servers() map[string]pki.Request {
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	return map[string]pki.Request{
		"kube-apiserver": {
			CommonName: "kube-apiserver", IPs: loopback,
			DNSNames: []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		},
		// One for all three, as KEDA's own rotation makes it. Its name in a Service is
		// that by which the API server, which dials localhost, checks the adapter.
		"keda/tls": {
			CommonName: "keda-operator", IPs: loopback,
			DNSNames: []string{"localhost", "keda-operator.keda.svc", "keda-metrics-apiserver.keda.svc"},
		},
	}
}

func (p *Plane) credentials(name string) string {
	return filepath.Join(p.folder, "credentials", name)
}

func (p *Plane) kubeconfig(user string) string { return p.credentials(user + ".kubeconfig") }

func (p *Plane) makeCredentials(context.Context) error {
	if err := os.RemoveAll(p.folder); err != nil {
		return err
	}
	if err := os.MkdirAll(p.credentials("keda"), 0o700); err != nil {
		return err
	}
	var err error
	if p.Authority, err = pki.NewAuthority("e2e"); err != nil {
		return err
	}
	trusted := p.Authority.CertificatePEM()
	failed := errors.Join(
		pki.WriteFile(p.credentials("ca.crt"), trusted),
		pki.WriteFile(p.credentials("keda/ca.crt"), trusted),
		p.makeSigningKey(), p.makeFrontProxy())
	for name, request := range servers() {
		failed = errors.Join(failed, issue(p.Authority, request, p.credentials(""), name))
	}
	for name, request := range users() {
		failed = errors.Join(failed, p.makeKubeconfig(name, request))
	}
	if failed != nil {
		return failed
	}
	p.Kubeconfig = p.kubeconfig("admin")
	return p.makeClients()
}

func (p *Plane) makeSigningKey() error {
	private, public, err := pki.SigningKey()
	if err != nil {
		return err
	}
	return errors.Join(
		pki.WriteFile(p.credentials("service-accounts.key"), private),
		pki.WriteFile(p.credentials("service-accounts.pub"), public))
}

// makeFrontProxy: an authority of its own tells aggregated API servers that a request
// comes by way of the API server, whose word about the user they take.
func (p *Plane) makeFrontProxy() error {
	authority, err := pki.NewAuthority("e2e-front-proxy")
	if err != nil {
		return err
	}
	return errors.Join(
		pki.WriteFile(p.credentials("front-proxy-ca.crt"), authority.CertificatePEM()),
		issue(authority, pki.Request{CommonName: "front-proxy-client"}, p.credentials(""), "front-proxy-client"))
}

func issue(authority *pki.Authority, request pki.Request, folder, name string) error {
	certificate, key, err := authority.Issue(request)
	if err != nil {
		return err
	}
	return pki.WriteFiles(folder, name, certificate, key)
}

func (p *Plane) makeKubeconfig(user string, request pki.Request) error {
	certificate, key, err := p.Authority.Issue(request)
	if err != nil {
		return err
	}
	config := api.NewConfig()
	config.Clusters["e2e"] = &api.Cluster{Server: serverURL(), CertificateAuthorityData: p.Authority.CertificatePEM()}
	config.AuthInfos[user] = &api.AuthInfo{ClientCertificateData: certificate, ClientKeyData: key}
	config.Contexts["e2e"] = &api.Context{Cluster: "e2e", AuthInfo: user}
	config.CurrentContext = "e2e"
	if user == "admin" {
		p.Config = &rest.Config{
			Host: serverURL(), QPS: -1,
			TLSClientConfig: rest.TLSClientConfig{
				CAData: p.Authority.CertificatePEM(), CertData: certificate, KeyData: key,
			},
		}
	}
	return clientcmd.WriteToFile(*config, p.kubeconfig(user))
}

func serverURL() string { return fmt.Sprintf("https://127.0.0.1:%d", portAPIServer) }
