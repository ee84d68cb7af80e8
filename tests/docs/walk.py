#!/usr/bin/env python3
"""Walks a page of the documentation: runs its commands as a reader would, in order, in one shell.

    walk.py PAGE --binary build/dev/keda-gpu-scaler [--section HEADING] [--repository]

The shell starts in a fresh folder that looks like the repository after a build: deploy/, and the
program as build/release/keda-gpu-scaler. It has a network of its own (loopback only), so that the
page may use the default ports whatever else runs; where no such network can be made the ports must
be free. Exit status 0; 1 with what went wrong; 77 where the machine cannot walk it.

Which blocks are run, and what they must print, the page says in comments: page.py.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

from page import SKIPPED, Block, PageError, blocks, missing

REPOSITORY = Path(__file__).resolve().parents[2]
PORTS = (6000, 6001, 6100, 8081, 9090)
LIMIT = 60.0  # seconds, for a block
REPOSITORY_LIMIT = 3600.0  # it builds
SKIP = 77

UNSHARE = (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"])


class Failure(Exception):
    """A block that did not do what the page says."""


def network_of_its_own() -> list[str] | None:
    """What to put before a command so that its ports are nobody else's."""
    for command in UNSHARE:
        tried = subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True)
        if tried.returncode == 0:
            return command
    return None


def busy_ports() -> list[int]:
    busy = []
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                busy.append(port)
    return busy


class Shell:
    """A bash that keeps its state from block to block, and what it started until the end."""

    def __init__(self, folder: Path, network: list[str] | None):
        self._folder = folder
        inner = ["bash", "--noprofile", "--norc"]
        if network:
            inner = [*network, "sh", "-c", "ip link set lo up && exec bash --noprofile --norc"]
        environment = {name: os.environ[name] for name in ("HOME", "PATH", "LANG", "TMPDIR")
                       if name in os.environ}
        environment |= {name: value for name, value in os.environ.items()
                        if name.endswith("SAN_OPTIONS")}
        self._bash = subprocess.Popen(inner, cwd=folder / "tree", stdin=subprocess.PIPE,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      text=True, start_new_session=True, env=environment)

    def run(self, block: Block, limit: float) -> tuple[int | None, str]:
        """Its exit status (None: none within `limit`) and what it printed."""
        script = self._folder / "block.sh"
        output = self._folder / "block.out"
        status = self._folder / "block.status"
        script.write_text(block.text)
        output.unlink(missing_ok=True)
        status.unlink(missing_ok=True)
        # With `until` a block is tried again, so nothing of it may stay; and a shell that stops at
        # the first command that fails must not be the one that tells.
        strict = "" if block.exit_status else "set -e; "
        if block.until:
            command = f"( {strict}. {script} ) >{output} 2>&1 </dev/null; s=$?"
        else:
            command = (f"trap 'echo $? >{status}' EXIT; {strict}. {script} >{output} 2>&1"
                       " </dev/null; s=$?; set +e; trap - EXIT")
        try:
            self._bash.stdin.write(f"{command}; echo $s >{status}.new; mv {status}.new {status}\n")
            self._bash.stdin.flush()
        except BrokenPipeError:  # the block before ended the shell
            return None, ""
        deadline = time.monotonic() + limit
        while not (status.exists() and status.read_text().strip()):
            if self._bash.poll() is not None and not status.exists():
                break
            if time.monotonic() > deadline:
                return None, self._printed(output)
            time.sleep(0.01)
        return int(status.read_text()) if status.exists() else None, self._printed(output)

    @staticmethod
    def _printed(output: Path) -> str:
        return output.read_text(errors="replace") if output.exists() else ""

    def close(self) -> None:
        """Ends the shell and whatever its blocks left running."""
        try:
            os.killpg(self._bash.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._bash.wait()
        try:
            self._bash.stdin.close()
        except BrokenPipeError:
            pass


def check(block: Block, status: int | None, printed: str) -> None:
    if status is None:
        raise Failure("has not ended, or ended the shell")
    if status != block.exit_status:
        raise Failure(f"exit status {status}, not {block.exit_status}")
    line = missing(block.output, printed)
    if line is not None:
        raise Failure(f"did not print what the page shows: {line}")


def walk_block(shell: Shell, block: Block, limit: float) -> None:
    deadline = time.monotonic() + limit
    while True:
        status, printed = shell.run(block, max(0.1, deadline - time.monotonic()))
        try:
            check(block, status, printed)
            return
        except Failure as failure:
            if not block.until or status is None or time.monotonic() > deadline:
                raise Failure(f"{failure}\n--- it printed\n{printed}---") from None
        time.sleep(0.1)


def run_in_repository(block: Block) -> None:
    done = subprocess.run(["bash", "-ec", block.text], cwd=REPOSITORY, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=REPOSITORY_LIMIT)
    try:
        check(block, done.returncode, done.stdout + done.stderr)
    except Failure as failure:
        raise Failure(f"{failure}\n--- it printed\n{done.stdout}{done.stderr}---") from None


def furnish(folder: Path, binary: Path) -> None:
    tree = folder / "tree"
    (tree / "build" / "release").mkdir(parents=True)
    (tree / "build" / "release" / "keda-gpu-scaler").symlink_to(binary)
    shutil.copytree(REPOSITORY / "deploy", tree / "deploy")


def walk(page: Path, binary: Path, section: str | None, repository: bool, limit: float) -> int:
    try:
        steps = blocks(page.read_text(), section)
    except PageError as error:
        print(f"{page}:{error}")
        return 1
    network = network_of_its_own()
    if network is None and busy_ports():
        print(f"SKIP: no network of its own can be made, and in use: {busy_ports()}")
        return SKIP
    walked = skipped = 0
    with tempfile.TemporaryDirectory(prefix="walk-") as name:
        furnish(Path(name), binary)
        shell = Shell(Path(name), network)
        try:
            for block in steps:
                first = block.text.strip().splitlines()[0]
                if block.what in SKIPPED or (block.what == "repository" and not repository):
                    why = SKIPPED.get(block.what, "builds (--repository)")
                    print(f"{page.name}:{block.line}: skipped, {why}: {first}")
                    skipped += 1
                    continue
                if block.what == "repository":
                    run_in_repository(block)
                else:
                    walk_block(shell, block, limit)
                print(f"{page.name}:{block.line}: ok: {first}")
                walked += 1
        except Failure as failure:
            print(f"{page}:{block.line}: {first}\n{failure}")
            return 1
        finally:
            shell.close()
    print(f"{page.name}: {walked} blocks walked, {skipped} skipped")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--section", help="only what stands under this heading (##)")
    parser.add_argument("--repository", action="store_true",
                        help="also run what builds, in the repository")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for a block")
    options = parser.parse_args()
    binary = options.binary.resolve()
    if not os.access(binary, os.X_OK):
        parser.error(f"{options.binary} is no program")
    return walk(options.page.resolve(), binary, options.section, options.repository, options.limit)


if __name__ == "__main__":
    sys.exit(main())
