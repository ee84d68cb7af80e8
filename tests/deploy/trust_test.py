#!/usr/bin/env python3
"""Certificates, authorities and who gets which."""
import unittest

from chart import HOW_HELM, find, flags, need, objects, pod_of, pods, values_file


def setUpModule():
    need("helm", HOW_HELM)


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


if __name__ == "__main__":
    unittest.main()
