"""What a running process executes, as callgrind sees it."""

import os
import signal
import subprocess
from pathlib import Path

def callgrind(folder):
    """The command that a program's own follows; dumps are written to `folder`."""
    return [
        "valgrind",
        "--quiet",
        "--tool=callgrind",
        "--fair-sched=try",
        "--instr-atstart=no",
        "--dump-instr=yes",
        "--dump-line=no",
        "--compress-strings=no",
        "--compress-pos=no",
        f"--callgrind-out-file={folder}/%p",
    ]


def record(pid):
    """From here on what the process executes counts."""
    control("--instr=on", pid)


def addresses_of(folder, pid, binary):
    """What the process has executed of `binary` since `record`, as addresses of the file.

    Callgrind knows an object by its section .text alone. What lies beside that, as the code that
    this very order has moved, is of an unknown one, at the address in memory.
    """
    loaded_at = load_address(pid, binary)
    control("--dump", pid)
    offsets = {str(binary): 0, "???": loaded_at}
    found = set()
    offset = None
    with open(Path(folder) / f"{pid}.1") as dump:
        for line in dump:
            if line.startswith("ob="):
                offset = offsets.get(line[3:].strip())
            elif offset is not None and line.startswith("0x"):
                found.add(int(line.split()[0], 16) - offset)
    return found


def load_address(pid, binary):
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        if line.endswith(f" {binary}"):
            begin, offset = line.split("-")[0], line.split()[2]
            return int(begin, 16) - int(offset, 16)
    raise RuntimeError(f"process {pid} has not loaded {binary}")


def control(order, pid):
    done = subprocess.run(
        ["callgrind_control", order, str(pid)], capture_output=True, text=True, timeout=300
    )
    if done.returncode != 0 or "Error" in done.stdout + done.stderr:
        raise RuntimeError(f"callgrind_control {order}: {done.stdout}{done.stderr}")
    # To reach a process that waits, it stops it, and of many threads it may leave some so.
    os.kill(pid, signal.SIGCONT)
