"""The chart as tests see it: its files, and what helm makes of them."""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "tools"
sys.path.insert(0, str(ROOT / "deploy"))

import render  # noqa: E402

CHART = render.CHART
CI_VALUES = sorted((CHART / "ci").glob("*-values.yaml"))
SERIES_PREFIXES = ("keda_gpu_scaler_", "process_")


def tool(name):
    """Path of a tool that ./dev chart builds, or of the system's; None: not here."""
    built = TOOLS / name
    return str(built) if built.exists() else shutil.which(name)


def need(name, how):
    """Skips the tests of the module, or fails where REQUIRE_TOOLS is set, when a tool is not here."""
    if tool(name):
        return tool(name)
    if os.environ.get("REQUIRE_TOOLS"):
        raise RuntimeError(f"{name} is not here: {how}")
    print(f"SKIP: {name} is not here: {how}", flush=True)
    raise unittest.SkipTest(f"{name} is not here")


HOW_HELM = "`./dev chart` builds it where Go is"


def helm(*arguments):
    return subprocess.run([tool("helm"), *arguments], capture_output=True, text=True, check=False)


def template(*arguments, namespace="keda"):
    return helm("template", "keda-gpu-scaler", str(CHART), "--namespace", namespace, *arguments)


@functools.lru_cache(maxsize=None)
def rendered(values_file):
    """The text of all objects for a values file of ci/."""
    run = template("--values", str(values_file))
    if run.returncode != 0:
        raise AssertionError(f"helm template with {values_file.name}: {run.stderr}")
    return run.stdout


@functools.lru_cache(maxsize=None)
def objects(values_file):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [o for o in yaml.load_all(rendered(values_file), Loader=loader) if o]


def values_file(name):
    return CHART / "ci" / f"{name}-values.yaml"


def find(name, kind, suffix=""):
    """The one object of a kind whose name ends in the suffix."""
    found = [o for o in objects(values_file(name))
             if o["kind"] == kind and o["metadata"]["name"].endswith(suffix)]
    assert len(found) == 1, f"{kind} *{suffix} of {name}: {[o['metadata']['name'] for o in found]}"
    return found[0]


def pod_of(obj):
    """(spec, labels) of an object's pod; None for objects without."""
    if obj["kind"] == "Pod":
        return obj["spec"], obj["metadata"]["labels"]
    if obj["kind"] in ("DaemonSet", "Deployment"):
        pod = obj["spec"]["template"]
        return pod["spec"], pod["metadata"]["labels"]
    return None


def pods(values_file_path):
    for obj in objects(values_file_path):
        if pod_of(obj):
            yield (f"{values_file_path.name}: {obj['kind']} {obj['metadata']['name']}", *pod_of(obj))


def flags(container):
    """{"--flag": [values]} of a container's arguments."""
    found = {}
    for argument in container["args"]:
        flag, _, value = argument.partition("=")
        found.setdefault(flag, []).append(value)
    return found


def matches(selector, labels):
    wanted = selector.get("matchLabels", selector)
    return all(labels.get(k) == v for k, v in wanted.items())


def documented_flags(heading):
    """The flags in the table under a heading of the generated page."""
    page = (ROOT / "docs" / "configuration.md").read_text()
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL).group(1)
    return set(re.findall(r"^\| `(--[\w-]+)`", section, re.MULTILINE))
