#!/usr/bin/env python3
"""Tests of the link check itself: what leads nowhere must not pass."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

import links


class LinksTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def broken(self, text: str, other: str = "# Other\n") -> list[str]:
        (self.folder / "other.md").write_text(other)
        page = self.folder / "page.md"
        page.write_text(text)
        return links.broken(self.folder, page)

    def test_a_file_and_a_heading_that_are_there_pass(self):
        self.assertEqual(self.broken("# Here\n[a](other.md) [b](other.md#other) [c](#here)\n"), [])

    def test_a_file_that_is_not_there_is_named_with_its_line(self):
        self.assertEqual(self.broken("one\n[a](gone.md)\n"),
                         ["page.md:2: gone.md: there is no such file"])

    def test_a_heading_that_is_not_there_is_named(self):
        self.assertEqual(self.broken("[a](other.md#gone)\n"),
                         ["page.md:1: other.md#gone: the page has no such heading"])
        self.assertEqual(self.broken("# Here\n[a](#there)\n"),
                         ["page.md:2: #there: the page has no such heading"])

    def test_an_image_is_a_link(self):
        self.assertEqual(len(self.broken("![a](gone.png)\n")), 1)

    def test_links_out_of_the_repository_and_in_code_are_left_alone(self):
        self.assertEqual(self.broken("[a](https://example.org/x)\n```\n[a](gone.md)\n```\n"), [])

    def test_headings_have_the_names_that_github_gives_them(self):
        for heading, name in (
            ("The log says `two nodes report one GPU`", "the-log-says-two-nodes-report-one-gpu"),
            ("/healthz is 503 and the pod restarts", "healthz-is-503-and-the-pod-restarts"),
            ("UNAVAILABLE: no fresh ...", "unavailable-no-fresh-"),
            ("`node ... reports already, from ...`", "node--reports-already-from-"),
        ):
            self.assertEqual(links.anchor(heading), name)

    def test_the_second_heading_of_a_name_has_a_number(self):
        self.assertEqual(self.broken("[a](other.md#flags-1)\n", "## Flags\n## Flags\n"), [])
        self.assertEqual(len(self.broken("[a](other.md#flags-2)\n", "## Flags\n## Flags\n")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
