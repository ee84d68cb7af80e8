#!/usr/bin/env python3
"""What the chart makes of its alerts and its dashboard."""
import subprocess
import unittest

import yaml

from chart import CHART, HOW_HELM, find, matches, need, objects, pod_of, values_file


def setUpModule():
    need("helm", HOW_HELM)


class MonitoringTest(unittest.TestCase):
    def rules(self, name):
        groups = find(name, "PrometheusRule")["spec"]["groups"]
        return groups, {r["alert"]: r for g in groups for r in g["rules"]}

    def test_the_alerts_are_those_of_the_file(self):
        groups, _ = self.rules("pod-monitor")
        self.assertEqual(groups, yaml.safe_load((CHART / "alerts/keda-gpu-scaler.yaml").read_text())["groups"])

    def test_values_change_the_alerts(self):
        groups, rules = self.rules("monitoring")
        self.assertNotIn("KedaGpuScalerGpuLost", rules)
        self.assertIn("ScalerIsOld", rules)
        absent = rules["KedaGpuScalerAbsent"]
        self.assertEqual(absent["labels"], {"severity": "critical", "team": "platform"})
        self.assertTrue(absent["annotations"]["runbook_url"].startswith(
            "https://docs.example.com/keda-gpu-scaler/TROUBLESHOOTING.md#prometheus"))
        self.assertEqual(len(groups), 4)

    def test_rendered_rules_pass_promtool(self):
        for name in ("monitoring", "pod-monitor"):
            groups, rules = self.rules(name)
            run = subprocess.run(["promtool", "check", "rules", "/dev/stdin"], text=True, capture_output=True,
                                 input=yaml.safe_dump({"groups": groups}))
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertIn(f"{len(rules)} rules found", run.stdout)

    def test_monitors_find_nodes_and_gateways(self):
        for name, kind in (("monitoring", "ServiceMonitor"), ("pod-monitor", "PodMonitor")):
            selector = find(name, kind)["spec"]["selector"]
            component = selector["matchExpressions"][0]
            candidates = objects(values_file(name))
            if kind == "ServiceMonitor":
                labels = [o["metadata"]["labels"] for o in candidates if o["kind"] == "Service"]
            else:
                labels = [pod_of(o)[1] for o in candidates if pod_of(o)]
            found = {one["app.kubernetes.io/component"] for one in labels if matches(selector, one)
                     and one[component["key"]] in component["values"]}
            self.assertEqual(found, {"gateway", "node"}, kind)

    def test_the_dashboard_is_the_file(self):
        config = find("pod-monitor", "ConfigMap", "-dashboard")
        self.assertEqual(config["metadata"]["labels"]["grafana_dashboard"], "1")
        self.assertEqual(config["data"]["keda-gpu-scaler.json"].strip(),
                         (CHART / "dashboards/keda-gpu-scaler.json").read_text().strip())


if __name__ == "__main__":
    unittest.main()
