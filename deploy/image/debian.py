"""What Debian knows of the files on this machine: which package they are from, and what that is."""

import dataclasses
import os
import re
import subprocess
from pathlib import Path

# Debian's names for licences, as SPDX names them; any other is told as Debian has it.
SPDX_LICENSES = {
    "Apache-2.0": "Apache-2.0",
    "BSD-3-clause": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "BSL-1.0": "BSL-1.0",
    "Expat": "MIT",
    "MIT": "MIT",
    "Zlib": "Zlib",
}


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    maintainer: str
    homepage: str

    def copyright(self) -> bytes:
        return Path(f"/usr/share/doc/{self.name}/copyright").read_bytes()

    def license(self) -> tuple[str, str]:
        """The main licence as SPDX names it, or "", and as Debian's file has it, or ""."""
        text = self.copyright().decode(errors="replace")
        stanza = re.search(r"^Files:\s*\*\s*$.*?^License:\s*(\S.*?)\s*$", text, re.M | re.S)
        named = stanza.group(1) if stanza else ""
        return SPDX_LICENSES.get(named, ""), named


FIELDS = (
    "Package", "Version", "Architecture", "source:Package", "source:Version", "Maintainer",
    "Homepage",
)


def package(name: str, architecture: str = "") -> Package:
    """The installed package; `architecture` where several can be."""
    form = "\\t".join("${%s}" % field for field in FIELDS) + "\\n"
    for asked in ([f"{name}:{architecture}"] if architecture else []) + [name]:
        answer = subprocess.run(
            ["dpkg-query", "-W", "-f", form, asked], capture_output=True, text=True, check=False
        )
        if answer.returncode == 0 and answer.stdout:
            return Package(*answer.stdout.splitlines()[0].split("\t"))
    raise LookupError(f"package {name} is not installed: apt-get install {name}")


def files(of: Package) -> list[Path]:
    """The package's regular files and links, under the names that they have without /lib's link."""
    for asked in (f"{of.name}:{of.architecture}", of.name):
        answer = subprocess.run(["dpkg-query", "-L", asked], capture_output=True, text=True)
        if answer.returncode == 0:
            return sorted({_without_links(path) for path in answer.stdout.splitlines()
                           if path.startswith("/") and not os.path.isdir(path)})
    raise LookupError(f"package {of.name} has no list of files")


def owners(paths: list[str]) -> dict[str, Package]:
    """Of each path that a package brought, the package; paths of nobody's are left out."""
    known = {}
    asked = sorted({name for path in paths for name in _names(path)})
    for start in range(0, len(asked), 500):
        answer = subprocess.run(
            ["dpkg-query", "-S", *asked[start:start + 500]], capture_output=True, text=True
        )
        for line in answer.stdout.splitlines():
            name, _, path = line.partition(": ")
            if not name.startswith("diversion by"):
                known[path] = name.split(",")[0]
    packages = {full: package(*full.split(":")) for full in set(known.values())}
    found = {}
    for path in paths:
        for name in _names(path):
            if name in known:
                found[path] = packages[known[name]]
    return found


def _without_links(path: str) -> Path:
    folder, name = os.path.split(path)
    return Path(os.path.realpath(folder)) / name


def _names(path: str) -> list[str]:
    """The names that dpkg may know a file by: /lib is a link to /usr/lib, which it ignores."""
    real = str(_without_links(os.path.normpath(path)))
    return [real, real.removeprefix("/usr")] if real.startswith("/usr/lib") else [real]
