package world

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
)

const routerPort = 9000

// Router is what stands before the engines and exists when none of them does: it tells
// how many requests wait at it, as router_queued_requests.
type Router struct {
	server *http.Server
	queued atomic.Int64
}

// AddRouter puts one behind NAME.NAMESPACE.svc, on port 9000, until RemoveNamespace.
func (w *World) AddRouter(namespace, name string) (*Router, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	address := w.nextAddress()
	listener, err := net.Listen("tcp", netip.AddrPortFrom(address, routerPort).String())
	if err != nil {
		return nil, err
	}
	r := &Router{}
	r.server = &http.Server{Handler: http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(out, "# TYPE router_queued_requests gauge\nrouter_queued_requests %d\n", r.queued.Load())
	})}
	go r.server.Serve(listener) // until close
	w.routers[namespace] = append(w.routers[namespace], r)
	w.names.Set(serviceName(namespace, name), []netip.Addr{address})
	return r, nil
}

// Queue: so many requests wait from now on.
func (r *Router) Queue(requests int64) { r.queued.Store(requests) }

func (r *Router) close() { r.server.Close() }
