#!/usr/bin/env python3
"""Nodes and gateways, a node alone, and how nodes get at the GPUs."""
import unittest

from chart import HOW_HELM, find, flags, matches, need, objects, pod_of, pods, values_file


def setUpModule():
    need("helm", HOW_HELM)


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

    def test_policies_let_the_test_in_where_there_is_one(self):
        for name, tested in (("default", True), ("tls-secret", True), ("cdi", True), ("untested", False)):
            with self.subTest(name):
                policies = [o for o in objects(values_file(name)) if o["kind"] == "NetworkPolicy"]
                asking = [peer for p in policies for r in p["spec"]["ingress"] for peer in r.get("from", [])
                          if r["ports"] == [{"port": "grpc"}]]
                components = {peer["podSelector"]["matchLabels"].get("app.kubernetes.io/component")
                              for peer in asking}
                self.assertEqual("test" in components, tested)
                pods = [o for o in objects(values_file(name)) if o["kind"] == "Pod"]
                self.assertEqual(len(pods), int(tested))

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


if __name__ == "__main__":
    unittest.main()
