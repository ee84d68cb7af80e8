"""What an ELF file asks of the file system that it is in."""

import dataclasses
import re
import subprocess
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Machine:
    """Names of one architecture: OCI's and Debian's, and the folder of its libraries."""

    architecture: str
    multiarch: str
    tools: str  # prefix of the binutils that know it


MACHINES = {
    "Advanced Micro Devices X86-64": Machine("amd64", "x86_64-linux-gnu", "x86_64-linux-gnu-"),
    "AArch64": Machine("arm64", "aarch64-linux-gnu", "aarch64-linux-gnu-"),
}


@dataclasses.dataclass(frozen=True)
class Needs:
    interpreter: str  # "" for a library
    libraries: tuple[str, ...]


def _readelf(path: Path, *flags: str) -> str:
    answer = subprocess.run(
        ["readelf", "--wide", *flags, str(path)], capture_output=True, text=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    if answer.returncode != 0 or "Error:" in answer.stderr:
        raise ValueError(f"{path} is not an ELF file: {answer.stderr.strip()}")
    return answer.stdout


def machine(path: Path) -> Machine:
    name = re.search(r"Machine:\s+(.*\S)", _readelf(path, "--file-header")).group(1)
    if name not in MACHINES:
        raise ValueError(f"{path} is built for {name}; images are for {', '.join(MACHINES)}")
    return MACHINES[name]


def needs(path: Path) -> Needs:
    text = _readelf(path, "--program-headers", "--dynamic")
    interpreter = re.search(r"Requesting program interpreter: (\S+)\]", text)
    return Needs(
        interpreter=interpreter.group(1) if interpreter else "",
        libraries=tuple(re.findall(r"\(NEEDED\).*\[(\S+)\]", text)),
    )
