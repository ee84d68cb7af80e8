"""GetMetrics over loopback beside an empty handler and a TCP echo."""

import json
from statistics import median

from table import Row, from_rounds, number

SHAPES = ((1, 1), (1, 8), (8, 8))  # connections, calls in flight on each


class Server:
    def __init__(self, name, protocol, pid, port):
        self.name, self.protocol, self.pid, self.port = name, protocol, pid, port

    def arguments(self):
        return [f"--protocol={self.protocol}", f"--port={self.port}", f"--server={self.pid}"]


def start_servers(processes):
    scaler = processes.serving_node(processes.fake_gpus())
    servers = [Server("scaler", "grpc", scaler.pid, scaler.port)]
    for name, protocol in (("empty", "grpc"), ("echo", "echo")):
        child = processes.start(f"{name}_server")
        servers.append(Server(name, protocol, child.pid, int(child.stdout.readline())))
    return servers


def load(processes, servers, shape, quick):
    """Rounds in turn, so that whatever else the machine does meets all alike."""
    rounds = {server.name: [] for server in servers}
    for _ in range(3 if quick else 5):
        for server in servers:
            result = processes.run(
                "load",
                *server.arguments(),
                f"--connections={shape[0]}",
                f"--in-flight={shape[1]}",
                f"--warm-up={0.15 if quick else 0.3}",
                f"--seconds={0.5 if quick else 2}",
                timeout=60,
            )
            rounds[server.name].append(result)
    return rounds


def beside(rounds, key):
    def of(name):
        return median(result[key] for result in rounds[name])

    return f"empty {number(of('empty'))}, echo {number(of('echo'))}"


def shape_rows(shape, rounds):
    title = f"{shape[0]} x {shape[1]}"
    cpu = [result["server_cpu_us"] for result in rounds["scaler"]]
    ratio = median(
        ours["server_cpu_us"] / empty["server_cpu_us"]
        for ours, empty in zip(rounds["scaler"], rounds["empty"])
    )
    rows = [from_rounds(f"{title}: server CPU per call", cpu, "us", details=rounds)]
    rows[0].beside = beside(rounds, "server_cpu_us")
    if shape == (1, 1):
        rows[0].goal, rows[0].ok = "<= 90 us", rows[0].value <= 90
    rows.append(Row(f"{title}: beside the empty handler", ratio, "x", goal="<= 1.3 x"))
    rows[-1].ok = ratio <= 1.3
    for key, unit, what in (
        ("p50_us", "us", "p50"),
        ("p99_us", "us", "p99"),
        ("calls_per_second", "/s", "calls"),
    ):
        values = [result[key] for result in rounds["scaler"]]
        rows.append(from_rounds(f"{title}: {what}", values, unit, beside=beside(rounds, key)))
    return rows


def after_idling(processes, servers, quick):
    """Calls after a second without any, to the scaler and the empty handler at once."""
    seconds = 6 if quick else 31
    children = [
        processes.start(
            "load", *server.arguments(), "--warm-up=0", f"--seconds={seconds}", "--pause=1"
        )
        for server in servers
        if server.protocol == "grpc"
    ]
    scaler, empty = [json.loads(child.stdout.readline()) for child in children]
    for child in children:
        processes.end(child)
    return [
        Row(
            "slowest call after 1 s of idling",
            scaler["max_us"] / 1e3,
            "ms",
            beside=f"empty {number(empty['max_us'] / 1e3)} ms; {scaler['calls']} calls each",
            goal="<= 5 ms",
            ok=scaler["max_us"] <= 5000,
        ),
        Row(
            "median of these",
            scaler["p50_us"] / 1e3,
            "ms",
            beside=f"empty {number(empty['p50_us'] / 1e3)} ms",
        ),
    ]


def rows(processes, quick):
    servers = start_servers(processes)
    result = []
    for shape in SHAPES:
        result += shape_rows(shape, load(processes, servers, shape, quick))
    return result + after_idling(processes, servers, quick)
