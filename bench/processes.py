"""The processes of a benchmark: started here, ended here, on loopback only."""

import json
import os
import random
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path


NVML = ["--source=nvml"]
QUIET = ["--log-level=warn"]


def free_port(taken=set()):
    """Below the ephemeral ports, which would take it between here and the server."""
    for _ in range(1000):
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in taken:
            taken.add(port)
            return port
    raise RuntimeError("no free port from 20000 to 31999")


def server_ports(*more):
    """Free ones, by the names of the flags."""
    return {name: free_port() for name in ("port", "metrics-port", "probe-port", *more)}


def cpu_seconds(pid):
    """User and system time of all threads of a process, to the nanosecond.

    The process's CPU clock, as clock_getcpuclockid makes its id.
    """
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def status_bytes(pid):
    """VmRSS, VmHWM, RssAnon, ... of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {line.split(":")[0]: 1024 * int(line.split()[1]) for line in lines if line.endswith(" kB")}


def resident_by_file(pid):
    """Resident bytes by what is mapped; anonymous memory by its kind."""
    resident = {}
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if fields[0].endswith(":"):
            if fields[0] == "Rss:":
                resident[name] = resident.get(name, 0) + 1024 * int(fields[1])
        else:
            name = fields[5] if len(fields) > 5 else "[anonymous]"
    return resident


class Scaler:
    """A running keda-gpu-scaler."""

    def __init__(self, process, ports):
        """`ports`: by the names of their flags."""
        self.process = process
        self.pid = process.pid
        self.port = ports["port"]
        self.metrics_port = ports["metrics-port"]
        self.probe_port = ports["probe-port"]
        self.report_port = ports.get("report-port")

    def probe(self, path):
        """Whether the probe answers 200."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.probe_port}{path}", timeout=10
            ) as answer:
                return answer.status == 200
        except OSError:
            return False

    def samples(self):
        """Of its /metrics page: series, labels and all, to value."""
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as page:
            lines = page.read().decode().splitlines()
        rows = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        return {series: float(value) for series, value in rows}

    def collections(self):
        """Reads so far, by lane."""
        name = "keda_gpu_scaler_collections_total{lane="
        return {
            series[len(name) :].strip('"}'): int(value)
            for series, value in self.samples().items()
            if series.startswith(name)
        }


class Processes:
    """Starts the programs of a build folder; ends what is left on exit."""

    def __init__(self, build, under=()):
        """`under`: a command that runs the scaler's own, and slowly."""
        self.build = Path(build)
        self.under = list(under)
        self.binary = self.build / "keda-gpu-scaler"
        self.children = []
        self.log = open(self.build / "bench-scaler.log", "w")

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: exit(1))
        return self

    def __exit__(self, *_):
        for child in list(self.children):
            self.end(child)
        self.log.close()

    def end(self, child):
        """Asks three times: helpers end with their input, the scaler at SIGTERM."""
        if child.stdin:
            child.stdin.close()
        asks = [child.terminate, child.kill]
        if child.stdin:
            asks.insert(0, lambda: None)
        for ask in asks:
            ask()
            try:
                child.wait(5)
                break
            except subprocess.TimeoutExpired:
                pass
        if child in self.children:
            self.children.remove(child)

    def start(self, program, *arguments):
        """A helper that talks over its standard input and output."""
        child = subprocess.Popen(
            [self.build / "bench" / program, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.children.append(child)
        return child

    def run(self, program, *arguments, timeout):
        """A helper's one line of JSON."""
        done = subprocess.run(
            [self.build / "bench" / program, *map(str, arguments)],
            stdout=subprocess.PIPE,
            timeout=timeout,
            check=True,
        )
        return json.loads(done.stdout)

    def fake_gpus(self, pcie_window_ms=20):
        """The environment of a scaler on eight fake GPUs."""
        return json.loads(self.start("fake_gpus", 8, pcie_window_ms).stdout.readline())

    def gateway(self, *flags):
        """A gateway, as soon as it lives."""
        ports = server_ports("report-port")
        return self.living(self.server(ports, "--role=gateway", *QUIET, *flags))

    def node(self, environment, *flags):
        """A node, as soon as it lives."""
        server = self.server(server_ports(), *NVML, *QUIET, *flags, environment=environment)
        return self.living(server)

    def serving_node(self, environment, *flags, hosts=None):
        """A node with the default flags and these, as soon as it says SERVING.

        In seconds how long that took: `seconds_to_serving`. `hosts`: a file that it alone sees
        as /etc/hosts.
        """
        ports = server_ports()
        waiter = self.start("until_serving", ports["port"], 60)
        waiter.stdout.readline()
        script = 'mount --bind "$0" /etc/hosts && exec "$@"'
        within = ["unshare", "--mount", "sh", "-c", script, hosts] if hosts else []
        started_at = time.monotonic_ns()
        node = self.server(ports, *NVML, *flags, environment=environment, within=within)
        serving_at = waiter.stdout.readline()
        self.end(waiter)
        if not serving_at:
            raise RuntimeError(f"the scaler did not serve; see {self.log.name}")
        node.seconds_to_serving = (int(serving_at) - started_at) / 1e9
        return node

    def server(self, ports, *flags, environment=(), within=()):
        """Starts a scaler; `within`: a command that runs its command."""
        command = [*within, *self.under, self.binary, "--bind-address=127.0.0.1"]
        command += [f"--{name}={port}" for name, port in ports.items()]
        child = subprocess.Popen(
            [*command, *flags],
            env={**os.environ, **dict(environment)},
            stdout=self.log,
            stderr=self.log,
        )
        self.children.append(child)
        return Scaler(child, ports)

    def living(self, server):
        self.await_probe(server, "/healthz")
        return server

    def await_probe(self, server, path):
        deadline = time.monotonic() + (600 if self.under else 30)
        while not server.probe(path):
            if time.monotonic() > deadline or server.process.poll() is not None:
                raise RuntimeError(f"{path} did not become 200; see {self.log.name}")
            time.sleep(0.01)

