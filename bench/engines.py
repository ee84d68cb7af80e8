"""What reading inference engines costs, and how soon a first request is told."""

import json
import os
import sys
import tempfile
import time

from processes import cpu_seconds, free_port, status_bytes
from table import Row

MB = 1e6
NAMES, ADDRESSES = 200, 5
LOOPBACK = "--engine-allow-cidr=127.0.0.0/8"


def scraping(processes, quick):
    """As many names, each of several addresses, beside a scaler that is asked as often."""
    if os.geteuid() != 0:
        print("bench: names of several addresses need root; left out", file=sys.stderr)
        return []
    seconds = 10 if quick else 40
    port = free_port()
    engines = processes.start("engine_endpoints", port)
    engines.stdout.readline()
    alone, idle, _ = asked_of_a_scaler(processes, 0, port, seconds, engines)
    asked, used, engines_cores = asked_of_a_scaler(processes, NAMES, port, seconds, engines)
    processes.end(engines)
    errors = sum(part["errors"] for part in asked.values())
    answers = sum(part["answers"] for part in asked.values())
    rows = [
        Row(
            "scaler, CPU",
            used["cores"],
            "cores",
            beside=f"without engines {idle['cores']:.3f}; "
            f"the engines, a process of their own: {engines_cores:.2f}",
            details=asked,
        ),
        Row(
            "readings",
            used["readings"],
            "/s",
            beside=f"{used['failures']:.1f} failed; {used['bytes'] / MB:.0f} MB/s",
        ),
        Row(
            "scaler, resident",
            used["resident"] / MB,
            "MB",
            beside=f"without engines {idle['resident'] / MB:.1f} MB",
        ),
        Row(
            "answers that were wrong or errors",
            errors,
            "",
            beside=f"{answers:,} answers",
            goal="0",
            ok=errors == 0,
        ),
    ]
    for about, beside in (("hardware", alone["hardware"]), ("engines", None)):
        for name in ("p50", "p99"):
            row = Row(f"GetMetrics of {about}, {name}", asked[about][name] / 1e3, "ms")
            if beside:
                row.beside = f"without engines {beside[name] / 1e3:.3f} ms"
            rows.append(row)
    return rows


def asked_of_a_scaler(processes, names, port, seconds, engines):
    """The asker's answers, what a new scaler used for them, and the engines' CPU."""
    with tempfile.NamedTemporaryFile("w") as hosts:
        hosts.write(hosts_file())
        hosts.flush()
        scaler = processes.serving_node(processes.fake_gpus(), LOOPBACK, hosts=hosts.name)
    asker = processes.start("engine_asker", scaler.port, names, port, seconds)
    asker.stdout.readline()  # each endpoint was read once
    before = figures(scaler, engines)
    asked = json.loads(asker.stdout.readline())
    after = figures(scaler, engines)
    passed = after.pop("at") - before.pop("at")
    used = {name: (after[name] - before[name]) / passed for name in before}
    used["resident"] = status_bytes(scaler.pid)["VmRSS"]
    processes.end(scaler.process)
    return asked, used, used.pop("engines")


def figures(scaler, engines):
    samples = scaler.samples()
    prefix = "keda_gpu_scaler_engine_"
    counts = {name: samples[f"{prefix}{name}_total"] for name in ("readings", "failures", "bytes")}
    cpu = {"cores": cpu_seconds(scaler.pid), "engines": cpu_seconds(engines.pid)}
    return {"at": time.monotonic(), **counts, **cpu}


def hosts_file():
    lines = ["127.0.0.1 localhost"]
    for name in range(NAMES):
        for address in range(ADDRESSES):
            lines.append(f"127.1.{name}.{address + 1} engine-{name}.bench")
    return "\n".join(lines) + "\n"


def first_request(processes, quick):
    """The first request in a router's queue, until the stream says `true`."""
    requests = 30 if quick else 100
    router = processes.start("first_request", requests)
    router.stdout.readline()
    scaler = processes.serving_node(processes.fake_gpus(), LOOPBACK)
    router.stdin.write(f"{scaler.port}\n")
    router.stdin.flush()
    result = json.loads(router.stdout.readline())
    rows = []
    for name in ("p50", "p99", "max"):
        rows.append(Row(f"first request -> `true`, {name}", result["wait_us"][name] / 1e3, "ms"))
    rows[0].beside = f"{result['requests']} requests, {result['missed']} missed"
    rows[1].goal = "< 150 ms"
    rows[1].ok = rows[1].value < 150 and result["missed"] == 0
    return rows
