#!/usr/bin/env python3
"""linked_test.py BUILD_FOLDER: what is said to be inside the program is what it was built from."""

import sys
import tempfile
import unittest
from pathlib import Path

import image_modules
import linked

# Of the headers that the sources include; with static libraries more.
HEADERS_OF = {"libabsl-dev", "libcli11-dev", "libgrpc++-dev", "libprotobuf-dev", "libspdlog-dev",
              "libyaml-cpp-dev"}
TEST_ONLY = {"libgtest-dev", "libgmock-dev", "libbenchmark-dev", "googletest"}


class LinkedTest(unittest.TestCase):
    build = Path()

    def test_a_program_has_the_packages_of_its_headers_and_none_of_the_tests(self):
        names = {package.name for package in linked.packages(self.build, "keda-gpu-scaler")}
        self.assertLessEqual(HEADERS_OF, names)
        self.assertTrue(any(name.startswith("libboost1.") for name in names), names)
        self.assertTrue(any(name.startswith("libstdc++-") for name in names), names)
        self.assertFalse(names & TEST_ONLY)

    def test_a_folder_without_a_build_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(LookupError, "holds no finished build"):
                linked.packages(Path(folder), "keda-gpu-scaler")


if __name__ == "__main__":
    LinkedTest.build = Path(sys.argv.pop())
    unittest.main()
