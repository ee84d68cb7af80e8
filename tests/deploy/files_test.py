#!/usr/bin/env python3
"""What the chart's files say agrees with the rest of the repository. Needs no helm."""
import json
import re
import subprocess
import unittest

import yaml

from chart import CHART, ROOT, SERIES_PREFIXES, render

ALERTS = CHART / "alerts" / "keda-gpu-scaler.yaml"
DASHBOARD = CHART / "dashboards" / "keda-gpu-scaler.json"
SERIES = re.compile(r"\b(?:%s)\w+" % "|".join(SERIES_PREFIXES))


def known_series():
    names = set(SERIES.findall((ROOT / "docs" / "metrics.md").read_text()))
    return names | {n + "_bucket" for n in names} | {n + "_sum" for n in names} | {n + "_count" for n in names}


def anchors(markdown):
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def alerts():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panels():
    """The dashboard's, those in closed rows too."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield panel
        yield from panel.get("panels", [])


def dashboard_expressions():
    """(panel's title, expression) as Prometheus gets them."""
    values = {"$__rate_interval": "5m", "$namespace": ".*", "$node": "node-7"}
    for panel in panels():
        for target in panel.get("targets", []):
            expression = target["expr"]
            for name, value in values.items():
                expression = expression.replace(name, value)
            yield panel["title"], expression


def property_paths(schema, prefix=""):
    for name, child in schema.get("properties", {}).items():
        yield prefix + name, child
        yield from property_paths(child, f"{prefix}{name}.")


class FilesTest(unittest.TestCase):
    def test_chart_and_app_have_the_repositorys_version(self):
        version = (ROOT / "VERSION").read_text().strip()
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))

    def test_table_and_schema_say_what_values_yaml_says(self):
        for path, text in render.texts().items():
            self.assertEqual(path.read_text(), text, f"{path} is stale: run ./dev manifests")

    def test_every_value_is_described_and_in_the_schema(self):
        text = (CHART / "values.yaml").read_text()
        described = set(render.descriptions(text))
        schema = json.loads((CHART / "values.schema.json").read_text())
        in_schema = {path for path, _ in property_paths(schema)} - {"global"}

        def leaves(values, prefix=""):
            for key, value in values.items():
                path = prefix + key
                if path not in described and isinstance(value, dict):
                    yield from leaves(value, path + ".")
                else:
                    yield path

        values = set(leaves(yaml.safe_load(text)))
        self.assertGreater(len(values), 90)
        self.assertEqual(values - described, set())
        self.assertEqual(values - in_schema, set())
        groups = {p.rsplit(".", n)[0] for p in values for n in range(1, p.count(".") + 1)}
        self.assertEqual(in_schema - values - groups, set(), "in the schema, not in values.yaml")

    def test_schema_takes_no_unknown_value_in_objects_of_ours(self):
        schema = json.loads((CHART / "values.schema.json").read_text())
        self.assertIs(schema["additionalProperties"], False)
        for path, child in property_paths(schema):
            if "properties" in child:
                self.assertIs(child.get("additionalProperties"), False, path)

    def test_defaults_are_the_programs(self):
        page = (ROOT / "docs" / "configuration.md").read_text()
        table = dict(re.findall(r"^\| `(--[\w-]+)` \| `?([^`|]*?)`? \|", page, re.MULTILINE))
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        for flag, path in {
                "--log-level": "logLevel", "--stale-after": "staleAfter", "--forget-after": "forgetAfter",
                "--fast-interval": "fastInterval", "--poll-interval": "pollInterval", "--port": "grpc.port",
                "--metrics-port": "metrics.port", "--probe-port": "healthCheck.port",
                "--health-check-interval": "healthCheck.interval", "--max-connections": "maxConnections",
                "--max-streams": "maxStreams", "--source": "source", "--nvml-library": "nvmlLibrary",
                "--report-port": "gateway.report.port", "--max-nodes": "gateway.maxNodes",
                "--engine-schemes": "engines.schemes",
        }.items():
            self.assertEqual(str(render.value_at(values, path)), table[flag], f"{path}, {flag}")


