package plane

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const kedaNamespace = "keda"

func (p *Plane) applyKEDA(ctx context.Context) error {
	text, err := p.readShare("keda.yaml")
	if err != nil {
		return err
	}
	return p.Apply(ctx, text)
}

// startKEDA starts its three programs, as the pods of its release run them, but that
// the certificates are ours.
func (p *Plane) startKEDA(ctx context.Context) error {
	environment := []string{
		"KUBECONFIG=" + p.kubeconfig("keda"), "POD_NAMESPACE=" + kedaNamespace,
		"KEDA_CLUSTER_OBJECT_NAMESPACE=" + kedaNamespace, "WATCH_NAMESPACE=",
	}
	logs := []string{"--zap-log-level=info", "--zap-encoder=console", "--zap-time-encoding=rfc3339nano"}
	certificates := "--cert-dir=" + p.credentials("keda")
	own := p.kubeconfig("keda")
	for name, flags := range map[string][]string{
		"keda-operator": {
			certificates, "--enable-cert-rotation=false",
			fmt.Sprintf("--metrics-service-bind-address=%s:%d", local, portOperator),
			fmt.Sprintf("--metrics-bind-address=%s:%d", local, portOperatorMetrics),
			fmt.Sprintf("--health-probe-bind-address=%s:%d", local, portOperatorHealth),
		},
		"keda-adapter": {
			certificates, fmt.Sprintf("--metrics-service-address=%s:%d", local, portOperator),
			"--bind-address=" + local, fmt.Sprint("--secure-port=", portAdapter), fmt.Sprint("--port=", portAdapterMetrics),
			"--tls-cert-file=" + p.credentials("keda/tls.crt"), "--tls-private-key-file=" + p.credentials("keda/tls.key"),
			"--client-ca-file=" + p.credentials("ca.crt"),
			// It does not read KUBECONFIG for all that it does.
			"--lister-kubeconfig=" + own, "--authentication-kubeconfig=" + own, "--authorization-kubeconfig=" + own,
		},
		"keda-webhooks": {
			certificates, fmt.Sprint("--port=", portWebhooks),
			fmt.Sprintf("--metrics-bind-address=%s:%d", local, portWebhooksMetrics),
			fmt.Sprintf("--health-probe-bind-address=%s:%d", local, portWebhooksHealth),
		},
	} {
		if _, err := p.processes.Start(name, environment, append(append([]string{p.program(name)}, logs...), flags...)...); err != nil {
			return err
		}
	}
	for what, url := range map[string]string{
		"KEDA's operator is ready": fmt.Sprintf("http://%s:%d/readyz", local, portOperatorHealth),
		"KEDA's adapter is ready":  fmt.Sprintf("https://%s:%d/readyz", local, portAdapter),
		// Its health port answers before its webhooks do; theirs takes no GET.
		"KEDA's webhooks answer": fmt.Sprintf("https://%s:%d/", local, portWebhooks),
	} {
		if err := p.processes.Await(ctx, what, patience, func(ctx context.Context) error { return p.answers(ctx, url) }); err != nil {
			return err
		}
	}
	return nil
}

// answers is nil when the server does, and is not out of order.
func (p *Plane) answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(p.Authority.CertificatePEM())
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted}, DisableKeepAlives: true,
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("%s says %s", url, answer.Status)
	}
	return nil
}

// registerKEDA tells the API server of the adapter and of the webhooks. Only when they
// are up: one that does not answer at once is looked at again after ever longer pauses.
func (p *Plane) registerKEDA(ctx context.Context) error {
	if err := p.registerWebhooks(ctx); err != nil {
		return err
	}
	// A Service of type ExternalName is the way to an address on the loopback interface:
	// the API server dials the name itself, while endpoints may not hold 127.0.0.1.
	const name = "v1beta1.external.metrics.k8s.io"
	if err := p.Apply(ctx, fmt.Appendf(nil, `
apiVersion: v1
kind: Service
metadata: {name: keda-metrics-apiserver, namespace: %[1]s}
spec: {type: ExternalName, externalName: localhost}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: %[2]s}
spec:
  service: {name: keda-metrics-apiserver, namespace: %[1]s, port: %[3]d}
  group: external.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: %[4]s
`, kedaNamespace, name, portAdapter, base64.StdEncoding.EncodeToString(p.Authority.CertificatePEM()))); err != nil {
		return err
	}
	services := schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}
	return p.processes.Await(ctx, "external metrics are served", patience, func(ctx context.Context) error {
		found, err := p.Dynamic.Resource(services).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		return conditionHolds(found, "Available")
	})
}

func conditionHolds(object *unstructured.Unstructured, kind string) error {
	conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
	if err != nil {
		return err
	}
	for _, each := range conditions {
		if condition, ok := each.(map[string]any); ok && condition["type"] == kind {
			if condition["status"] == "True" {
				return nil
			}
			return fmt.Errorf("%s is not %s: %v: %v", object.GetName(), kind, condition["reason"], condition["message"])
		}
	}
	return fmt.Errorf("%s does not say whether it is %s", object.GetName(), kind)
}
