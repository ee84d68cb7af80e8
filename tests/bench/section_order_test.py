#!/usr/bin/env python3
"""What a program executes is found in its link, and lies side by side after the next."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import executed
import link_map
import section_order

PROGRAM = """
int __attribute__((noinline)) first(int x) { return x + 1; }
int __attribute__((noinline)) cold(int x) { return x + 2; }
int __attribute__((noinline)) last(int x) { return x + 3; }
int main(int argc, char** argv) { return argc > 1 ? cold(argc) : first(argc) + last(argc); }
"""

MAP = """
 .text.discarded
                0x0000000000000000       0x10 x.o

Linker script and memory map

 *(.text.unlikely .text.*_unlikely .text.unlikely.*)
 .text          0x0000000000001000       0x20 /usr/lib/libgrpc.a(call.cc.o)
 .text._ZN1a1bEv
                0x0000000000001020       0x08 src/cli/libgpuscaler_cli.a(run.cc.o)
 .text          0x0000000000001030       0x10 /usr/lib/crt1.o
 .rodata        0x0000000000002000       0x10 /usr/lib/libgrpc.a(call.cc.o)
"""

DUMP = """
ob=/lib/libc.so.6
fn=read
0x1024 7
ob=???
0x100900 1
ob=/build/program
fn=main
0x1000 1
0x1022 3
cob=/lib/libc.so.6
cfn=read
calls=1 0x5000
0x1023 30
0x1031 1
0x2004 1
"""


class SectionOrderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_only_the_instructions_of_the_program_count(self):
        (self.folder / "7.1").write_text(DUMP)
        at = mock.patch.object(executed, "load_address", return_value=0x100000)
        with at, mock.patch.object(executed, "control"):
            found = executed.addresses_of(self.folder, 7, "/build/program")
        self.assertEqual(found, {0x900, 0x1000, 0x1022, 0x1023, 0x1031, 0x2004})

    def test_a_function_is_named_alone_and_the_rest_by_archive_and_object(self):
        link = self.folder / "map"
        link.write_text(MAP)
        found = link_map.LinkMap(link).executed({0x1000, 0x1004, 0x1022, 0x1031, 0x2004})
        self.assertEqual(found, {"*libgrpc.a:call.cc.o(.text)": 0x20, "*(.text._ZN1a1bEv)": 8})

    def test_what_is_listed_lies_side_by_side(self):
        (self.folder / "program.c").write_text(PROGRAM)
        self.link()
        symbols = self.symbols()
        found = link_map.LinkMap(self.folder / "map").executed(
            {symbols["first"], symbols["last"]}
        )
        self.assertEqual(set(found), {"*(.text.first)", "*(.text.last)"})
        script = section_order.script({"a": sorted(found), "b": ["*liba.a:gone.o(.text)"]})
        (self.folder / "order.ld").write_text(script)
        self.link("-Wl,-T,order.ld")
        symbols = self.symbols()
        in_memory = sorted(["first", "cold", "last"], key=symbols.get)
        self.assertEqual(in_memory, ["first", "last", "cold"])

    def link(self, *flags):
        command = ["cc", "-O1", "-ffunction-sections", "program.c", "-o", "program"]
        subprocess.run([*command, "-Wl,-Map=map", *flags], cwd=self.folder, check=True)

    def symbols(self):
        listed = subprocess.check_output(["nm", "program"], cwd=self.folder, text=True)
        rows = [line.split() for line in listed.splitlines()]
        return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}


if __name__ == "__main__":
    unittest.main()
