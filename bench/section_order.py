#!/usr/bin/env python3
"""Writes cmake/section_order.ld: puts side by side what a serving process executes.

What comes first is what a node executes that is asked and scraped, then what others add: a node
with a kubelet that reports, and its gateway; both over mTLS; a node that reads engines.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

import deployments
import executed
import link_map
from processes import Processes

# All that happens again and again does so within it; pages of code are given back every minute.
SECONDS = 75
# In the order of the script: the pages of the first lie densest.
DEPLOYMENTS = [
    deployments.node,
    deployments.fleet,
    deployments.fleet_over_tls,
    deployments.node_that_reads_engines,
]

HEAD = """\
/* What a serving process executes lies side by side. Else it is scattered over all code, of
 * which the kernel maps 64 KiB and more around each page that is touched.
 *
 * Written by `./dev section-order` (bench/section_order.py), which runs nodes and gateways under
 * callgrind. A line whose section a link does not have does nothing, and a section without a line
 * lies behind these: nothing breaks when it gets old, the process only grows.
 */
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="folder of the preset `bench`")
    parser.add_argument("script", type=Path, help="what to write")
    arguments = parser.parse_args()

    link = link_map.LinkMap(arguments.build / "keda-gpu-scaler.map")
    parts = {}
    listed = set()
    for deployment in DEPLOYMENTS:
        what = deployment.__doc__.rstrip(".")
        print(f"section-order: {what} ...", file=sys.stderr, flush=True)
        found = link.executed(executed_by(arguments.build, deployment))
        parts[what] = sorted(set(found) - listed)
        listed |= set(found)
        added = sum(found[pattern] for pattern in parts[what])
        print(f"  {len(parts[what])} sections more, {added / 1e6:.2f} MB", file=sys.stderr)
    arguments.script.write_text(script(parts))
    print(f"written: {arguments.script}")


def script(parts):
    lines = [HEAD + "SECTIONS {", "  .text.resident : {"]
    for what, patterns in parts.items():
        lines += [f"    /* {what} */", *(f"    {pattern}" for pattern in patterns)]
    return "\n".join([*lines, "  }", "}", "INSERT BEFORE .text;\n"])


def executed_by(build, deployment):
    """The addresses that the servers of a deployment execute while it is driven, once all are ready."""
    with tempfile.TemporaryDirectory() as folder:
        with Processes(build, under=executed.callgrind(folder)) as processes:
            servers, drive = deployment(processes, Path(folder))
            for server in servers:
                processes.await_probe(server, "/readyz")
            for server in servers:
                executed.record(server.pid)
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                drive()
                for server in servers:
                    deployments.look(server)
            binary = processes.binary.resolve()
            dumps = [executed.addresses_of(folder, server.pid, binary) for server in servers]
        return set().union(*dumps)


if __name__ == "__main__":
    main()
