#!/usr/bin/env python3
"""The bill of materials is SPDX, complete, and true of what is installed."""

import copy
import hashlib
import json
import unittest

import image_modules
import debian
import sbom
import spdx_rules
from rootfs import Entry

ENTRIES = [
    Entry.file("keda-gpu-scaler", b"\x7fELF program", 0o755),
    Entry.file("usr/lib/x86_64-linux-gnu/libc.so.6", b"\x7fELF c", 0o755, "libc6"),
    Entry.file("etc/passwd", b"root"),
    Entry.link("lib", "usr/lib"),
]
DEBIAN = {"ID": "debian", "VERSION_ID": "12"}


def bill(**changes) -> dict:
    given = {
        "entries": ENTRIES,
        "linked": [debian.package("libgrpc++-dev"), debian.package("libssl-dev")],
        "distribution": DEBIAN,
        "version": "1.2.3",
        "architecture": debian.package("libc6").architecture,
        "made_at": 100,
        "image_digest": "sha256:" + "a" * 64,
    }
    return sbom.document(**{**given, **changes})


def named(document: dict, name: str) -> dict:
    [found] = [package for package in document["packages"] if package["name"] == name]
    return found


class SbomTest(unittest.TestCase):
    def test_it_is_spdx(self):
        self.assertEqual(spdx_rules.complaints(bill()), [])

    def test_the_rules_find_what_is_missing(self):
        for field in ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace"):
            broken = copy.deepcopy(bill())
            del broken[field]
            self.assertTrue(spdx_rules.complaints(broken), field)
        for field in ("SPDXID", "downloadLocation", "copyrightText", "filesAnalyzed"):
            broken = copy.deepcopy(bill())
            del broken["packages"][2][field]
            self.assertTrue(spdx_rules.complaints(broken), field)
        broken = copy.deepcopy(bill())
        broken["relationships"].pop()
        self.assertTrue(spdx_rules.complaints(broken))

    def test_a_package_has_the_version_that_is_installed_and_who_made_it(self):
        installed = debian.package("libgrpc++-dev")
        told = named(bill(), "libgrpc++-dev")
        self.assertEqual(told["versionInfo"], installed.version)
        self.assertIn("(gcs@debian.org)" if "gcs@" in installed.maintainer else "@",
                      told["supplier"])
        self.assertIn(installed.source_version, told["sourceInfo"])
        self.assertEqual(told["licenseDeclared"], "Apache-2.0")
        locator = told["externalRefs"][0]["referenceLocator"]
        self.assertTrue(locator.startswith("pkg:deb/debian/libgrpc%2B%2B-dev@"), locator)
        self.assertIn("&upstream=grpc&distro=debian-12", locator)

    def test_what_is_copied_is_there_with_its_checksum(self):
        files = {file["fileName"]: file for file in bill()["files"]}
        self.assertEqual(set(files), {"./keda-gpu-scaler", "./usr/lib/x86_64-linux-gnu/libc.so.6"})
        self.assertIn({"algorithm": "SHA256",
                       "checksumValue": hashlib.sha256(b"\x7fELF program").hexdigest()},
                      files["./keda-gpu-scaler"]["checksums"])

    def test_it_tells_what_is_inside_the_program_from_what_is_beside_it(self):
        relations = {(r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"])
                     for r in bill()["relationships"]}
        libssl = named(bill(), "libssl-dev")["SPDXID"]
        self.assertIn(("SPDXRef-program", "STATIC_LINK", libssl), relations)
        self.assertIn(("SPDXRef-program", "DYNAMIC_LINK", "SPDXRef-deb-libc6"), relations)
        self.assertIn(("SPDXRef-image", "CONTAINS", "SPDXRef-deb-libc6"), relations)

    def test_the_same_parts_make_the_same_document_and_others_another(self):
        self.assertEqual(json.dumps(bill()), json.dumps(bill()))
        other = bill(linked=[debian.package("libssl-dev")])
        self.assertNotEqual(other["documentNamespace"], bill()["documentNamespace"])


if __name__ == "__main__":
    unittest.main()
