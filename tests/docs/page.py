"""The command blocks of a Markdown page, and what the page says that they print.

A line `<!-- walk: WORDS -->` right before a fenced block says what becomes of it. The first word is

- `run`: it is run. `exit=N`: that is its last command's exit status, not 0. `until`: again and
  again until it succeeds and prints what it should, as a reader would who waits for a server;
- `output`: what the run block before it prints. Each line must be in the output, in that order;
  numbers and spaces are free, `...` is anything;
- `repository`: it is run in the repository itself, where that is asked for: it builds;
- `cluster`, `gpu`, `registry`, `packages`: it needs one, and is skipped with a line that says so.

A block of shell commands without a mark is an error: nobody would know that it is not walked.
"""

import re
from dataclasses import dataclass, field

SHELL = {"sh", "bash", "shell", "console"}
SKIPPED = {
    "cluster": "needs a cluster",
    "gpu": "needs a GPU",
    "registry": "needs a registry",
    "packages": "installs packages",
}
_MARK = re.compile(r"^\s*<!--\s*walk:\s*(?P<words>.*?)\s*-->\s*$")
_FENCE = re.compile(r"^(?P<fence>```+)\s*(?P<language>[\w-]*)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")


class PageError(Exception):
    """The page itself is wrong; the message begins with its line."""


@dataclass
class Block:
    line: int  # of the first command
    what: str  # run, repository or a key of SKIPPED
    text: str
    exit_status: int = 0
    until: bool = False
    output: list[str] = field(default_factory=list)  # lines that must be printed


def pattern(line: str) -> re.Pattern:
    """What a line of output must look like to be the `line` of the page."""
    out = []
    for part in re.split(r"(\.\.\.|\s+|-?\d+(?:[.,]\d+)*)", line.strip()):
        if part == "...":
            out.append(".*")
        elif part.isspace():
            out.append(r"\s+")
        elif _NUMBER.fullmatch(part):
            out.append(_NUMBER.pattern)
        else:
            out.append(re.escape(part))
    return re.compile("".join(out))


def missing(expected: list[str], printed: str) -> str | None:
    """The first line that `printed` does not have after those before it."""
    lines = iter(printed.splitlines())
    for line in expected:
        wanted = pattern(line)
        if not any(wanted.search(one) for one in lines):
            return line
    return None


def blocks(text: str, section: str | None = None) -> list[Block]:
    """Those of the page, or of the part under the heading `section` alone."""
    found: list[Block] = []
    mark, mark_line = None, 0
    inside = section is None
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if section is not None and line.startswith("## "):
            inside = line[3:].strip() == section
        words = _MARK.match(line)
        fence = _FENCE.match(line)
        if words:
            mark, mark_line = words["words"].split(), number
        elif fence:
            body = _body(lines, fence["fence"], number)
            if inside:
                _add(found, mark, fence["language"], number, body)
            mark = None
        elif line.strip() and mark is not None:
            raise PageError(f"{mark_line}: this mark is not right before a block")
    if mark is not None:
        raise PageError(f"{mark_line}: this mark is not right before a block")
    if not any(block.what == "run" for block in found):
        raise PageError(f"1: no block that is run{f' under {section!r}' if section else ''}")
    return found


def _body(lines, fence: str, opened: int) -> str:
    body = []
    for _, line in lines:
        if line.strip() == fence:
            return "\n".join(body) + "\n"
        body.append(line)
    raise PageError(f"{opened}: this block does not end")


def _add(found: list[Block], mark: list[str] | None, language: str, fence: int, body: str) -> None:
    if mark is None:
        if language in SHELL:
            raise PageError(f"{fence}: commands without a mark: `<!-- walk: run -->`, or what they"
                            " need")
        return
    what, *options = mark or [""]
    if what == "output":
        if not found or found[-1].what not in ("run", "repository"):
            raise PageError(f"{fence}: output of no block that is run")
        found[-1].output += [line for line in body.splitlines() if line.strip()]
        return
    if what not in ("run", "repository") and what not in SKIPPED:
        raise PageError(f"{fence}: {what!r} is no mark; there are run, output, repository,"
                        f" {', '.join(SKIPPED)}")
    block = Block(fence + 1, what, body)
    for option in options:
        status = re.fullmatch(r"exit=(\d+)", option)
        if status:
            block.exit_status = int(status[1])
        elif option == "until":
            block.until = True
        else:
            raise PageError(f"{fence}: {option!r} is no option; there are exit=N and until")
    found.append(block)
