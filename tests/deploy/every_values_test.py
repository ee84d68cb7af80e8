#!/usr/bin/env python3
"""What holds of the chart with every values file of its ci folder."""
import re
import subprocess
import unittest

from chart import (CHART, CI_VALUES, HOW_HELM, documented_flags, flags, helm, matches, need, objects,
                   pod_of, pods, render, rendered, tool)

# Kinds that the chart may make: none of them gives anybody a right.
KINDS = {"DaemonSet", "Deployment", "Service", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget",
         "PriorityClass", "ConfigMap", "Pod", "Certificate", "ServiceMonitor", "PodMonitor", "PrometheusRule"}

# Flags that the chart sets by environment.
NO_VALUE = {"--node-name", "--pod-name", "--pod-namespace"}


def mebibytes(quantity):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", quantity).groups()
    return int(number) * {"Mi": 1, "Gi": 1024}[unit]


def setUpModule():
    need("helm", HOW_HELM)


class EveryValuesFileTest(unittest.TestCase):
    def test_there_are_values_files(self):
        self.assertGreaterEqual(len(CI_VALUES), 10)

    def test_lint(self):
        for path in CI_VALUES:
            with self.subTest(path.name):
                run = helm("lint", "--strict", str(CHART), "--values", str(path))
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
                self.assertIn("1 chart(s) linted, 0 chart(s) failed", run.stdout)

    def test_nothing_gives_rights(self):
        for path in CI_VALUES:
            for obj in objects(path):
                self.assertIn(obj["kind"], KINDS, path.name)
                self.assertNotIn("rbac", obj["apiVersion"], path.name)

    def test_pods_have_no_token(self):
        for path in CI_VALUES:
            for where, spec, _ in pods(path):
                self.assertIs(spec["automountServiceAccountToken"], False, where)
            for obj in objects(path):
                if obj["kind"] == "ServiceAccount":
                    self.assertIs(obj["automountServiceAccountToken"], False)

    def test_containers_are_unprivileged(self):
        seen = 0
        for path in CI_VALUES:
            for where, spec, _ in pods(path):
                self.assertEqual(spec["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"}, where)
                for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
                    self.assertNotIn(forbidden, spec, where)
                for container in spec["containers"] + spec.get("initContainers", []):
                    security = container["securityContext"]
                    self.assertNotIn("privileged", security, where)
                    self.assertIs(security["allowPrivilegeEscalation"], False, where)
                    self.assertIs(security["readOnlyRootFilesystem"], True, where)
                    self.assertEqual(security["capabilities"], {"drop": ["ALL"]}, where)
                    seen += 1
        self.assertGreater(seen, 2 * len(CI_VALUES))

    def test_only_nodes_that_ask_the_kubelet_run_as_root(self):
        for path in CI_VALUES:
            for where, spec, _ in pods(path):
                asks = any(v["name"] == "pod-resources" for v in spec.get("volumes", []))
                with self.subTest(where):
                    self.assertEqual(spec["securityContext"]["runAsUser"], 0 if asks else 65532)
                    self.assertIs(spec["securityContext"]["runAsNonRoot"], not asks)

    def test_host_paths_are_read_only_but_for_devices(self):
        for path in CI_VALUES:
            for where, spec, _ in pods(path):
                kinds = {v["name"]: v["hostPath"]["type"] for v in spec.get("volumes", []) if "hostPath" in v}
                for mount in spec["containers"][0].get("volumeMounts", []):
                    if kinds.get(mount["name"], "CharDevice") != "CharDevice":
                        self.assertIs(mount["readOnly"], True, f"{where}: {mount}")

    def test_every_container_has_resources_and_a_limit_of_memory(self):
        for path in CI_VALUES:
            for where, spec, _ in pods(path):
                for container in spec["containers"]:
                    self.assertIn("cpu", container["resources"]["requests"], where)
                    self.assertIn("memory", container["resources"]["requests"], where)
                    self.assertIn("memory", container["resources"]["limits"], where)

    def test_volumes_and_mounts_belong_together(self):
        for path in CI_VALUES:
            for where, spec, _ in pods(path):
                volumes = [v["name"] for v in spec.get("volumes", [])]
                mounts = spec["containers"][0].get("volumeMounts", [])
                self.assertEqual(len(volumes), len(set(volumes)), where)
                self.assertEqual(sorted(volumes), sorted(m["name"] for m in mounts), where)
                folders = tuple(m["mountPath"] + "/" for m in mounts)
                for argument in spec["containers"][0]["args"]:
                    for file in re.findall(r"/etc/keda-gpu-scaler/\S+", argument):
                        self.assertTrue(file.startswith(folders), f"{where}: {file} is not mounted")

    def test_selectors_find_pods_and_named_ports(self):
        for path in CI_VALUES:
            found = list(pods(path))
            for obj in objects(path):
                name = f"{path.name}: {obj['kind']} {obj['metadata']['name']}"
                if obj["kind"] == "Service":
                    behind = [(w, s) for w, s, labels in found if matches(obj["spec"]["selector"], labels)]
                    self.assertEqual(len(behind), 1, name)
                    ports = {p["name"] for p in behind[0][1]["containers"][0]["ports"]}
                    for port in obj["spec"]["ports"]:
                        self.assertIn(port["targetPort"], ports, name)
                if obj["kind"] == "NetworkPolicy":
                    behind = [s for _, s, labels in found if matches(obj["spec"]["podSelector"], labels)]
                    self.assertEqual(len(behind), 1, name)
                    ports = {p["name"] for p in behind[0]["containers"][0]["ports"]}
                    opened = {p["port"] for rule in obj["spec"]["ingress"] for p in rule.get("ports", [])}
                    self.assertEqual(opened, ports, name)
                if obj["kind"] in ("DaemonSet", "Deployment"):
                    self.assertTrue(matches(obj["spec"]["selector"], pod_of(obj)[1]), name)

    def test_flags_are_the_programs(self):
        known, watch = documented_flags("Flags"), documented_flags("`watch`")
        self.assertIn("--report-to", known)
        self.assertIn("--count", watch)
        for path in CI_VALUES:
            for where, spec, labels in pods(path):
                given = flags(spec["containers"][0])
                if labels["app.kubernetes.io/component"] == "test":
                    used = {f for f in given if f.startswith("--")}
                    self.assertEqual(used - watch, set(), where)
                    continue
                self.assertEqual(set(given) - known, set(), where)
                for flag, values in given.items():
                    if flag not in ("--gpu-resource", "--engine-auth"):
                        self.assertEqual(len(values), 1, f"{where}: {flag} is given twice")

    def test_every_flag_has_a_value(self):
        used = {f for path in CI_VALUES for _, spec, _ in pods(path) for f in flags(spec["containers"][0])}
        self.assertEqual(documented_flags("Flags") - used - NO_VALUE, set(),
                         "flags that no values file of ci sets: give them a value, or a place in NO_VALUE")

    def test_memory_is_guarded_below_the_limit(self):
        for path in CI_VALUES:
            for where, spec, labels in pods(path):
                container = spec["containers"][0]
                if labels["app.kubernetes.io/component"] == "test":
                    continue
                guard = int(flags(container)["--max-memory-mib"][0])
                self.assertLessEqual(2 * guard, mebibytes(container["resources"]["limits"]["memory"]), where)

    def test_names_fit_and_namespaces_are_the_releases(self):
        for path in CI_VALUES:
            for obj in objects(path):
                self.assertLessEqual(len(obj["metadata"]["name"]), 63)
                if obj["kind"] != "PriorityClass":
                    self.assertIn(obj["metadata"]["namespace"], ("keda", "monitoring"))

    def test_kubernetes_own_types_take_every_object(self):
        checker = tool("kubernetes_types")
        if checker is None:
            self.skipTest("kubernetes_types is not here: " + HOW_HELM)
        texts = {p.name: rendered(p) for p in CI_VALUES}
        texts |= {p.name: p.read_text() for p in sorted(render.MANIFESTS.glob("*.yaml"))}
        for name, text in texts.items():
            with self.subTest(name):
                run = subprocess.run([checker], input=text, capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertRegex(run.stdout, r"^[1-9]\d* objects$")

    def test_the_types_refuse_what_is_wrong(self):
        checker = tool("kubernetes_types")
        if checker is None:
            self.skipTest("kubernetes_types is not here: " + HOW_HELM)
        good = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: None}\n"
        for text, error in {
                good.replace("clusterIP", "clusterIp"): "clusterIp",
                good.replace("{name: a}", "{name: a, name: b}"): "name",
                good.replace("None}", "[None]}"): "cannot unmarshal",
                good.replace("Service", "Secret"): "a kind that the chart should not make",
        }.items():
            run = subprocess.run([checker], input=text, capture_output=True, text=True)
            self.assertEqual(run.returncode, 1, text)
            self.assertIn(error, run.stderr)


if __name__ == "__main__":
    unittest.main()
