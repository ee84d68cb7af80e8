"""What is measured of the pure code and of one process, each as rows of the table."""

import json
import signal
import statistics
import subprocess
import time

from processes import cpu_seconds, resident_by_file, status_bytes
from table import Row, from_rounds, number

MB = 1e6


def pure_code(processes, quick):
    command = [
        processes.build / "bench" / "micro_bench",
        "--benchmark_format=json",
        f"--benchmark_repetitions={3 if quick else 7}",
        f"--benchmark_min_time={0.05 if quick else 0.2}",
    ]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=True
    )
    runs = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            runs.setdefault(run["run_name"], []).append(run)
    return [pure_code_row(name.replace("/", " "), rounds) for name, rounds in runs.items()]


def pure_code_row(name, rounds):
    microseconds = [run["cpu_time"] / 1e3 for run in rounds]
    if "bytes_per_second" in rounds[0]:
        row = from_rounds(name, [run["bytes_per_second"] / MB for run in rounds], "MB/s")
        row.beside = f"{number(statistics.median(microseconds))} us each"
        row.goal, row.ok = "> 200 MB/s", row.value > 200
        return row
    row = from_rounds(name, microseconds, "us")
    if name.startswith("Evaluate "):
        row.goal, row.ok = "< 2 us", row.value < 2
    return row


def reaction(processes, quick):
    result, _ = streams_under_changes(processes, 1, 40 if quick else 200)
    rows = []
    for name in ("p50", "p99", "max"):
        milliseconds = result["last_us"][name] / 1e3
        rows.append(Row(f"change -> message, {name}", milliseconds, "ms", goal="<= 210 ms"))
        rows[-1].ok = milliseconds <= 210 and result["missed"] == 0
    rows[0].beside = (
        f"fast interval 200 ms; {result['changes']} changes, {result['missed']} missed"
    )
    rows[0].details = result
    return rows


def many_streams(processes, quick):
    count = 1000
    result, ended = streams_under_changes(processes, count, 10 if quick else 20)
    changes, missed = result["changes"], result["missed"]
    per_stream = (result["bytes_opened"] - result["bytes_before"]) / count
    after = (result["bytes_after"] - result["bytes_before"]) / count
    last, spread = result["last_us"], result["spread_us"]
    return [
        Row(
            "changes that a stream missed",
            missed,
            "",
            beside=f"{count * changes:,} expected; opened in {result['open_seconds']:.2f} s",
            goal="0",
            ok=missed == 0,
            details=result,
        ),
        Row("change -> last stream has it, p50", last["p50"] / 1e3, "ms"),
        Row("change -> last stream has it, p99", last["p99"] / 1e3, "ms"),
        Row(
            "first stream -> last stream, p50",
            spread["p50"] / 1e3,
            "ms",
            beside=f"p99 {number(spread['p99'] / 1e3)} ms",
        ),
        Row(
            "memory per stream",
            per_stream / 1e3,
            "KB",
            beside=f"after {changes} changes: {number(after / 1e3)} KB",
            goal="< 20 KB",
            ok=max(per_stream, after) < 20e3,
        ),
        Row(
            "SIGTERM -> exit with them open",
            ended["seconds"],
            "s",
            beside=f"exit code {ended['code']}; {ended['ended_ok']:,} streams ended with OK",
            goal="< 5 s, code 0, all OK",
            ok=ended["seconds"] < 5 and ended["code"] == 0 and ended["ended_ok"] == count,
        ),
    ]


def streams_under_changes(processes, count, changes):
    """Runs `streams` against a new scaler, then ends the scaler under them."""
    streams = processes.start("streams", count, changes)
    scaler = processes.serving_node(json.loads(streams.stdout.readline()))
    streams.stdin.write(f"{scaler.port} {scaler.pid}\n")
    streams.stdin.flush()
    result = json.loads(streams.stdout.readline())
    signalled_at = time.monotonic()
    scaler.process.send_signal(signal.SIGTERM)
    code = scaler.process.wait(30)
    ended = {"seconds": time.monotonic() - signalled_at, "code": code}
    processes.children.remove(scaler.process)
    ended |= json.loads(streams.stdout.readline())
    processes.end(streams)
    return result, ended


