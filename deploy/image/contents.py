"""What the image holds: the one table, and the entries that follow from it for a program.

Both the Dockerfile and `./dev image` get their root file system from here.
"""

import fnmatch
import gzip
import subprocess
import tempfile
from pathlib import Path

import debian
import elf
from rootfs import Entry

PROGRAM = "keda-gpu-scaler"
USER = 65532

# Files of Debian packages, by their last name: (package, file, why it is here).
FILES = (
    ("libc6", "ld-linux*.so.*", "starts the program"),
    ("libc6", "libc.so.6", "the program, NVIDIA's library"),
    ("libc6", "libm.so.6", "the program, NVIDIA's library"),
    ("libc6", "libpthread.so.0", "NVIDIA's library asks for it by name"),
    ("libc6", "libdl.so.2", "NVIDIA's library asks for it by name"),
    ("libc6", "librt.so.1", "NVIDIA's library asks for it by name"),
    ("libgcc-s1", "libgcc_s.so.1", "glibc loads it where a thread is cancelled"),
    ("base-files", "debian_version", "NVIDIA's container toolkit asks where libraries belong"),
    ("base-files", "os-release", "scanners ask what system this is"),
)

# Files of one package that become one.
BUNDLES = (
    ("ca-certificates", "/usr/share/ca-certificates/mozilla/*.crt",
     "etc/ssl/certs/ca-certificates.crt"),
)

TEXTS = (
    ("etc/passwd", f"root:x:0:0:root:/:/nologin\nnonroot:x:{USER}:{USER}:nonroot:/:/nologin\n"),
    ("etc/group", f"root:x:0:\nnonroot:x:{USER}:\n"),
    ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    # NVIDIA's container toolkit before 1.20 brings the cache up to date only where there is one.
    ("etc/ld.so.cache", ""),
    ("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"),
)

LINKS = (
    ("bin", "usr/bin"),
    ("lib", "usr/lib"),
    ("lib64", "usr/lib64"),
    ("sbin", "usr/sbin"),
    ("etc/os-release", "../usr/lib/os-release"),
    # Where Debian's OpenSSL looks for the authorities that it trusts.
    ("usr/lib/ssl/certs", "/etc/ssl/certs"),
    ("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt"),
)

# What a container runtime mounts over or makes files in, and what the links above lead to.
FOLDERS = ("dev", "proc", "run", "sys", "usr/bin", "usr/lib64", "usr/sbin", "etc/ld.so.conf.d")


def entries(program: Path, licence: Path, linked: list[debian.Package]) -> list[Entry]:
    """The whole root file system of `program`, which has the packages `linked` inside it."""
    machine = elf.machine(program)
    made = [Entry.folder(path) for path in FOLDERS]
    made += [Entry.folder("tmp", 0o1777)]
    made += [Entry.file(path, text.encode()) for path, text in TEXTS]
    made += [Entry.link(path, target) for path, target in LINKS]
    made += [Entry.file(PROGRAM, _stripped(program, machine), 0o755)]
    made += [Entry.file(f"usr/share/doc/{PROGRAM}/copyright", licence.read_bytes())]

    copied = {}
    for name, pattern, _ in FILES:
        package = copied[name] = debian.package(name, machine.architecture)
        source = _one_file(package, pattern)
        mode = 0o755 if ".so." in pattern else 0o644
        made.append(Entry.file(str(source)[1:], source.read_bytes(), mode, package.name))
    for name, pattern, path in BUNDLES:
        package = copied[name] = debian.package(name)
        made.append(Entry.file(path, _bundle(package, pattern), package=package.name))
    for package in copied.values():
        made.append(Entry.file(f"usr/share/doc/{package.name}/copyright", package.copyright()))
        made.append(Entry.file(f"var/lib/dpkg/status.d/{package.name}", _record(package)))
    for package in linked:
        text = gzip.compress(package.copyright(), mtime=0)
        made.append(Entry.file(f"usr/share/doc/{PROGRAM}/licenses/{package.name}.gz", text))
    made += _interpreter_link(elf.needs(program).interpreter, made)
    _check_libraries(made)
    return made


def _stripped(program: Path, machine: elf.Machine) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "stripped"
        subprocess.run([machine.tools + "strip", "--strip-all", "-o", out, program], check=True)
        return out.read_bytes()


def _one_file(package: debian.Package, pattern: str) -> Path:
    found = [path for path in debian.files(package)
             if fnmatch.fnmatch(path.name, pattern) and not path.is_symlink()]
    if len(found) != 1:
        raise LookupError(f"{package.name} {package.version} has {len(found)} files {pattern},"
                          " where one is expected")
    return found[0]


def _bundle(package: debian.Package, pattern: str) -> bytes:
    """Not what /etc has: that may hold authorities of this machine's own."""
    found = [path for path in debian.files(package) if fnmatch.fnmatch(str(path), pattern)]
    if not found:
        raise LookupError(f"{package.name} {package.version} has no files {pattern}")
    return b"".join(path.read_bytes().rstrip() + b"\n" for path in found)


def _record(package: debian.Package) -> bytes:
    """What dpkg would say of it, for scanners that look for known faults by version."""
    fields = {
        "Package": package.name, "Status": "install ok installed",
        "Architecture": package.architecture, "Maintainer": package.maintainer,
        "Version": package.version, "Source": f"{package.source} ({package.source_version})",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()).encode() + b"\n"


def _interpreter_link(interpreter: str, made: list[Entry]) -> list[Entry]:
    """The name that the kernel starts the program by, where the file has another."""
    name = Path(interpreter).name
    at = next(entry.path for entry in made if Path(entry.path).name == name)
    asked = "usr" + interpreter
    return [] if at == asked else [Entry.link(asked, "/" + at)]


def _check_libraries(made: list[Entry]) -> None:
    """Everything that anything in the image asks for by name is in it."""
    here = {Path(entry.path).name for entry in made}
    with tempfile.TemporaryDirectory() as folder:
        for entry in made:
            if entry.content is None or not entry.content.startswith(b"\x7fELF"):
                continue
            file = Path(folder) / "file"
            file.write_bytes(entry.content)
            for name in elf.needs(file).libraries:
                if name not in here:
                    raise LookupError(f"/{entry.path} needs {name}, which the image lacks:"
                                      " add its row to FILES in deploy/image/contents.py")
