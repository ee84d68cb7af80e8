#!/usr/bin/env python3
"""Follows the links of the repository's Markdown: files must be there, and so must their headings.

    links.py REPOSITORY

Only links within the repository; whether other sites are there is not this test's to know. Headings
are named as GitHub names them.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

_LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^\s*```")


def prose(text: str) -> list[tuple[int, str]]:
    """The lines that are no code, with their numbers."""
    lines, fenced = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            lines.append((number, line))
    return lines


def anchor(heading: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def anchors(text: str) -> set[str]:
    found: set[str] = set()
    for _, line in prose(text):
        heading = re.match(r"#{1,6}\s+(.*)", line)
        if heading:
            name, more = anchor(heading[1]), 0
            while (name if not more else f"{name}-{more}") in found:
                more += 1
            found.add(name if not more else f"{name}-{more}")
    return found


def broken(repository: Path, page: Path) -> list[str]:
    wrong = []
    for number, line in prose(page.read_text()):
        for link in _LINK.findall(line):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, heading = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            where = f"{page.relative_to(repository)}:{number}: {link}"
            if not target.exists():
                wrong.append(f"{where}: there is no such file")
            elif heading and target.suffix == ".md" and heading not in anchors(target.read_text()):
                wrong.append(f"{where}: the page has no such heading")
    return wrong


def main() -> int:
    repository = Path(sys.argv[1]).resolve()
    listed = subprocess.run(["git", "-C", repository, "ls-files", "-z", "*.md"],
                            capture_output=True, text=True, check=True).stdout
    pages = [repository / name for name in listed.split("\0") if name]
    wrong = [line for page in pages for line in broken(repository, page)]
    print("\n".join(wrong) if wrong else f"the links of {len(pages)} pages lead somewhere")
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
