package plane

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// registerWebhooks makes the API server ask KEDA's admission at its address, since
// there is no network of Services. A webhook that cannot be asked is an error here,
// which KEDA's release ignores: that it lets everything pass would not be noticed.
func (p *Plane) registerWebhooks(ctx context.Context) error {
	text, err := p.readShare("keda-webhooks.yaml")
	if err != nil {
		return err
	}
	objects, err := Decode(text)
	if err != nil {
		return err
	}
	for _, each := range objects {
		webhooks, _, err := unstructured.NestedSlice(each.Object, "webhooks")
		if err != nil {
			return err
		}
		for i := range webhooks {
			webhook, ok := webhooks[i].(map[string]any)
			if !ok {
				return fmt.Errorf("keda-webhooks.yaml: webhook %d is %v", i, webhooks[i])
			}
			path, found, err := unstructured.NestedString(webhook, "clientConfig", "service", "path")
			if err == nil && !found {
				err = errors.New("it is not there")
			}
			if err != nil {
				return fmt.Errorf("keda-webhooks.yaml: path of webhook %v: %w", webhook["name"], err)
			}
			webhook["clientConfig"] = map[string]any{
				"url":      fmt.Sprintf("https://%s:%d%s", local, portWebhooks, path),
				"caBundle": base64.StdEncoding.EncodeToString(p.Authority.CertificatePEM()),
			}
			webhook["failurePolicy"] = "Fail"
		}
		each.Object["webhooks"] = webhooks
		if err := p.ApplyObject(ctx, each); err != nil {
			return err
		}
	}
	return nil
}
