#!/usr/bin/env python3
"""An image layout is whole, and the same for the same layer."""

import gzip
import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import image_modules
import layout
import rootfs
from rootfs import Entry

LAYER = rootfs.tar([Entry.file("program", b"\x7fELF", 0o755)], 100)
SETTINGS = {"User": "65532:65532", "Entrypoint": ["/program"], "Labels": {"a": "b"}}


class LayoutTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = Path(self.temporary.name) / "oci"
        self.digest = layout.write(self.folder, LAYER, SETTINGS, "arm64", 100, "1.2.3")

    def blob(self, descriptor: dict) -> bytes:
        content = (self.folder / "blobs/sha256" / descriptor["digest"].split(":")[1]).read_bytes()
        self.assertEqual(descriptor["digest"], f"sha256:{hashlib.sha256(content).hexdigest()}")
        self.assertEqual(descriptor["size"], len(content))
        return content

    def test_every_descriptor_leads_to_its_blob_and_no_blob_is_left_over(self):
        index = json.loads((self.folder / "index.json").read_text())
        [entry] = index["manifests"]
        self.assertEqual(entry["digest"], self.digest)
        self.assertEqual(entry["platform"], {"architecture": "arm64", "os": "linux"})
        self.assertEqual(entry["annotations"], {"org.opencontainers.image.ref.name": "1.2.3"})
        manifest = json.loads(self.blob(entry))
        config = json.loads(self.blob(manifest["config"]))
        [layer] = manifest["layers"]
        self.assertEqual(gzip.decompress(self.blob(layer)), LAYER)
        self.assertEqual(config["rootfs"]["diff_ids"],
                         [f"sha256:{hashlib.sha256(LAYER).hexdigest()}"])
        self.assertEqual(config["config"], SETTINGS)
        self.assertEqual(config["architecture"], "arm64")
        self.assertEqual(config["created"], "1970-01-01T00:01:40Z")
        self.assertEqual(len(list((self.folder / "blobs/sha256").iterdir())), 3)

    def test_twice_is_the_same_digest_and_another_layer_another(self):
        again = Path(self.temporary.name) / "again"
        self.assertEqual(layout.write(again, LAYER, SETTINGS, "arm64", 100, "1.2.3"), self.digest)
        other = Path(self.temporary.name) / "other"
        layer = rootfs.tar([Entry.file("program", b"\x7fELF!", 0o755)], 100)
        self.assertNotEqual(layout.write(other, layer, SETTINGS, "arm64", 100, "1.2.3"),
                            self.digest)

    def test_it_is_marked_as_a_layout(self):
        self.assertEqual(json.loads((self.folder / "oci-layout").read_text()),
                         {"imageLayoutVersion": "1.0.0"})


if __name__ == "__main__":
    unittest.main()
