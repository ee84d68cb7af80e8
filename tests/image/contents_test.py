#!/usr/bin/env python3
"""The image holds what its program and NVIDIA's library ask for, and no more."""

import os
import unittest
from pathlib import Path, PurePosixPath
from unittest import mock

import image_modules
import contents
import debian
import elf
import rootfs

PROGRAM = Path("/usr/bin/true")  # needs what the program needs: libc.so.6
# What the libnvidia-ml.so.1 of drivers needs, by readelf.
NVIDIA_NEEDS = ("libpthread.so.0", "libm.so.6", "libdl.so.2", "librt.so.1", "libc.so.6")


def made() -> dict[str, rootfs.Entry]:
    entries = contents.entries(PROGRAM, image_modules.SOURCE / "LICENSE",
                               [debian.package("zlib1g-dev")])
    return {entry.path: entry for entry in rootfs.complete(entries)}


def resolve(entries: dict[str, rootfs.Entry], path: str) -> str:
    """Where links within the image lead."""
    for _ in range(8):
        parts = PurePosixPath(path.lstrip("/"))
        prefixes = [str(part) for part in (*reversed(parts.parents), parts)]
        link = next((part for part in prefixes if part in entries and entries[part].target), None)
        if link is None:
            return str(parts)
        target = PurePosixPath("/", link).parent / entries[link].target
        path = os.path.normpath(target / parts.relative_to(link))
    raise AssertionError(f"{path}: links without end")


class ContentsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.entries = made()
        cls.multiarch = elf.machine(PROGRAM).multiarch

    def test_nvidias_library_finds_what_it_asks_for(self):
        for name in NVIDIA_NEEDS:
            self.assertIn(f"usr/lib/{self.multiarch}/{name}", self.entries)

    def test_the_interpreter_is_where_the_kernel_looks(self):
        found = resolve(self.entries, elf.needs(PROGRAM).interpreter)
        self.assertEqual(self.entries[found].content[:4], b"\x7fELF", found)
        self.assertEqual(self.entries[found].package, "libc6")

    def test_there_is_no_shell_and_nothing_runs_as_another(self):
        programs = [path for path, entry in self.entries.items()
                    if entry.content is not None and entry.mode & 0o111 and ".so." not in path]
        self.assertEqual(programs, ["keda-gpu-scaler"])
        for path, entry in self.entries.items():
            self.assertFalse(entry.mode & 0o6000, path)
            if entry.content is not None:
                self.assertFalse(entry.mode & 0o022, path)

    def test_authorities_are_debians_not_this_machines(self):
        bundle = self.entries["etc/ssl/certs/ca-certificates.crt"].content
        self.assertGreater(bundle.count(b"-----BEGIN CERTIFICATE-----"), 100)
        package = debian.package("ca-certificates")
        shipped = sum(str(path).startswith("/usr/share/ca-certificates/mozilla/")
                      for path in debian.files(package))
        self.assertEqual(bundle.count(b"-----BEGIN CERTIFICATE-----"), shipped)

    def test_openssl_finds_them(self):
        self.assertEqual(self.entries["usr/lib/ssl/cert.pem"].target,
                         "/etc/ssl/certs/ca-certificates.crt")

    def test_the_user_has_a_name(self):
        self.assertIn(b":65532:65532:", self.entries["etc/passwd"].content)

    def test_scanners_find_versions_and_lawyers_find_licences(self):
        version = debian.package("libc6").version
        record = self.entries["var/lib/dpkg/status.d/libc6"].content.decode()
        self.assertIn(f"Version: {version}\n", record)
        for path in ("libc6/copyright", "keda-gpu-scaler/copyright",
                     "keda-gpu-scaler/licenses/zlib1g-dev.gz"):
            self.assertGreater(len(self.entries[f"usr/share/doc/{path}"].content), 100, path)

    def test_a_library_that_nothing_brings_is_an_error_that_names_it(self):
        rows = tuple(row for row in contents.FILES if row[1] != "libc.so.6")
        with mock.patch.object(contents, "FILES", rows):
            with self.assertRaisesRegex(LookupError, "needs libc.so.6, which the image lacks"):
                made()

    def test_a_program_that_is_none_is_refused(self):
        with self.assertRaisesRegex(ValueError, "LICENSE is not an ELF file"):
            elf.machine(image_modules.SOURCE / "LICENSE")


if __name__ == "__main__":
    unittest.main()
