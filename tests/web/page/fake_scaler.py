"""A scaler's HTTP port, played: the page of web/ and an API with as many nodes as asked
for, hostile names among them.

    fake_scaler.py PORT [NODES]        to look at the page while it is written
"""

import importlib.util
import json
import math
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

WEB = Path(__file__).parents[3] / "web"
HOSTILE = "<img src=x onerror=alert(1)>\"'&<script>alert(2)</script>"


def inlined_page():
    spec = importlib.util.spec_from_file_location("inline_page", WEB / "inline_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.inlined(WEB / "index.html")


class World:
    """What the played scaler knows."""

    def __init__(self, nodes=12, hostile=True):
        self.begun = time.monotonic()
        self.names = [f"node-{i:04}" for i in range(nodes)]
        if hostile:
            self.names[1] = f"{HOSTILE}-node"
        self.lost = {self.names[2]: time.monotonic() - 61} if nodes > 2 else {}
        self.loads = {}
        self.away = False
        self.requests = []

    def load(self, node, gpu):
        number = self.names.index(node) if len(self.names) < 100 else hash(node) % 997
        wave = math.sin((time.monotonic() - self.begun) / 20 + number + gpu / 3)
        return self.loads.get((node, gpu), round(50 + 45 * wave))

    def node(self, name):
        lost = name in self.lost
        heard = time.monotonic() - self.lost[name] if lost else 0.4
        gpus = [] if len(self.names) > 5 and name == self.names[5] else range(8)
        return {
            "node": name,
            "state": "LOST" if lost else "FRESH",
            "reading_age_seconds": heard + 0.1,
            "heard_age_seconds": heard,
            "error": "",
            "holders": {"age_seconds": 0.5, "error": "", "pods": len(gpus)},
            "gpus": [self.gpu(name, i, lost) for i in gpus],
        }

    def gpu(self, node, i, lost):
        fallen = node == self.names[3] and i == 6
        readings = {
            "gpu_utilization": self.load(node, i),
            "memory_used_percent": 40 + 5 * i,
            "memory_used_mib": 81559 * (0.4 + 0.05 * i),
            "memory_total_mib": 81559,
            "power_draw": 350.5,
        }
        if i % 2 == 0:
            readings["temperature"] = 61
        return {
            "index": i,
            "uuid": f"GPU-{node}-{i}",
            "name": HOSTILE if node == self.names[1] and i == 0 else "NVIDIA H100 80GB HBM3",
            "pci_bus_id": f"00000000:{i:02x}:00.0",
            "readings": {} if lost or fallen else readings,
            "error": "GPU is lost: reset it or reboot the node" if fallen else "",
            "pods": [{"namespace": "inference", "pod": f"llm-7d9c8b5f4d-{i:05}", "worked": True}]
            if i < 6
            else [],
            "history": {
                "step_seconds": 10,
                "newest_age_seconds": 3,
                "utilization_percent": [20 + 5 * j for j in range(6)] + [None, None, 60, 70],
                "memory_percent": [50] * 10,
            },
        }

    def decisions(self):
        decisions = [self.decision("inference", "llm"), self.decision("inference", "embeddings")]
        decisions[1]["answered"].update(active=False, value=0.0, hpa_metric_type="Value")
        broken = self.decision("lab", f"{HOSTILE}-object")
        broken["answered"].update(
            error={"code": "UNAVAILABLE", "message": f"no fresh reading of {HOSTILE}"}, active=True
        )
        del broken["answered"]["value"]
        typo = self.decision("lab", "typo")
        typo["answered"] = {
            "namespace": "lab",
            "name": "typo",
            "metric_name": "",
            "metric": "",
            "unit": "",
            "aggregation": "",
            "hpa_metric_type": "",
            "workload": "",
            "endpoint": "",
            "held": False,
            "error": {
                "code": "INVALID_ARGUMENT",
                "message": 'unknown key "targetvalue"; did you mean "targetValue"?',
            },
        }
        return decisions + [broken, typo]

    def decision(self, namespace, name):
        value = 3.484 * self.load(self.names[0], 0)
        answered = {
            "namespace": namespace,
            "name": name,
            "metric_name": "keda_gpu_metric",
            "metric": "gpu_utilization",
            "unit": "%",
            "aggregation": "avg",
            "target": 80,
            "activation_threshold": 5,
            "hpa_metric_type": "AverageValue",
            "workload": f"deployment/{name} in namespace {namespace}",
            "endpoint": "",
            "value": value,
            "active": True,
            "held": False,
            "replicas": {"fresh": 4, "warming": 1, "missing": 0},
            "explanation": {
                "hpa": {
                    "desired_replicas": math.ceil(value / 80),
                    "text": f"AverageValue: ceil({value:.1f} / 80) = {math.ceil(value / 80)}",
                }
            },
        }
        return {
            "answered": answered,
            "questions": {
                "last_method": "IsActive",
                "last_age_seconds": 3.1,
                "value_age_seconds": 3.1,
                "active_age_seconds": 3.1,
                "answers": 412,
                "errors": 2,
            },
            "history": [
                {"age_seconds": 600 - 15 * i, "value": 200 + 100 * math.sin(i / 4)}
                if i != 20
                else {"age_seconds": 600 - 15 * i}
                for i in range(40)
            ],
        }

    def explained(self, decision):
        explanation = {
            "aggregate": 87.1,
            "active_because": "a GPU exceeds the activation threshold 5",
            "gpus_counted": 4,
            "gpus_left_out": 1,
            "nodes": 4,
            "nodes_counted": 3,
            "gpus": [
                {
                    "node": self.names[i % len(self.names)],
                    "index": i,
                    "uuid": f"GPU-{i}",
                    "gpu_name": "NVIDIA H100 80GB HBM3",
                    "value": 90 - i,
                    "counted": i < 4,
                    "reason": "" if i < 4 else "its replica is warming",
                    "pod": f"llm-7d9c8b5f4d-{i:05}",
                }
                for i in range(5)
            ],
            "gpus_not_listed": 0,
            "replicas": [
                {
                    "name": f"llm-7d9c8b5f4d-{i:05}",
                    "state": "fresh" if i < 4 else "warming",
                    "nodes": [self.names[i % len(self.names)]],
                }
                for i in range(5)
            ],
            "steps": [
                "avg of gpu_utilization over 4 of 4 GPUs, 3 of 4 nodes: 87.1 %",
                "times 4 replicas, for HPA divides by the target alone",
                "reported as keda_gpu_metric: 348.4 (target 80)",
            ],
            "silent_nodes": [],
            "hpa": {
                "current_replicas": 5,
                "desired_replicas": 5,
                "within_tolerance": False,
                "next_replicas": 5,
                "text": "AverageValue: ceil(348.4 / 80) = 5; 5 run: no change",
            },
        }
        return {**decision, "now": {**decision["answered"], "explanation": explanation}}

    def workloads(self):
        return [
            {
                "namespace": "inference",
                "name": name,
                "kind": "deployment",
                "trigger": f"deployment/{name}",
                "replicas": 4,
                "pods": 4,
                "gpus": 8,
                "gpus_fresh": fresh,
                "nodes": 3,
                **(
                    {
                        "mean_utilization_percent": 87.1,
                        "mean_memory_percent": 90.2,
                        "youngest_pod_seconds": 55.2,
                    }
                    if fresh
                    else {}
                ),
            }
            for name, fresh in (("embeddings", 7), ("llm", 8), (f"{HOSTILE}-workload", 0))
        ]

    def summary(self):
        fresh = len(self.names) - len(self.lost)
        return {
            "version": "0.0.0",
            "role": "gateway",
            "source": "",
            "node": "",
            "not_ready": "",
            "nodes": {"fresh": fresh, "stale": 0, "lost": len(self.lost)},
            "gpus": {
                "total": 8 * len(self.names),
                "failed": 1,
                "held": 6 * len(self.names),
                "mean_utilization_percent": self.load(self.names[0], 0),
                "mean_memory_percent": 74.9,
            },
            "pods": 31150,
            "workloads": len(self.workloads()),
            "decisions": {"total": 4, "active": 1, "inactive": 1, "failed": 2, "held": 0},
            "coverage_percent": 100 * fresh / len(self.names),
            "oldest_reading_seconds": 1.5,
            "stale_after_seconds": 10,
        }

    def answer(self, path, query):
        if path == "/api/v1/summary":
            return self.summary()
        text = query.get("filter", "").lower()
        if path == "/api/v1/snapshot":
            state = query.get("state")
            names = [
                n
                for n in self.names
                if text in n.lower()
                and query.get("node", n) == n
                and (state is None or (state == "lost") == (n in self.lost))
            ]
            return page("nodes", names, query, lambda name: name, self.node)
        if path == "/api/v1/workloads":
            rows = [
                w for w in self.workloads() if text in f"{w['namespace']}/{w['trigger']}".lower()
            ]
            return page("workloads", rows, query, lambda w: f"{w['namespace']}/{w['name']}")
        if path == "/api/v1/decisions":
            rows = [
                d
                for d in self.decisions()
                if text in f"{d['answered']['namespace']}/{d['answered']['name']}".lower()
            ]
            if "name" in query:
                rows = [self.explained(d) for d in rows if d["answered"]["name"] == query["name"]]
            return page(
                "decisions",
                rows,
                query,
                lambda d: f"{d['answered']['namespace']}/{d['answered']['name']}",
            )
        return None


def page(name, rows, query, key, make=lambda row: row):
    rows = sorted(rows, key=key)
    rest = [row for row in rows if key(row) > query.get("after", "")]
    shown = rest[: int(query.get("limit", 100))]
    more = key(shown[-1]) if len(rest) > len(shown) else ""
    return {"total": len(rows), "next": more, name: [make(row) for row in shown]}


class FakeScaler:
    """Serves on 127.0.0.1:port until it is closed."""

    def __init__(self, world, port=0):
        html, policy = inlined_page()
        body = html.encode()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urlsplit(self.path)
                world.requests.append(self.path)
                if url.path == "/":
                    self.send(
                        200, "text/html; charset=utf-8", body, {"Content-Security-Policy": policy}
                    )
                    return
                if world.away:
                    self.send(503, "text/plain", b"played to be away\n")
                    return
                answer = world.answer(url.path, {k: v[0] for k, v in parse_qs(url.query).items()})
                if answer is None:
                    self.send(404, "text/plain", b"not found\n")
                else:
                    self.send(200, "application/json", json.dumps(answer).encode())

            def send(self, status, kind, data, headers={}):
                self.send_response(status)
                for name, value in {
                    "Content-Type": kind,
                    "Content-Length": len(data),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a tab that is closed breaks its connections

        self.server = Server(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    FakeScaler(World(int(sys.argv[2]) if len(sys.argv) > 2 else 12), int(sys.argv[1]))
    threading.Event().wait()
