package world

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

// told is a world whose hardware does as it is told and notes what that was.
func told(t *testing.T) (*World, func() string) {
	t.Helper()
	note := filepath.Join(t.TempDir(), "note")
	hardware := startScript(t, fmt.Sprintf(`while read line; do echo "$line" >>%s; echo '{}'; done`, note))
	w := New(hardware, &Names{addresses: map[string][]netip.Addr{}}, netip.MustParseAddr("127.78.0.0"))
	return w, func() string {
		text, err := os.ReadFile(note)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(note, 0); err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

func (w *World) mustStep(t *testing.T) {
	t.Helper()
	if err := w.step(tick); err != nil {
		t.Fatal(err)
	}
}

func readyPod(app, name, node string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name, Labels: map[string]string{"app": app}},
		Spec: corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{
			Limits: corev1.ResourceList{gpuResource: resource.MustParse("1")}}}}},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}},
	}
}

func expect(t *testing.T, seen string, wanted ...string) {
	t.Helper()
	for _, each := range wanted {
		if !strings.Contains(seen, each+"\n") {
			t.Errorf("no %q in\n%s", each, seen)
		}
	}
}

func TestASharedGpuShowsWhatAllItsHoldersDo(t *testing.T) {
	w, said := told(t)
	if _, err := w.AddNode("a", 1, 2); err != nil {
		t.Fatal(err)
	}
	chat, rerank := &Workload{Namespace: "ns", Name: "chat"}, &Workload{Namespace: "ns", Name: "rerank"}
	chat.Readings = func(busy float64) Readings { return Readings{int(100 * busy), 30, 1000} }
	rerank.Readings = func(busy float64) Readings { return Readings{int(100 * busy), 80, 500} }
	w.Add(chat)
	w.Add(rerank)
	w.seen(readyPod("chat", "chat-0", "a"))
	w.seen(readyPod("rerank", "rerank-0", "a"))
	w.Offer(chat, 0.25)
	w.Offer(rerank, 0.5)
	w.mustStep(t)
	expect(t, said(), "hold a ns/chat-0 0::0", "hold a ns/rerank-0 0::1", "gpu a 0 utilization=75 memory=100 nvlink=1500")
	w.gone(readyPod("chat", "chat-0", "a"))
	w.mustStep(t)
	expect(t, said(), "release a ns/chat-0", "gpu a 0 utilization=50 memory=80 nvlink=500")
	w.gone(readyPod("rerank", "rerank-0", "a"))
	w.mustStep(t)
	expect(t, said(), "gpu a 0 utilization=0 memory=0 nvlink=0")
}

func TestPodsThatCameBeforeTheirWorkloadWorkForIt(t *testing.T) {
	w, said := told(t)
	if _, err := w.AddNode("a", 1, 1); err != nil {
		t.Fatal(err)
	}
	w.seen(readyPod("llm", "llm-0", "a"))
	w.mustStep(t)
	llm := &Workload{Namespace: "ns", Name: "llm", Sequences: 10}
	w.Add(llm)
	w.Offer(llm, 0.5)
	w.mustStep(t)
	expect(t, said(), "gpu a 0 utilization=50 memory=90 nvlink=0")
	if known := w.names.Addresses("llm.ns.svc"); len(known) != 1 {
		t.Errorf("its engine has the addresses %v", known)
	}
	w.RemoveNamespace("ns")
	w.mustStep(t)
	expect(t, said(), "gpu a 0 utilization=0 memory=0 nvlink=0")
	w.gone(readyPod("llm", "llm-0", "a"))
}

func TestAPodThatLeavesWorksNoMoreAndLoadsNothing(t *testing.T) {
	w, said := told(t)
	if _, err := w.AddNode("a", 1, 1); err != nil {
		t.Fatal(err)
	}
	llm := &Workload{Namespace: "ns", Name: "llm"}
	llm.Readings = func(busy float64) Readings { return Readings{int(100 * busy), int(100 * busy), 0} }
	w.Add(llm)
	w.Offer(llm, 0.5)
	leaves := readyPod("llm", "llm-0", "a")
	w.seen(leaves)
	w.mustStep(t)
	expect(t, said(), "gpu a 0 utilization=50 memory=50 nvlink=0")
	now := metav1.Now()
	leaves.DeletionTimestamp = &now
	w.seen(leaves)
	w.mustStep(t)
	expect(t, said(), "gpu a 0 utilization=0 memory=0 nvlink=0")
}

func TestANamespaceGoesWithItsRoutersAndNames(t *testing.T) {
	w, _ := told(t)
	for _, namespace := range []string{"ns", "another-ns"} {
		if _, err := w.AddRouter(namespace, "router"); err != nil {
			t.Fatal(err)
		}
	}
	address := w.names.Addresses("router.ns.svc")[0]
	w.RemoveNamespace("ns")
	if len(w.names.addresses) != 1 {
		t.Errorf("left are %v", w.names.addresses)
	}
	if _, err := http.Get(fmt.Sprintf("http://%s:%d/", address, routerPort)); err == nil {
		t.Error("its router answers")
	}
	w.RemoveNamespace("another-ns")
}

func TestASilentNodesEnginesAnswerNobody(t *testing.T) {
	w, _ := told(t)
	if _, err := w.AddNode("a", 1, 1); err != nil {
		t.Fatal(err)
	}
	llm := &Workload{Namespace: "ns", Name: "llm", Sequences: 10}
	w.Add(llm)
	w.Silence("a", true)
	w.seen(readyPod("llm", "llm-0", "a"))
	w.mustStep(t)
	defer w.gone(readyPod("llm", "llm-0", "a"))
	ask := func() (string, error) {
		client := http.Client{Timeout: 100 * time.Millisecond}
		answer, err := client.Get(fmt.Sprintf("http://%s:%d/metrics", w.names.Addresses("llm.ns.svc")[0], enginePort))
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return string(text), err
	}
	if text, err := ask(); err == nil {
		t.Errorf("it says %q", text)
	}
	w.Silence("a", false)
	if text, err := ask(); err != nil || !strings.Contains(text, "vllm:num_requests_running") {
		t.Errorf("it says %q, %v", text, err)
	}
}

func TestAWorldThatIsStoppedLeavesTheHardwareAlone(t *testing.T) {
	w, _ := told(t)
	if err := w.Run(context.Background(), fake.NewClientset()); err != nil {
		t.Fatal(err)
	}
	w.Stop()
	w.Stop()
	if err := w.hardware.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-w.Failed():
		t.Error(err)
	case <-time.After(2 * tick):
	}
}
