"""Which Debian packages are inside a program: asked of ninja, which built it."""

import os
import re
import subprocess
from pathlib import Path

import debian

# Headers of these say how to call what is outside the program: the C library and the kernel.
INTERFACES = ("libc6-dev", "linux-libc-dev")


def packages(build: Path, program: str) -> list[debian.Package]:
    """The packages whose archives or headers went into `program`, sorted by name."""
    inputs = _ninja(build, "inputs", program)
    objects = {path for path in inputs if path.endswith(".o")}
    archives = {path for path in inputs if path.endswith(".a") and os.path.isabs(path)}
    link = _ninja(build, "commands", "-s", program)[-1]
    archives |= {path for path in re.findall(r"\S+\.a\b", link) if os.path.isabs(path)}
    compiler = next(word for word in link.split() if re.search(r"(\+\+|g\+\+-\d+)$", word))
    archives |= _of_the_compiler(link, compiler)
    owners = debian.owners(sorted(archives | _headers(build, objects)))
    unowned = [path for path in archives if path not in owners]
    if unowned:
        raise LookupError(f"{program} has {unowned[0]} inside it, which no Debian package brought:"
                          " the list of its parts would be wrong")
    found = {package.name: package for package in owners.values()}
    return [found[name] for name in sorted(found) if name not in INTERFACES]


def _ninja(build: Path, tool: str, *arguments: str) -> list[str]:
    answer = subprocess.run(
        ["ninja", "-C", str(build), "-t", tool, *arguments], capture_output=True, text=True
    )
    if answer.returncode != 0:
        raise LookupError(f"{build} holds no finished build: {answer.stderr or answer.stdout}")
    return [line.strip() for line in answer.stdout.splitlines()]


def _of_the_compiler(link: str, compiler: str) -> set[str]:
    """The compiler's own archives, which a link line names by flags only."""
    names = {"-static-libstdc++": "libstdc++.a", "-static-libgcc": "libgcc.a"}
    wanted = [archive for flag, archive in names.items() if flag in link.split()]
    return {
        subprocess.check_output([compiler, f"-print-file-name={name}"], text=True).strip()
        for name in wanted
    }


def _headers(build: Path, objects: set[str]) -> set[str]:
    """The system headers that the objects were compiled with."""
    found = set()
    current = False
    for line in _ninja_deps(build):
        if not line.startswith(" "):
            current = line.partition(":")[0] in objects
        elif current and line.strip().startswith("/usr/"):
            found.add(os.path.normpath(line.strip()))
    if not found:
        raise LookupError(f"{build} does not say which headers were compiled: build it anew")
    return found


def _ninja_deps(build: Path) -> list[str]:
    answer = subprocess.run(
        ["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()
