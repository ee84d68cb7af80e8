"""What a gateway costs, and how old its answers are, as rows of the table."""

import json
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from processes import cpu_seconds, status_bytes
from table import Row

MB = 1e6
GPUS = 8  # of a node
REPORT_SECONDS = {100: 0.2, 1000: 1.0, 5000: 1.0}


def rows(processes, quick, nodes, gpus_each=50, streams=0, tls=False):
    """A fleet that reports, and a client that asks for its workloads, of so many GPUs each."""
    workloads = nodes * GPUS // gpus_each
    seconds = 5 if quick else 20
    with tempfile.TemporaryDirectory() as folder:
        files = certificates(Path(folder)) if tls else []
        gateway = processes.gateway(*server_flags(files))
        started = time.monotonic()
        fleet = processes.start("fleet_nodes", nodes, workloads, gateway.report_port, *files)
        processes.await_probe(gateway, "/readyz")
        ready = time.monotonic() - started
        joined = json.loads(fleet.stdout.readline())
        time.sleep(3)
        before = {pid: cpu_seconds(pid) for pid in (gateway.pid, fleet.pid)}
        at = time.monotonic()
        asked = processes.run(
            "fleet_asker", gateway.port, workloads, seconds, streams, *files, timeout=seconds + 60
        )
        passed = time.monotonic() - at
        used = {pid: (cpu_seconds(pid) - cpu) / passed for pid, cpu in before.items()}
        memory = status_bytes(gateway.pid)
        processes.end(fleet)
        processes.end(gateway.process)
    goal = (nodes, gpus_each, tls, streams) == (5000, 50, False, 0)
    limit = 1e3 * (REPORT_SECONDS[nodes] + 0.25)
    age, latency = asked["age_us"], asked["latency_us"]
    return [
        Row(
            "gateway, CPU",
            used[gateway.pid],
            "cores",
            beside=f"simulated nodes, in a process of their own: {used[fleet.pid]:.2f}",
            goal="< 0.5" if goal else "",
            ok=used[gateway.pid] < 0.5 if goal else None,
            details=asked,
        ),
        Row(
            "gateway, resident",
            memory["VmRSS"] / MB,
            "MB",
            beside=f"at its peak {memory['VmHWM'] / MB:.0f} MB",
            goal="< 300 MB" if goal else "",
            ok=memory["VmRSS"] < 300 * MB if goal else None,
        ),
        Row(
            "oldest reading in an answer, p50",
            age["p50"] / 1e3,
            "ms",
            beside=f"{asked['answers']:,} answers, {asked['errors']} errors",
        ),
        Row(
            "oldest reading in an answer, p99",
            age["p99"] / 1e3,
            "ms",
            beside=f"reports every {REPORT_SECONDS[nodes]} s of readings up to 0.2 s old",
            goal=f"< {limit:.0f} ms",
            ok=age["p99"] / 1e3 < limit and asked["answers"] > 0 and asked["errors"] == 0,
        ),
        Row("GetMetrics, p50", latency["p50"] / 1e3, "ms"),
        Row(
            "GetMetrics, p99",
            latency["p99"] / 1e3,
            "ms",
            goal="< 2 ms" if goal else "",
            ok=latency["p99"] < 2000 and asked["answers"] > 0 if goal else None,
        ),
        Row(
            "all join at once -> ready",
            ready,
            "s",
            beside=f"all had reported after {joined['open_seconds']:.2f} s",
        ),
    ]


def reaction(processes, quick, nodes):
    """A change of one real node's hardware, until the gateway's stream says so.

    The other nodes are simulated ones.
    """
    changes = 30 if quick else 200
    gateway = processes.gateway()
    workloads = max(1, (nodes - 1) * GPUS // 50)
    fleet = processes.start("fleet_nodes", nodes - 1, workloads, gateway.report_port)
    fleet.stdout.readline()
    report = f"--report-to=127.0.0.1:{gateway.report_port}"
    streams = processes.start("streams", 1, changes, "reaction")
    environment = json.loads(streams.stdout.readline())
    socket = environment.pop("KUBELET")
    processes.serving_node(
        environment, report, "--node-name=changing", f"--pod-resources-socket={socket}"
    )
    processes.await_probe(gateway, "/readyz")
    time.sleep(3)
    streams.stdin.write(f"{gateway.port} {gateway.pid}\n")
    streams.stdin.flush()
    result = json.loads(streams.stdout.readline())
    gateway.process.send_signal(signal.SIGTERM)
    streams.stdout.readline()
    limit = 230
    found = []
    for name in ("p50", "p99", "max"):
        milliseconds = result["to_busy_us"][name] / 1e3
        found.append(Row(f"busy -> `true`, {name}", milliseconds, "ms"))
    found[1].goal = f"<= {limit} ms"
    found[1].ok = found[1].value <= limit and result["missed"] == 0
    found[0].beside = (
        f"fast interval 200 ms; {result['changes'] // 2} changes, {result['missed']} missed"
    )
    return found


def server_flags(files):
    if not files:
        return []
    authority, certificate, key = files
    return [
        f"--tls-cert={certificate}",
        f"--tls-key={key}",
        f"--tls-client-ca={authority}",
        f"--report-client-ca={authority}",
    ]


def certificates(folder):
    """One self-signed certificate that is everybody's, P-256: authority, certificate, key."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate]
        + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )
    return [certificate, certificate, key]
