"""Where the figures come from."""

import os
import platform
import subprocess
from pathlib import Path


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def version(package):
    found = subprocess.run(
        ["pkg-config", "--modversion", package], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def facts(build):
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "grpc": version("grpc++"),
        "protobuf": version("protobuf"),
        "preset": Path(build).name,
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def line(facts):
    return (
        "{cpu}, {cores} cores, Linux {kernel}, gRPC {grpc}, Protobuf {protobuf}, preset {preset}, "
        "load average {load_average_before} before".format(**facts)
    )
