#!/usr/bin/env python3
"""Starts the program from the image's root file system as a container would.

Read-only root, user 65532, no capability, no new privileges, a network of its own; nothing of
this machine but /proc. With --nvml-library a management library is put where NVIDIA's container
toolkit would put one, and must be found and read.
"""

import argparse
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

import contents
import elf
import settings

SOURCE = Path(__file__).resolve().parents[2]
PR_SET_NO_NEW_PRIVS = 38
SIMULATED_GPUS = 8  # without a scenario
SECONDS = 30


class Failed(Exception):
    pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--nvml-library", type=Path, help="a fake one of two GPUs")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    machine = elf.machine(options.root / contents.PROGRAM)
    if options.inside:
        try:
            check(options.root, options.nvml_library, machine)
        except Failed as failure:
            sys.exit(f"start: {failure}")
        return
    native = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    if machine.architecture != native:
        skip(f"the program is for {machine.architecture}, this machine is {native}")
    namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*namespaces, "true"], capture_output=True).returncode != 0:
        skip("only root may make namespaces")
    again = [sys.executable, __file__, "--inside", *sys.argv[1:]]
    sys.exit(subprocess.run([*namespaces, *again]).returncode)


def skip(why: str) -> None:
    print(f"start: SKIPPED, not tried: {why}")
    sys.exit(0)


def check(image: Path, nvml_library: Path | None, machine: elf.Machine) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        shutil.copytree(image, root, symlinks=True)
        if nvml_library:
            shutil.copy(nvml_library, root / "usr/lib" / machine.multiarch / "libnvidia-ml.so.1")
        run("ip", "link", "set", "lo", "up")
        run("mount", "--bind", root, root)
        run("mount", "-t", "proc", "proc", root / "proc")
        run("mount", "-o", "remount,bind,ro", root)
        try:
            nothing_can_be_written(root)
            version(root)
            gpus(root, "simulated", SIMULATED_GPUS)
            if nvml_library:
                gpus(root, "nvml", 2)
                print("start: a management library is found that asks for",
                      *elf.needs(nvml_library).libraries)
            serves(root)
        finally:
            run("umount", root / "proc")
            run("umount", root)


def nothing_can_be_written(root: Path) -> None:
    try:
        (root / "tmp" / "written").touch()
    except OSError:
        return
    raise Failed("the root file system is not read-only: this check proves nothing")


def version(root: Path) -> None:
    wanted = (SOURCE / "VERSION").read_text().strip()
    said = answer(root, "--version")
    if wanted not in said.split():
        raise Failed(f"--version says {said!r}; VERSION is {wanted}")
    print(f"start: --version says {said}")


def gpus(root: Path, source: str, wanted: int) -> None:
    table = answer(root, "snapshot", f"--source={source}").splitlines()
    found = [line for line in table if line[:1].isdigit()]
    if len(found) != wanted:
        raise Failed(f"snapshot --source={source} shows {len(found)} GPUs of {wanted}: {table}")
    print(f"start: snapshot --source={source} shows {wanted} GPUs")


def serves(root: Path) -> None:
    began = time.monotonic()
    with start(root, "--source=simulated") as scaler:
        while not is_ready():
            if scaler.poll() is not None or time.monotonic() > began + SECONDS:
                scaler.kill()
                raise Failed(f"it does not become ready: {scaler.communicate()}")
            time.sleep(0.02)
        print(f"start: ready after {time.monotonic() - began:.2f} s")
        scaler.send_signal(signal.SIGTERM)
        try:
            out, log = scaler.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            scaler.kill()
            raise Failed(f"it does not stop within {SECONDS} s of SIGTERM") from None
        if scaler.returncode != 0:
            raise Failed(f"exit code {scaler.returncode} on SIGTERM: {out} {log}")
    print("start: exit code 0 on SIGTERM")


def is_ready() -> bool:
    try:
        with urllib.request.urlopen("http://127.0.0.1:8081/readyz", timeout=1) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start(root: Path, *arguments: str) -> subprocess.Popen:
    def become_a_container() -> None:
        os.chroot(root)
        os.chdir("/")
        os.setgroups([])
        os.setresgid(contents.USER, contents.USER, contents.USER)
        os.setresuid(contents.USER, contents.USER, contents.USER)  # drops every capability
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)

    libc = ctypes.CDLL(None)
    said = settings.settings((SOURCE / "Dockerfile").read_text(), {})
    environment = dict(pair.split("=", 1) for pair in said["Env"])
    return subprocess.Popen(
        [*said["Entrypoint"], *arguments], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=become_a_container,
    )


def answer(root: Path, *arguments: str) -> str:
    with start(root, *arguments) as process:
        try:
            out, log = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed(f"{' '.join(arguments)} does not end") from None
    if process.returncode != 0:
        raise Failed(f"{' '.join(arguments)}: exit code {process.returncode}: {out}{log}")
    return out.strip()


def run(*command: str | Path) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


if __name__ == "__main__":
    main()
