#!/usr/bin/env python3
"""What helm makes of the chart, for every values file of its ci folder."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

from chart import (CHART, CI_VALUES, HOW_HELM, ROOT, find, flags, helm, need, objects, pod_of, pods, render,
                   rendered, template, tool, values_file)

# Kinds that the chart may make: none of them gives anybody a right.
KINDS = {"DaemonSet", "Deployment", "Service", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget",
         "PriorityClass", "ConfigMap", "Pod", "Certificate", "ServiceMonitor", "PodMonitor", "PrometheusRule"}

# Flags that the chart sets by environment.
NO_VALUE = {"--node-name", "--pod-name", "--pod-namespace"}


def setUpModule():
    need("helm", HOW_HELM)


def documented_flags(heading):
    """The flags in the table under a heading of the generated page."""
    page = (ROOT / "docs" / "configuration.md").read_text()
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL).group(1)
    return set(re.findall(r"^\| `(--[\w-]+)`", section, re.MULTILINE))


def mebibytes(quantity):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", quantity).groups()
    return int(number) * {"Mi": 1, "Gi": 1024}[unit]


def matches(selector, labels):
    wanted = selector.get("matchLabels", selector)
    return all(labels.get(k) == v for k, v in wanted.items())


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


class FleetTest(unittest.TestCase):
    def test_keda_asks_the_gateways_at_the_known_address(self):
        service = find("default", "Service", "keda-gpu-scaler")
        self.assertEqual(service["metadata"]["namespace"], "keda")
        self.assertEqual(service["spec"]["ports"][0]["port"], 6000)
        self.assertEqual(service["spec"]["selector"]["app.kubernetes.io/component"], "gateway")
        self.assertNotIn("publishNotReadyAddresses", service["spec"])

    def test_nodes_report_to_gateways_that_are_not_ready(self):
        service = find("default", "Service", "-report")
        self.assertEqual(service["spec"]["clusterIP"], "None")
        self.assertIs(service["spec"]["publishNotReadyAddresses"], True)
        node = flags(pod_of(find("default", "DaemonSet"))[0]["containers"][0])
        self.assertEqual(node["--report-to"], ["dns:keda-gpu-scaler-report:6001"])
        gateway = flags(pod_of(find("default", "Deployment"))[0]["containers"][0])
        self.assertEqual(gateway["--report-port"], ["6001"])

    def test_a_node_knows_who_it_is(self):
        env = pod_of(find("default", "DaemonSet"))[0]["containers"][0]["env"]
        fields = {e["name"]: e["valueFrom"]["fieldRef"]["fieldPath"] for e in env if "valueFrom" in e}
        self.assertEqual(fields, {"NODE_NAME": "spec.nodeName", "POD_NAME": "metadata.name",
                                  "POD_NAMESPACE": "metadata.namespace"})

    def test_gateways_are_two_and_apart(self):
        spec = find("default", "Deployment")["spec"]
        self.assertEqual(spec["replicas"], 2)
        self.assertEqual(spec["strategy"]["rollingUpdate"], {"maxUnavailable": 0, "maxSurge": 1})
        keys = [c["topologyKey"] for c in spec["template"]["spec"]["topologySpreadConstraints"]]
        self.assertEqual(keys, ["kubernetes.io/hostname", "topology.kubernetes.io/zone"])
        for constraint in spec["template"]["spec"]["topologySpreadConstraints"]:
            self.assertTrue(matches(constraint["labelSelector"], spec["template"]["metadata"]["labels"]))
        own = find("everything", "Deployment")["spec"]["template"]["spec"]["topologySpreadConstraints"][0]
        self.assertEqual(own["labelSelector"], {"matchLabels": {"app": "scaler"}})
        self.assertEqual(find("default", "PodDisruptionBudget")["spec"]["maxUnavailable"], 1)

    def test_probes_are_http_on_a_port_of_their_own(self):
        for where, spec, labels in pods(values_file("tls-secret")):
            if labels["app.kubernetes.io/component"] == "test":
                continue
            container = spec["containers"][0]
            for probe, path in (("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
                self.assertEqual(container[probe]["httpGet"], {"path": path, "port": "probes"}, where)
            self.assertIn({"name": "probes", "containerPort": 8081}, container["ports"])

    def test_policies_open_each_port_to_its_clients(self):
        gateway = find("default", "NetworkPolicy", "-gateway")["spec"]
        self.assertEqual(gateway["policyTypes"], ["Ingress"])
        clients = {r["ports"][0]["port"]: r.get("from") for r in gateway["ingress"]}
        self.assertEqual(clients["grpc"][0]["podSelector"]["matchLabels"], {"app": "keda-operator"})
        self.assertEqual(clients["report"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"],
                         "node")
        self.assertEqual(len(clients["report"]), 1)
        self.assertIn("prometheus", str(clients["metrics"]))
        self.assertIsNone(clients["probes"])  # a kubelet has no selector
        node = find("default", "NetworkPolicy", "-node")["spec"]
        self.assertEqual([r["ports"][0]["port"] for r in node["ingress"]], ["metrics", "probes"])

    def test_egress_reaches_names_gateways_and_engines(self):
        node = find("egress", "NetworkPolicy", "-node")["spec"]
        self.assertEqual(node["policyTypes"], ["Ingress", "Egress"])
        self.assertEqual([[p["port"] for p in r["ports"]] for r in node["egress"]],
                         [[53, 53], ["report"], [8443]])
        gateway = find("egress", "NetworkPolicy", "-gateway")["spec"]
        self.assertIn({"to": [{"namespaceSelector": {"matchLabels": {"llm": "true"}}}]}, gateway["egress"])


    def test_values_reach_the_objects(self):
        service = find("everything", "Service", "gpu-scaler")
        self.assertEqual((service["spec"]["type"], service["spec"]["ports"][0]["port"]), ("NodePort", 6100))
        deployment, daemonset = find("everything", "Deployment"), find("everything", "DaemonSet")
        for obj, priority in ((deployment, "system-cluster-critical"), (daemonset, "keda-keda-gpu-scaler")):
            spec, labels = pod_of(obj)
            container = spec["containers"][0]
            self.assertRegex(container["image"], r"^registry\.example\.com/keda-gpu-scaler@sha256:0123")
            self.assertEqual(spec["imagePullSecrets"], [{"name": "registry"}])
            self.assertEqual(spec["serviceAccountName"], "scaler")
            self.assertEqual(spec["priorityClassName"], priority)
            self.assertEqual((labels["app.kubernetes.io/name"], labels["team"]), ("gpu-scaler", "platform"))
            self.assertIn("nodeAffinity", spec["affinity"])
            self.assertIn({"name": "TZ", "value": "UTC"}, container["env"])
            self.assertIn({"name": "more", "mountPath": "/more"}, container["volumeMounts"])
            self.assertEqual(container["args"][-1], "--bind-address=0.0.0.0")
        self.assertEqual(flags(pod_of(deployment)[0]["containers"][0])["--port"], ["6500"])
        self.assertEqual(flags(pod_of(daemonset)[0]["containers"][0])["--report-to"],
                         ["dns:keda-gpu-scaler-report:6501"])
        self.assertEqual(pod_of(daemonset)[0]["securityContext"]["supplementalGroups"], [44])
        self.assertEqual(pod_of(deployment)[0]["securityContext"]["fsGroup"], 1000)


class SingleNodeTest(unittest.TestCase):
    def test_the_service_leads_to_the_node_and_there_is_no_gateway(self):
        self.assertNotIn("Deployment", {o["kind"] for o in objects(values_file("single-node"))})
        service = find("single-node", "Service")
        self.assertEqual(service["spec"]["selector"]["app.kubernetes.io/component"], "node")
        node = flags(pod_of(find("single-node", "DaemonSet"))[0]["containers"][0])
        self.assertEqual(node["--port"], ["6000"])
        self.assertNotIn("--report-to", node)

    def test_its_policy_lets_keda_in(self):
        policy = find("single-node", "NetworkPolicy")["spec"]
        self.assertEqual(policy["ingress"][0]["ports"], [{"port": "grpc"}])


class GpuAccessTest(unittest.TestCase):
    def node(self, name):
        return pod_of(find(name, "DaemonSet"))[0]

    def env(self, name):
        return {e["name"]: e.get("value") for e in self.node(name)["containers"][0]["env"]}

    def test_by_runtime_class(self):
        self.assertEqual(self.node("default")["runtimeClassName"], "nvidia")
        self.assertEqual(self.env("default")["NVIDIA_VISIBLE_DEVICES"], "all")
        self.assertEqual(self.env("default")["NVIDIA_DRIVER_CAPABILITIES"], "utility")
        self.assertEqual(self.node("default")["tolerations"],
                         [{"key": "nvidia.com/gpu", "operator": "Exists"}])

    def test_by_volume_mounts(self):
        self.assertEqual(self.env("volume-mounts")["NVIDIA_VISIBLE_DEVICES"],
                         "/var/run/nvidia-container-devices")
        mounts = [m["mountPath"] for m in self.node("volume-mounts")["containers"][0]["volumeMounts"]]
        self.assertIn("/var/run/nvidia-container-devices/all", mounts)

    def test_by_cdi(self):
        pod = find("cdi", "DaemonSet")["spec"]["template"]
        self.assertEqual(pod["metadata"]["annotations"], {"cdi.k8s.io/keda-gpu-scaler": "nvidia.com/gpu=all",
                                                          "example.com/owner": "platform"})
        self.assertNotIn("runtimeClassName", pod["spec"])
        self.assertNotIn("NVIDIA_VISIBLE_DEVICES", self.env("cdi"))

    def test_by_host_mounts(self):
        spec = self.node("host-mounts")
        self.assertNotIn("runtimeClassName", spec)
        self.assertEqual([v["hostPath"] for v in spec["volumes"]], [
            {"path": "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "type": "File"},
            {"path": "/dev/nvidiactl", "type": "CharDevice"},
            {"path": "/dev/nvidia-uvm", "type": "CharDevice"},
            {"path": "/dev/nvidia0", "type": "CharDevice"},
            {"path": "/dev/nvidia1", "type": "CharDevice"}])
        self.assertEqual(flags(spec["containers"][0])["--pod-resources-socket"], [""])

    def test_simulated_gpus_need_no_runtime(self):
        spec = self.node("simulated")
        self.assertNotIn("runtimeClassName", spec)
        self.assertEqual(spec["nodeSelector"], {"kubernetes.io/hostname": "kind-worker"})
        self.assertEqual(flags(spec["containers"][0])["--source"], ["simulated"])
        self.assertIn("wave: sine", find("simulated", "ConfigMap", "-scenario")["data"]["scenario.yaml"])


class TlsTest(unittest.TestCase):
    def test_a_node_gets_the_authority_and_not_the_servers_key(self):
        for name in ("tls-secret", "tls-cert-manager"):
            for volume in pod_of(find(name, "DaemonSet"))[0]["volumes"]:
                if volume["name"] == "report-ca":
                    self.assertEqual([i["path"] for i in volume["secret"]["items"]], ["ca.crt"])

    def test_both_ends_of_a_report_have_tls(self):
        node = flags(pod_of(find("tls-secret", "DaemonSet"))[0]["containers"][0])
        gateway = flags(pod_of(find("tls-secret", "Deployment"))[0]["containers"][0])
        self.assertTrue({"--report-ca", "--report-cert", "--report-key"} <= set(node))
        self.assertTrue({"--tls-cert", "--tls-key", "--tls-client-ca", "--report-client-ca"} <= set(gateway))
        self.assertNotIn("--tls-cert", node)

    def test_certificates_have_the_names_that_are_dialled(self):
        certificate = find("tls-cert-manager", "Certificate", "scaler-tls")
        names = certificate["spec"]["dnsNames"]
        self.assertIn("keda-gpu-scaler.keda", names)
        self.assertIn("keda-gpu-scaler-report", names)
        self.assertIn("scaler.example.com", names)
        self.assertEqual(certificate["spec"]["issuerRef"]["name"], "cluster-authority")
        node = find("tls-cert-manager", "Certificate", "node-tls")
        self.assertEqual(node["spec"]["issuerRef"]["name"], "node-authority")
        self.assertEqual(node["spec"]["usages"], ["client auth", "digital signature"])

    def test_secrets_of_cert_manager_are_those_that_are_mounted(self):
        made = {o["spec"]["secretName"] for o in objects(values_file("tls-cert-manager"))
                if o["kind"] == "Certificate"}
        used = {v["secret"]["secretName"] for _, spec, _ in pods(values_file("tls-cert-manager"))
                for v in spec["volumes"] if "secret" in v}
        self.assertEqual(made, used)

    def test_one_node_serves_tls_itself(self):
        node = flags(pod_of(find("single-node-tls", "DaemonSet"))[0]["containers"][0])
        self.assertEqual(node["--tls-cert"], ["/etc/keda-gpu-scaler/tls/tls.crt"])


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
            "https://docs.example.com/keda-gpu-scaler/TROUBLESHOOTING.md#keda-says"))
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


class BadValuesTest(unittest.TestCase):
    def test_an_error_names_what_is_wrong(self):
        for setting, error in {
                "logLevel=verbose": "logLevel",
                "staleAfter=10": "staleAfter",
                "gateway.replica=3": "replica",
                "service.port=70000": "port",
                "image.pullPolicy=Sometimes": "pullPolicy",
                "engines.allowCidr={10.0.0.0}": "allowCidr",
                "resources.limits.memory=512MB": "memory",
                "nvidia.deviceListStrategy=cdi": "deviceListStrategy",
                "extraArgs={port=1}": "extraArgs",
                "image.digest=sha256:12": "digest",
                "tls.enabled=true": "tls.enabled without a certificate",
                "tls.secretName=x": "they would do nothing",
                "tls.enabled=true,tls.certManager.enabled=true": "issuerRef.name is empty",
                "tls.enabled=true,tls.secretName=x,tls.report.mutual=true": "set tls.report.nodeSecretName",
                "serviceMonitor.enabled=true,podMonitor.enabled=true": "scraped twice",
                "podMonitor.enabled=true,metrics.enabled=false": "nothing to scrape",
                "scenario=gpus": "needs source: simulated",
                "grpc.port=9090": "each needs a port of its own",
                "maxMemoryMib=600": "killed before it closes a connection",
                "securityContext.privileged=true": "nodes need no privileges",
                "prometheusRule.enabled=true,prometheusRule.disabled={Nothing}": "disabled names \"Nothing\"",
        }.items():
            with self.subTest(setting):
                run = template("--set", setting)
                self.assertNotEqual(run.returncode, 0)
                self.assertIn(error, run.stderr)

    def test_a_fractional_limit_is_understood(self):
        run = template("--set", "resources.limits.memory=1.5Gi,gateway.resources.limits.memory=1G")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("--max-memory-mib=768", run.stdout)
        self.assertIn("--max-memory-mib=476", run.stdout)  # 10^9 bytes are 953 MiB

    def test_the_longest_names_stay_apart(self):
        run = template("--set", "fullnameOverride=" + "a" * 63)
        names = re.findall(r"^  name: (\S+)$", run.stdout, re.MULTILINE)
        self.assertTrue(all(len(n) <= 63 for n in names))
        self.assertTrue(any(n.endswith("-gateway") for n in names))


class NotesTest(unittest.TestCase):
    """helm shows notes when it installs, which needs a cluster: here an object of a copy of the chart has them."""

    def setUp(self):
        self.copy = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.copy)
        shutil.copytree(CHART, self.copy, dirs_exist_ok=True)
        (self.copy / "templates" / "NOTES.txt").rename(self.copy / "notes.txt")
        (self.copy / "templates" / "notes.yaml").write_text(
            'notes: |\n  BEGIN\n{{ tpl (.Files.Get "notes.txt") . | indent 2 }}\n')

    def notes(self, *arguments):
        run = helm("template", "keda-gpu-scaler", str(self.copy), "--namespace", "keda", "--show-only",
                   "templates/notes.yaml", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.split("BEGIN\n")[1]

    def test_they_name_the_address(self):
        self.assertIn("scalerAddress: keda-gpu-scaler.keda:6000", self.notes())

    def test_they_warn_where_there_is_something_to_warn_of(self):
        self.assertNotIn("ONE NODE", self.notes())
        self.assertIn("ONE NODE", self.notes("--values", str(values_file("single-node"))))
        self.assertIn("TriggerAuthentication", self.notes("--values", str(values_file("tls-secret"))))
        self.assertIn("SIMULATED", self.notes("--values", str(values_file("simulated"))))
        self.assertIn("No network policy", self.notes("--values", str(values_file("no-network-policy"))))


class ManifestsTest(unittest.TestCase):
    def test_they_are_what_the_chart_makes(self):
        for path, text in render.rendered(tool("helm")).items():
            self.assertTrue(path.exists(), f"{path} is not there: run ./dev manifests")
            self.assertEqual(path.read_text(), text, f"{path} is stale: run ./dev manifests")

    def test_they_are_no_releases(self):
        for path in render.MANIFESTS.glob("*.yaml"):
            for word in ("Helm", "helm.sh"):
                self.assertNotIn(word, path.read_text(), path.name)


if __name__ == "__main__":
    unittest.main()
