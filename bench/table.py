"""The rows of the benchmark's table, and how they are printed."""

import dataclasses
import statistics


@dataclasses.dataclass
class Row:
    what: str
    value: float
    unit: str
    low: float | None = None  # the spread over rounds, or None: a single figure
    high: float | None = None
    beside: str = ""  # the yardstick of the same run
    goal: str = ""
    ok: bool | None = None  # None: no goal
    details: dict = dataclasses.field(default_factory=dict)  # for the JSON only


def from_rounds(what, values, unit, **more):
    """The median of some rounds and their spread."""
    return Row(what, statistics.median(values), unit, min(values), max(values), **more)


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def cells(row):
    spread = "" if row.low is None else f"{number(row.low)} - {number(row.high)}"
    verdict = {None: "", True: "ok", False: "MISS"}[row.ok]
    return [row.what, f"{number(row.value)} {row.unit}", spread, row.beside, row.goal, verdict]


def render(sections):
    """`sections`: title -> rows. One table."""
    head = ["", "figure", "spread", "beside it, same run", "goal", ""]
    body = {title: [cells(row) for row in rows] for title, rows in sections.items()}
    everything = [head] + [line for lines in body.values() for line in lines]
    widths = [max(len(line[column]) for line in everything) for column in range(len(head))]

    def show(line):
        left = [line[0].ljust(widths[0]), line[1].rjust(widths[1])]
        right = [cell.ljust(width) for cell, width in zip(line[2:], widths[2:])]
        return "  ".join(left + right).rstrip()

    lines = [show(head), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    for title, rows in body.items():
        lines += [title] + [show(row) for row in rows]
    return "\n".join(lines)