class MonitoringTest(unittest.TestCase):
    def test_alerts_pass_promtool(self):
        run = subprocess.run(["promtool", "check", "rules", str(ALERTS)], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn(f"{len(alerts())} rules found", run.stdout)

    def test_alerts_fire_when_they_should(self):
        # One test file, beside which promtool looks for the rules.
        run = subprocess.run(["promtool", "test", "rules", "alerts_test.yaml"], text=True,
                             capture_output=True, cwd=ROOT / "tests" / "deploy")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        tested = set(re.findall(r"alertname: (\w+)", (ROOT / "tests/deploy/alerts_test.yaml").read_text()))
        self.assertEqual({a["alert"] for a in alerts()} - tested, set(), "alerts without a test")

    def test_each_alert_says_what_to_do(self):
        symptoms = anchors((ROOT / "TROUBLESHOOTING.md").read_text())
        for alert in alerts():
            with self.subTest(alert["alert"]):
                self.assertIn(alert["labels"]["severity"], ("warning", "critical"))
                self.assertEqual(set(alert["annotations"]), {"summary", "description", "runbook_url"})
                page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
                self.assertEqual(page, "TROUBLESHOOTING.md")
                self.assertIn(anchor, symptoms)

    def test_alerts_and_dashboard_ask_for_series_that_exist(self):
        known = known_series()
        self.assertGreater(len(known), 60)
        dashboard = json.loads(DASHBOARD.read_text())
        expressions = [a["expr"] for a in alerts()]
        expressions += [expression for _, expression in dashboard_expressions()]
        expressions += [v["definition"] for v in dashboard["templating"]["list"] if "definition" in v]
        self.assertGreater(len(expressions), 50)
        for expression in expressions:
            used = SERIES.findall(expression)
            self.assertTrue(used, expression)
            self.assertEqual(set(used) - known, set(), expression)

    def test_dashboards_expressions_parse(self):
        expressions = [expression for _, expression in dashboard_expressions()]
        rules = [{"record": f"panel:{i}", "expr": e} for i, e in enumerate(expressions)]
        run = subprocess.run(["promtool", "check", "rules", "/dev/stdin"], text=True, capture_output=True,
                             input=yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn(f"{len(expressions)} rules found", run.stdout)

    def test_no_panel_grows_with_the_fleet(self):
        variables = {v["name"]: v for v in json.loads(DASHBOARD.read_text())["templating"]["list"]}
        self.assertFalse(variables["node"]["includeAll"] or variables["node"]["multi"])
        used = {name for _, expression in dashboard_expressions() for name in SERIES.findall(expression)}
        fleet = [f'namespace="keda",pod="gateway-{i}"' for i in range(2)]
        gpus = [f'namespace="keda",pod="scaler-{i}",node="node-{i}",gpu_uuid="GPU-{i}-{j}",gpu_index="{j}",'
                f'exported_namespace="default",exported_pod="llm-{i}-{j}",le="+Inf"'
                for i in range(40) for j in range(8)]
        sources = {"keda_gpu_scaler_fleet_": fleet, "process_": gpus + fleet,
                   "keda_gpu_scaler_build_info": gpus + fleet}
        series = []
        for name in sorted(used):
            labels = next((s for prefix, s in sources.items() if name.startswith(prefix)), gpus)
            series += [{"series": f"{name}{{{each}}}", "values": f"{i}+1x20"} for i, each in enumerate(labels)]
        tests = [{"expr": f"count({expression}) <= bool 20", "eval_time": "15m",
                  "exp_samples": [{"labels": "{}", "value": 1}]} for _, expression in dashboard_expressions()]
        run = subprocess.run(["promtool", "test", "rules", "/dev/stdin"], text=True, capture_output=True,
                             input=yaml.safe_dump({"tests": [{"interval": "1m", "input_series": series,
                                                              "promql_expr_test": tests}]}))
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_panels_do_not_overlap(self):
        taken = {}
        for panel in panels():
            at = panel["gridPos"]
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    self.assertLess(x, 24)
                    self.assertNotIn((x, y), taken, f"{panel['title']} over {taken.get((x, y))}")
                    taken[x, y] = panel["title"]


if __name__ == "__main__":
    unittest.main()
