#!/usr/bin/env python3
"""versions_test.py PROGRAM: whatever tells the version tells that of the file VERSION."""

import re
import subprocess
import sys
import unittest

import image_modules
import settings

SOURCE = image_modules.SOURCE
VERSION = (SOURCE / "VERSION").read_text().strip()


class VersionsTest(unittest.TestCase):
    program = ""

    def test_the_version_is_a_semantic_one(self):
        self.assertRegex(VERSION, r"^\d+\.\d+\.\d+$")

    def test_the_programs(self):
        said = subprocess.check_output([self.program, "--version"], text=True)
        self.assertEqual(said.split()[-1], VERSION)

    def test_the_images(self):
        labels = settings.settings((SOURCE / "Dockerfile").read_text(), {})["Labels"]
        self.assertEqual(labels["org.opencontainers.image.version"], VERSION)

    def test_the_changelogs(self):
        text = (SOURCE / "CHANGELOG.md").read_text()
        headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.M)
        self.assertEqual(headings[0], ("Unreleased", ""))
        released = [version for version, date in headings[1:] if date]
        self.assertEqual(len(released), len(headings) - 1, "each release has its date")
        def parts(version: str) -> list[int]:
            return [int(part) for part in version.split(".")]

        # The one to come, until it is released.
        self.assertLessEqual(max(map(parts, released), default=[0]), parts(VERSION))

    def test_the_charts(self):
        chart = SOURCE / "deploy/helm/keda-gpu-scaler/Chart.yaml"
        if not chart.exists():
            self.skipTest("no chart")
        for name in ("version", "appVersion"):
            [said] = re.findall(rf'^{name}: "?([^"\s]+)"?$', chart.read_text(), re.M)
            self.assertEqual(said, VERSION, name)


if __name__ == "__main__":
    VersionsTest.program = sys.argv.pop()
    unittest.main()
