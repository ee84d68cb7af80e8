#!/usr/bin/env python3
"""Runs every benchmark of a build folder and prints one table; README.md says what its rows are."""

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

import engines
import fleet
import get_metrics
import machine
import measures
from processes import Processes
from table import render

SECTIONS = {
    "Pure code, 8 GPUs": measures.pure_code,
    "Start": measures.start,
    "GetMetrics, connections x calls in flight": get_metrics.rows,
    "StreamIsActive, one stream": measures.reaction,
    "StreamIsActive, 1,000 streams on one connection": measures.many_streams,
    "Engines, 200 names of 5 addresses, 95 KB each every second": engines.scraping,
    "From zero: StreamIsActive on a router's queue": engines.first_request,
    "Idle process, 8 GPUs": measures.idle_cpu,
    "Memory, 8 GPUs": measures.memory,
}


FLEET_SECTIONS = {
    "Fleet of 100 nodes x 8 GPUs": lambda *given: fleet.rows(*given, nodes=100),
    "Fleet of 1,000 nodes x 8 GPUs": lambda *given: fleet.rows(*given, nodes=1000),
    "Fleet of 5,000 nodes x 8 GPUs": lambda *given: fleet.rows(*given, nodes=5000),
    "Fleet of 5,000 nodes, 80 workloads of 500 GPUs": lambda *given: fleet.rows(
        *given, nodes=5000, gpus_each=500
    ),
    "Fleet of 5,000 nodes, 8,000 workloads of 5 GPUs": lambda *given: fleet.rows(
        *given, nodes=5000, gpus_each=5
    ),
    "Fleet of 5,000 nodes, 200 open streams": lambda *given: fleet.rows(
        *given, nodes=5000, streams=200
    ),
    "Fleet of 5,000 nodes, 800 open streams": lambda *given: fleet.rows(
        *given, nodes=5000, streams=800
    ),
    "Fleet of 1,000 nodes, TLS": lambda *given: fleet.rows(*given, nodes=1000, tls=True),
    "Fleet of 5,000 nodes, TLS": lambda *given: fleet.rows(*given, nodes=5000, tls=True),
    "Reaction through a gateway, 3 nodes": lambda *given: fleet.reaction(*given, nodes=3),
    "Reaction through a gateway, 1,000 nodes": lambda *given: fleet.reaction(*given, nodes=1000),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="folder of the preset `bench`")
    parser.add_argument("what", nargs="?", choices=["node", "fleet"], default="node")
    parser.add_argument("--quick", action="store_true", help="2 min instead of 10; noisier")
    parser.add_argument("--only", help="sections whose title contains this")
    arguments = parser.parse_args()

    facts = machine.facts(arguments.build)
    sections = {}
    for title, measure in (FLEET_SECTIONS if arguments.what == "fleet" else SECTIONS).items():
        if arguments.only and arguments.only.lower() not in title.lower():
            continue
        print(f"bench: {title} ...", file=sys.stderr, flush=True)
        with Processes(arguments.build) as processes:
            sections[title] = measure(processes, arguments.quick)
    facts["load_average_after"] = round(os.getloadavg()[0], 2)
    facts["quick"] = arguments.quick

    print(machine.line(facts) + ("; --quick" if arguments.quick else ""))
    print(render(sections))
    goals = [row for rows in sections.values() for row in rows if row.ok is not None]
    print(f"{sum(row.ok for row in goals)} of {len(goals)} goals met")

    out = arguments.build / ("fleet.json" if arguments.what == "fleet" else "bench.json")
    named = {title: [dataclasses.asdict(row) for row in rows] for title, rows in sections.items()}
    out.write_text(json.dumps({"machine": facts, "sections": named}, indent=1) + "\n")
    print(f"written: {out}")


if __name__ == "__main__":
    main()
