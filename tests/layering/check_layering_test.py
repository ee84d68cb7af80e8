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

    def test_a_folder_in_a_folder_can_be_a_component(self):
        allowed = check_layering.read_table("base: \nweb: base\nweb/text: base\n")
        text = '#include "web/page.h"\n#include "web/text/line.h"\n#include "grpc/grpc.h"\n'
        self.assertEqual(check_layering.violations(allowed, "web/text", text), ["web/page.h"])
        self.assertEqual(check_layering.violations(allowed, "web", text), ["web/text/line.h"])
        self.assertEqual(check_layering.component_of(allowed, "web/text/line.h"), "web/text")
        self.assertIsNone(check_layering.component_of(allowed, "other/line.h"))

    def test_a_circle_is_refused(self):
        with self.assertRaises(ValueError):
            check_layering.read_table("a: b\nb: a\n")


if __name__ == "__main__":
    unittest.main()