def idle_cpu(processes, quick):
    """Two processes side by side: as it is by default, and without its look at itself."""
    environment = processes.fake_gpus()
    default = processes.serving_node(environment)
    unchecked = processes.serving_node(environment, "--health-check-interval=0s")
    time.sleep(1)
    parts, seconds = 6, 1 if quick else 5
    used = {default.pid: [], unchecked.pid: []}
    for _ in range(parts):
        before = {pid: (cpu_seconds(pid), time.monotonic()) for pid in used}
        time.sleep(seconds)
        for pid, (cpu, at) in before.items():
            used[pid].append(100 * (cpu_seconds(pid) - cpu) / (time.monotonic() - at))
    rows = []
    for what, scaler in (("default flags", default), ("--health-check-interval=0s", unchecked)):
        row = from_rounds(f"idle CPU, {what}", used[scaler.pid], "% of a core", goal="< 0.5 %")
        row.value = sum(used[scaler.pid]) / parts
        row.ok = row.value < 0.5
        rows.append(row)
        processes.end(scaler.process)
    rows[0].beside = f"mean over {parts * seconds} s, PCIe blocking 20 ms"
    return rows


def start(processes, quick):
    environment = processes.fake_gpus()
    seconds = []
    for _ in range(5 if quick else 10):
        scaler = processes.serving_node(environment)
        seconds.append(scaler.seconds_to_serving)
        processes.end(scaler.process)
    row = from_rounds("exec -> SERVING", [1e3 * s for s in seconds], "ms", goal="< 100 ms")
    row.beside = f"{len(seconds)} starts, PCIe blocking 20 ms"
    row.ok = row.value < 100
    return [row]


def memory(processes, quick):
    """An hour's samples, polls and scrapes in three minutes (quick: a tenth of it)."""
    share = 0.1 if quick else 1
    # PCIe at once: 8 GPUs' windows would not fit into the shortened interval.
    scaler = processes.serving_node(
        processes.fake_gpus(0), "--fast-interval=10ms", "--poll-interval=100ms"
    )
    time.sleep(1)
    at_start = status_bytes(scaler.pid)
    seconds = 180 * share
    load = processes.start(
        "load",
        f"--port={scaler.port}",
        f"--server={scaler.pid}",
        "--warm-up=0",
        f"--seconds={seconds}",
        "--pause=0.5",
        "--window",
    )
    deadline = time.monotonic() + 2 * seconds
    taken = scaler.collections()
    while time.monotonic() < deadline and (
        taken["fast"] < 18000 * share or taken["bandwidth"] < 1800 * share
    ):
        time.sleep(0.75)  # 240 scrapes an hour: Prometheus at 15 s
        taken = scaler.collections()
    after = status_bytes(scaler.pid)
    by_file = resident_by_file(scaler.pid)
    answers = json.loads(load.stdout.readline())["calls"]
    processes.end(load)
    processes.end(scaler.process)
    enough = taken["fast"] >= 18000 * share and taken["bandwidth"] >= 1800 * share and answers > 0
    counts = "{fast:,} fast + {full:,} full samples".format(**taken)
    own = by_file.get(str(processes.binary.resolve()), 0)
    libraries = sum(size for name, size in by_file.items() if ".so" in name)
    return [
        Row("resident at the start", at_start["VmRSS"] / MB, "MB"),
        Row(
            f"resident after {'a tenth of ' if quick else ''}an hour's samples",
            after["VmRSS"] / MB,
            "MB",
            beside=counts + ("" if enough else ": too few"),
            goal="< 11 MB",
            ok=after["VmRSS"] < 11 * MB and enough,
            details={"status": after, "by_file": by_file},
        ),
        Row(
            "  of it anonymous",
            after["RssAnon"] / MB,
            "MB",
            beside=f"of files: binary {number(own / MB)} MB, libraries {number(libraries / MB)} MB",
        ),
        Row("resident at its peak", after["VmHWM"] / MB, "MB"),
        binary_size(processes),
    ]


def binary_size(processes):
    stripped = processes.build / "keda-gpu-scaler.stripped"
    subprocess.run(["strip", "-o", stripped, processes.binary], check=True, timeout=60)
    return Row(
        "binary, stripped",
        stripped.stat().st_size / MB,
        "MB",
        beside=f"with line tables {number(processes.binary.stat().st_size / MB)} MB",
    )
