#!/usr/bin/env python3
"""Writes what follows from the chart: deploy/manifests, the values table of the chart's README and the
descriptions in its schema. `./dev manifests` runs it, and tests/deploy checks that nothing is stale.

usage: render.py HELM
"""
import json
import pathlib
import re
import subprocess
import sys

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent
CHART = DEPLOY / "helm" / "keda-gpu-scaler"
MANIFESTS = DEPLOY / "manifests"
NAMESPACE = "keda"

# file: (what it is, further arguments of helm template)
PLAIN = {
    "fleet.yaml": ("a node on every GPU node, and two gateways that answer KEDA for all of them", []),
    "single-node.yaml": ("one GPU node, which answers KEDA itself",
                         ["--values", str(CHART / "ci" / "single-node-values.yaml")]),
    "monitoring.yaml": ("besides fleet.yaml, for Prometheus operator and Grafana's sidecar",
                        ["--set", "podMonitor.enabled=true,prometheusRule.enabled=true,"
                                  "grafana.dashboard.enabled=true",
                         "--show-only", "templates/podmonitor.yaml",
                         "--show-only", "templates/prometheusrule.yaml",
                         "--show-only", "templates/dashboard.yaml"]),
}

HEAD = """\
# {what}.
# Rendered from deploy/helm/keda-gpu-scaler by `./dev manifests`: change the chart. The namespace is {namespace}.
{use}
"""

USE = """\
# The image needs your registry before it:
#   sed 's|image: "|&REGISTRY/|' {name} | kubectl apply -f -"""

KEY = re.compile(r"^( *)([A-Za-z][\w.]*):")
TABLE = re.compile(r"(<!-- values -->\n).*?(<!-- end of values -->)", re.DOTALL)


def descriptions(text):
    """{"a.b": description} of the comments "# -- ..." in values.yaml."""
    found, path, pending = {}, [], None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# -- "):
            pending = stripped[5:]
        elif match := KEY.match(line):
            depth = len(match.group(1)) // 2
            path[depth:] = [match.group(2)]
            if pending is not None:
                found[".".join(path)] = pending
            pending = None
    return found


def value_at(values, path):
    for key in path.split("."):
        values = values[key]
    return values


def values_table(text):
    values = yaml.safe_load(text)
    rows = ["| value | default | what it is |", "|---|---|---|"]
    for path, description in descriptions(text).items():
        default = json.dumps(value_at(values, path)).replace("|", "\\|")
        rows.append(f"| `{path}` | `{default}` | {description.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


def described_schema(schema_text, values_text):
    schema = json.loads(schema_text)
    for path, description in descriptions(values_text).items():
        at = schema
        for key in path.split("."):
            at = at["properties"][key]
        at["description"] = description
    return json.dumps(schema, indent=2) + "\n"


def readme(text, values_text):
    return TABLE.sub(lambda m: m.group(1) + values_table(values_text) + m.group(2), text)


def plain(rendered):
    """What helm template prints, without what is only true of a release."""
    lines = [line for line in rendered.splitlines()
             if not re.match(r"\s*(app\.kubernetes\.io/managed-by|helm\.sh/chart):|# Source:", line)]
    documents = re.split(r"^---\n", "\n".join(lines) + "\n", flags=re.MULTILINE)
    return "---\n".join(d.strip() + "\n" for d in documents if d.strip())


def manifest(helm, name):
    what, arguments = PLAIN[name]
    run = subprocess.run([helm, "template", "keda-gpu-scaler", str(CHART), "--namespace", NAMESPACE,
                          "--set", "tests.enabled=false", *arguments], check=True, capture_output=True, text=True)
    text = plain(run.stdout)
    use = USE if "image:" in text else "#   kubectl apply -f {name}"
    return HEAD.format(what=what[0].upper() + what[1:], namespace=NAMESPACE, use=use.format(name=name)) + text


def texts():
    """{path: text} of what needs no helm."""
    values = (CHART / "values.yaml").read_text()
    schema, page = CHART / "values.schema.json", CHART / "README.md"
    return {schema: described_schema(schema.read_text(), values), page: readme(page.read_text(), values)}


def rendered(helm):
    return {MANIFESTS / name: manifest(helm, name) for name in PLAIN}


def main(helm):
    MANIFESTS.mkdir(exist_ok=True)
    for path, text in {**texts(), **rendered(helm)}.items():
        path.write_text(text)
        print(path.relative_to(DEPLOY.parent))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
