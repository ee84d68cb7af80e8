#!/usr/bin/env python3
"""The layering check finds what it is there to find."""
import unittest

import check_layering

TABLE = "base: \ncatalog: base\nserving: catalog\n"


class LayeringTest(unittest.TestCase):
    def test_permission_is_transitive(self):
        allowed = check_layering.read_table(TABLE)
        self.assertEqual(allowed["serving"], {"base", "catalog", "serving"})

    def test_an_include_against_the_arrow_is_found(self):
        allowed = check_layering.read_table(TABLE)
        text = '#include <vector>\n#include "base/x.h"\n  #  include "serving/y.h"\n'
        self.assertEqual(check_layering.violations(allowed, "catalog", text), ["serving/y.h"])

    def test_a_circle_is_refused(self):
        with self.assertRaises(ValueError):
            check_layering.read_table("a: b\nb: a\n")


if __name__ == "__main__":
    unittest.main()
