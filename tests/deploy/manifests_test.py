#!/usr/bin/env python3
"""The plain manifests are those of the chart."""
import unittest

from chart import HOW_HELM, need, render, tool


def setUpModule():
    need("helm", HOW_HELM)


class ManifestsTest(unittest.TestCase):
    def test_they_are_what_the_chart_makes(self):
        for path, text in render.rendered(tool("helm")).items():
            self.assertTrue(path.exists(), f"{path} is not there: run ./dev manifests")
            self.assertEqual(path.read_text(), text, f"{path} is stale: run ./dev manifests")

    def test_they_are_no_releases(self):
        for path in render.MANIFESTS.glob("*.yaml"):
            for word in ("Helm", "helm.sh"):
                self.assertNotIn(word, path.read_text(), path.name)


if __name__ == "__main__":
    unittest.main()
