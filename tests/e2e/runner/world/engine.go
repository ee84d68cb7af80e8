package world

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

const enginePort = 8000

// engine is one vLLM server's /metrics, on an address of its own.
type engine struct {
	address netip.Addr
	server  *http.Server

	mutex            sync.Mutex
	running, waiting float64
	babbles          bool
	silence          chan struct{} // nil: it answers; closed when it does again
}

func startEngine(address netip.Addr) (*engine, error) {
	listener, err := net.Listen("tcp", netip.AddrPortFrom(address, enginePort).String())
	if err != nil {
		return nil, err
	}
	e := &engine{address: address}
	e.server = &http.Server{Handler: http.HandlerFunc(e.answer)}
	go e.server.Serve(listener) // until stop
	return e, nil
}

func (e *engine) stop() { e.server.Close() }

func (e *engine) set(running, waiting float64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.running, e.waiting = running, waiting
}

func (e *engine) babble(does bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.babbles = does
}

// hush: it does not answer, or does again.
func (e *engine) hush(does bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if does == (e.silence != nil) {
		return
	}
	if does {
		e.silence = make(chan struct{})
		return
	}
	close(e.silence)
	e.silence = nil
}

func (e *engine) answer(out http.ResponseWriter, request *http.Request) {
	e.mutex.Lock()
	silence := e.silence
	e.mutex.Unlock()
	if silence != nil {
		select {
		case <-silence:
		case <-request.Context().Done():
		}
		panic(http.ErrAbortHandler) // what was asked meanwhile is lost
	}
	e.tell(out)
}

func (e *engine) tell(out http.ResponseWriter) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.babbles {
		fmt.Fprint(out, "<html><body>Sign in</body></html>")
		return
	}
	out.Header().Set("Content-Type", "text/plain; version=0.0.4")
	for _, each := range []struct {
		name  string
		value float64
	}{
		{"vllm:num_requests_running", e.running},
		{"vllm:num_requests_waiting", e.waiting},
	} {
		fmt.Fprintf(out, "# TYPE %s gauge\n%s{engine=\"0\",model_name=\"m\"} %g\n",
			each.name, each.name, each.value)
	}
}
