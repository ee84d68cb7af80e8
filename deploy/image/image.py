#!/usr/bin/env python3
"""Makes the root file system, the bill of materials and the OCI image of a finished build."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

import contents
import elf
import layout
import linked
import rootfs
import sbom
import settings

SOURCE = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rootfs", "layout"),
                        help="rootfs: folder and bill of materials; layout: these and the image")
    parser.add_argument("--build", type=Path, required=True, help="a build folder")
    parser.add_argument("--output", type=Path, required=True,
                        help="a folder, whose rootfs/, oci/ and sbom.spdx.json are made anew")
    options = parser.parse_args()
    try:
        make(options.what, options.build, options.output)
    except (LookupError, ValueError) as error:
        sys.exit(f"image: {error}")


def make(what: str, build: Path, output: Path) -> None:
    program = build / contents.PROGRAM
    if not program.is_file():
        raise LookupError(f"{program} is not there: build it first")
    architecture = elf.machine(program).architecture
    parts = linked.packages(build, contents.PROGRAM)
    entries = rootfs.complete(contents.entries(program, SOURCE / "LICENSE", parts))
    made_at = commit_time()
    version = (SOURCE / "VERSION").read_text().strip()

    for old in ("rootfs", "oci"):
        shutil.rmtree(output / old, ignore_errors=True)
    rootfs.write_folder(entries, output / "rootfs")
    digest = ""
    if what == "layout":
        layer = rootfs.tar(entries, made_at)
        arguments = {"VERSION": version, "REVISION": revision()}
        run = settings.settings((SOURCE / "Dockerfile").read_text(), arguments)
        digest = layout.write(output / "oci", layer, run, architecture, made_at, version)
        blobs = list((output / "oci" / "blobs" / "sha256").iterdir())
        print(f"image: {output}/oci, linux/{architecture}, {digest}")
        print(f"size: {len(layer) / 1e6:.1f} MB,"
              f" {sum(blob.stat().st_size for blob in blobs) / 1e6:.1f} MB to pull")
    bill = sbom.document(entries, parts, os_release(entries), version, architecture, made_at,
                         digest)
    (output / "sbom.spdx.json").write_text(json.dumps(bill, indent=1) + "\n")
    libraries = [Path(entry.path).name for entry in entries
                 if (entry.content or b"").startswith(b"\x7fELF") and entry.package]
    print("libraries:", *libraries)
    print("inside the program:", *(f"{part.name}={part.version}" for part in parts))


def _git(*arguments: str) -> str:
    answer = subprocess.run(["git", "-C", SOURCE, *arguments], capture_output=True, text=True)
    return answer.stdout.strip() if answer.returncode == 0 else ""


def commit_time() -> int:
    """When the source was made, for whatever asks when: that makes builds repeatable."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct") or 0)


def revision() -> str:
    return os.environ.get("REVISION") or _git("rev-parse", "HEAD") or "unknown"


def os_release(entries: list[rootfs.Entry]) -> dict[str, str]:
    text = next(entry for entry in entries if entry.path == "usr/lib/os-release").content.decode()
    pairs = [line.split("=", 1) for line in text.splitlines() if "=" in line]
    return {name: value.strip('"') for name, value in pairs}


if __name__ == "__main__":
    main()
