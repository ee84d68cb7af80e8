"""The servers of a small deployment, as a cluster has them, and what asks them again and again."""

import http.client
import json
import subprocess
import time

from fleet import certificates, server_flags
from processes import free_port

NODES = 7
# A process under callgrind is slow and large.
FLAGS = ["--stale-after=60s", "--health-check-interval=2s", "--max-memory-mib=16384"]


def node(processes, folder):
    """A node that is asked and scraped."""
    streams = Streams(processes)
    server = processes.node(streams.environment, *FLAGS)
    objects = scaled_objects(folder, {"metricType": "gpu_utilization", "window": "30s"})

    def drive():
        streams.change(server)
        watch(processes, server, objects)

    return [server], drive


def fleet(processes, folder, files=()):
    """A node with a kubelet that reports, and its gateway."""
    gateway = processes.gateway(*FLAGS, *server_flags(files))
    nodes = processes.start("fleet_nodes", NODES, 1, gateway.report_port, *files)
    nodes.stdout.readline()
    streams = Streams(processes, "reaction")
    server = processes.node(
        streams.environment,
        *FLAGS,
        f"--report-to=dns:localhost:{gateway.report_port}",
        f"--pod-resources-socket={streams.kubelet}",
        *node_flags(files),
    )
    objects = scaled_objects(folder, {"workload": "deployment/reaction"}, {"profile": "batch"})

    def drive():
        if not files:
            streams.change(gateway)
        for asked in (server, gateway):
            watch(processes, asked, objects, files)
        until(lambda: fleet_asker(processes, gateway, files)["answers"])

    return [server, gateway], drive


def fleet_over_tls(processes, folder):
    """The same over mTLS."""
    return fleet(processes, folder, certificates(folder))


def node_that_reads_engines(processes, folder):
    """A node that reads engines."""
    port = free_port()
    processes.start("engine_endpoints", port).stdout.readline()
    allowed = "--engine-allow-cidr=127.0.0.0/8,::1/128"
    server = processes.node(processes.fake_gpus(), *FLAGS, allowed)
    endpoint = f"http://localhost:{port}"
    objects = scaled_objects(
        folder, {"profile": "vllm-inflight", "vllmEndpoint": endpoint, "targetValue": "9"}
    )
    return [server], lambda: watch(processes, server, objects)


class Streams:
    """The program `streams` and the hardware that it changes under the streams, once."""

    def __init__(self, processes, *workload):
        self.process = processes.start("streams", 4, 10, *workload)
        self.environment = json.loads(self.process.stdout.readline())
        self.kubelet = self.environment.pop("KUBELET", None)
        self.changed = False

    def change(self, server):
        if self.changed:
            return
        self.changed = True
        self.process.stdin.write(f"{server.port} {server.pid}\n")
        self.process.stdin.flush()
        if not self.process.stdout.readline():
            raise RuntimeError("streams could not be opened")


def node_flags(files):
    if not files:
        return []
    authority, certificate, key = files
    own = [f"--tls-cert={certificate}", f"--tls-key={key}", f"--tls-client-ca={authority}"]
    return [*own, f"--report-ca={authority}", f"--report-cert={certificate}", f"--report-key={key}"]


def scaled_objects(folder, *triggers):
    """A file of ScaledObjects, one for each trigger's metadata."""
    objects = [
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {"name": f"object-{number}", "namespace": "reaction"},
            "spec": {
                "scaleTargetRef": {"name": "reaction"},
                "triggers": [{"type": "external-push", "metadata": trigger}],
            },
        }
        for number, trigger in enumerate(triggers)
    ]
    path = folder / "objects.yaml"
    path.write_text("\n---\n".join(json.dumps(one) for one in objects))
    return path


def watch(processes, server, objects, files=()):
    """The product's own client asks as KEDA asks, on a connection of its own."""
    flags = [f"--address=127.0.0.1:{server.port}", "--count=4", "--interval=500ms"]
    if files:
        authority, certificate, key = files
        flags += [f"--tls-ca={authority}", f"--client-cert={certificate}", f"--client-key={key}"]
    command = [processes.binary, "watch", *flags, objects]
    until(lambda: subprocess.run(command, stdout=processes.log, timeout=300).returncode == 0)


def fleet_asker(processes, gateway, files):
    return processes.run("fleet_asker", gateway.port, 1, 5, 0, *files, timeout=120)


def until(answered):
    """What has a deadline of its own may miss it several times under callgrind."""
    deadline = time.monotonic() + 300
    while not answered():
        if time.monotonic() > deadline:
            raise RuntimeError("a server under callgrind does not answer; see bench-scaler.log")


def look(server):
    """Twice on one connection each, as Prometheus and the kubelet look."""
    for port, paths in (
        (server.metrics_port, ["/metrics"]),
        (server.probe_port, ["/healthz", "/readyz"]),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        for path in paths * 2:
            connection.request("GET", path)
            connection.getresponse().read()
        connection.close()
