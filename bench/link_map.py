"""The input sections of a link, as its map names them."""

import bisect
import re
from pathlib import Path

# Of these names every object has one.
COMMON = {".text", ".text.unlikely", ".text.startup", ".text.hot", ".text.exit"}


class LinkMap:
    """The input sections of code of a link, from what the linker writes as its map."""

    def __init__(self, path):
        text = Path(path).read_text(errors="replace").split("\nLinker script and memory map\n")[1]
        line = re.compile(r"^ (\.text\S*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$", re.MULTILINE)
        found = [
            (int(begin, 16), int(size, 16), name, file)
            for name, begin, size, file in line.findall(text)
        ]
        self.sections = sorted(row for row in found if row[0] and row[1])
        self.begins = [begin for begin, *_ in self.sections]

    def executed(self, addresses):
        """The sections in which addresses lie: how a linker script names them, to bytes."""
        found = {}
        for address in addresses:
            at = bisect.bisect_right(self.begins, address) - 1
            if at < 0:
                continue
            begin, size, name, file = self.sections[at]
            if address < begin + size and (pattern := as_pattern(name, file)):
                found.setdefault(pattern, {})[begin] = size
        return {pattern: sum(sizes.values()) for pattern, sizes in found.items()}


def as_pattern(name, file):
    """A function's own section is of that name in whichever object another link takes it from.

    None: all code of an object that is in no archive, as crt1.o, of which there are a few bytes.
    """
    if name not in COMMON:
        return f"*({name})"
    member = re.fullmatch(r"(?:.*/)?([^/(]+\.a)\(([^)]+)\)", file)
    return f"*{member[1]}:{member[2]}({name})" if member else None
