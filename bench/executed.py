"""What a running process executes, as callgrind sees it, in input sections of its link."""

import bisect
import os
import re
import signal
import subprocess
from pathlib import Path

# Of these names every object has one.
COMMON = {".text", ".text.unlikely", ".text.startup", ".text.hot", ".text.exit"}


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


def addresses(folder, pid, binary):
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


class LinkMap:
    """The input sections of code of a link, from what the linker writes as its map."""

    def __init__(self, path):
        text = Path(path).read_text(errors="replace").split("\nLinker script and memory map\n")[1]
        line = re.compile(r"^ (\.text\S*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$", re.MULTILINE)
        found = [
            (int(begin, 16), int(size, 16), name, file)
            for name, begin, size, file in line.findall(text)
        ]
        self.sections = sorted(row for row in found if row[0] and row[1])
        self.begins = [begin for begin, *_ in self.sections]

    def executed(self, addresses):
        """The sections in which addresses lie: how a linker script names them, to bytes."""
        found = {}
        for address in addresses:
            at = bisect.bisect_right(self.begins, address) - 1
            if at < 0:
                continue
            begin, size, name, file = self.sections[at]
            if address < begin + size and (pattern := as_pattern(name, file)):
                found.setdefault(pattern, {})[begin] = size
        return {pattern: sum(sizes.values()) for pattern, sizes in found.items()}


def as_pattern(name, file):
    """A function's own section is of that name in whichever object another link takes it from."""
    if name not in COMMON:
        return f"*({name})"
    member = re.fullmatch(r"(?:.*/)?([^/(]+\.a)\(([^)]+)\)", file)
    return f"*{member[1]}:{member[2]}({name})" if member else None
