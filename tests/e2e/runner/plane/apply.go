package plane

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// untilKnown is how long a kind may take from its definition to being served.
const untilKnown = 15 * time.Second

// Apply makes or changes all objects of a YAML stream, in its order, as kubectl apply
// --server-side does, with strict validation. Kinds that it defines are served when it
// returns, and may be used in the same stream.
func (p *Plane) Apply(ctx context.Context, yaml []byte) error {
	objects, err := Decode(yaml)
	if err != nil {
		return err
	}
	for _, each := range objects {
		if err := p.ApplyObject(ctx, each); err != nil {
			return err
		}
	}
	for _, each := range objects {
		if err := p.awaitServed(ctx, each); err != nil {
			return err
		}
	}
	return nil
}

// ApplyFolder applies each YAML file of a folder, by name.
func (p *Plane) ApplyFolder(ctx context.Context, folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := p.Apply(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// ApplyObject is Apply for one object.
func (p *Plane) ApplyObject(ctx context.Context, object *Object) error {
	err := p.processes.Await(ctx, "the API server knows "+object.GroupVersionKind().String(), untilKnown, func(ctx context.Context) error {
		_, err := p.mapping(object)
		return err
	})
	if err != nil {
		return err
	}
	return p.patch(ctx, object, nil)
}

// awaitServed: programs that start now look for a kind once.
func (p *Plane) awaitServed(ctx context.Context, object *Object) error {
	if object.GetKind() != "CustomResourceDefinition" {
		return nil
	}
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	err := p.processes.Await(ctx, object.GetName()+" is established", untilKnown, func(ctx context.Context) error {
		found, err := p.Dynamic.Resource(definitions).Get(ctx, object.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		return conditionHolds(found, "Established")
	})
	if err != nil {
		return err
	}
	group, _, _ := unstructured.NestedString(object.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(object.Object, "spec", "names", "kind")
	return p.processes.Await(ctx, object.GetName()+" is served", untilKnown, func(ctx context.Context) error {
		_, err := p.find(schema.GroupKind{Group: group, Kind: kind})
		return err
	})
}

// DryRun is ApplyObject without effect, for what the API server, its validation and
// its admission say. An unknown kind is an error at once.
func (p *Plane) DryRun(ctx context.Context, object *Object) error {
	return p.patch(ctx, object, []string{metav1.DryRunAll})
}

// IsNamespaced says whether objects of this kind are in a namespace; unknown kinds
// are not.
func (p *Plane) IsNamespaced(object *Object) bool {
	mapping, err := p.mapping(object)
	return err == nil && mapping.Scope.Name() == meta.RESTScopeNameNamespace
}

func (p *Plane) mapping(object *Object) (*meta.RESTMapping, error) {
	kind := object.GroupVersionKind()
	return p.find(kind.GroupKind(), kind.Version)
}

func (p *Plane) find(kind schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	mapping, err := p.mapper.RESTMapping(kind, versions...)
	if meta.IsNoMatchError(err) {
		// What it remembers may be older than the kind.
		p.mapper.Reset()
		mapping, err = p.mapper.RESTMapping(kind, versions...)
	}
	return mapping, err
}

func (p *Plane) patch(ctx context.Context, object *Object, dryRun []string) error {
	mapping, err := p.mapping(object)
	if err != nil {
		return fmt.Errorf("%s: %w", describe(object), err)
	}
	var client dynamic.ResourceInterface = p.Dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		namespace := object.GetNamespace()
		if namespace == "" {
			namespace = metav1.NamespaceDefault
		}
		client = p.Dynamic.Resource(mapping.Resource).Namespace(namespace)
	}
	text, err := object.MarshalJSON()
	if err != nil {
		return fmt.Errorf("%s: %w", describe(object), err)
	}
	force := true
	_, err = client.Patch(ctx, object.GetName(), types.ApplyPatchType, text, metav1.PatchOptions{
		FieldManager: "e2e", Force: &force, DryRun: dryRun, FieldValidation: metav1.FieldValidationStrict,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", describe(object), err)
	}
	return nil
}

func describe(object *Object) string {
	if namespace := object.GetNamespace(); namespace != "" {
		return fmt.Sprintf("%s %s/%s", object.GetKind(), namespace, object.GetName())
	}
	return fmt.Sprintf("%s %s", object.GetKind(), object.GetName())
}
