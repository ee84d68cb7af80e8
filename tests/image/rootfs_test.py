#!/usr/bin/env python3
"""A root file system is the same bytes for the same entries."""

import io
import tarfile
import tempfile
import unittest
from pathlib import Path

import image_modules
import rootfs
from rootfs import Entry

ENTRIES = [
    Entry.file("etc/passwd", b"root:x:0:0\n"),
    Entry.link("lib", "usr/lib"),
    Entry.file("usr/lib/libc.so.6", b"\x7fELF", 0o755, "libc6"),
    Entry.folder("tmp", 0o1777),
]


def members(tar: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        return archive.getmembers()


class RootfsTest(unittest.TestCase):
    def test_the_order_of_entries_does_not_show(self):
        self.assertEqual(rootfs.tar(ENTRIES, 7), rootfs.tar(ENTRIES[::-1], 7))

    def test_everything_is_roots_and_as_old_as_told(self):
        for member in members(rootfs.tar(ENTRIES, 1234)):
            self.assertEqual((member.uid, member.gid, member.mtime), (0, 0, 1234), member.name)
            self.assertEqual((member.uname, member.gname), ("", ""), member.name)

    def test_folders_come_before_what_is_in_them(self):
        names = [member.name for member in members(rootfs.tar(ENTRIES, 0))]
        self.assertEqual(names, ["etc", "etc/passwd", "lib", "tmp", "usr", "usr/lib",
                                 "usr/lib/libc.so.6"])

    def test_the_folder_holds_what_the_layer_holds(self):
        with tempfile.TemporaryDirectory() as temporary:
            root = Path(temporary) / "root"
            rootfs.write_folder(ENTRIES, root)
            for member in members(rootfs.tar(ENTRIES, 0)):
                at = root / member.name
                self.assertEqual(at.is_symlink(), member.issym(), member.name)
                if member.issym():
                    self.assertEqual(str(at.readlink()), member.linkname)
                else:
                    self.assertEqual(at.stat().st_mode & 0o7777, member.mode, member.name)
            self.assertEqual((root / "usr/lib/libc.so.6").read_bytes(), b"\x7fELF")

    def test_two_contents_at_one_path_are_refused(self):
        with self.assertRaisesRegex(ValueError, "/etc/passwd would be in the image twice"):
            rootfs.complete(ENTRIES + [Entry.file("etc/passwd", b"other")])

    def test_a_file_behind_a_link_is_refused(self):
        with self.assertRaisesRegex(ValueError, "/lib/x would be behind the link /lib"):
            rootfs.complete(ENTRIES + [Entry.file("lib/x", b"")])


if __name__ == "__main__":
    unittest.main()
