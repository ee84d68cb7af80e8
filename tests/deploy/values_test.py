#!/usr/bin/env python3
"""Values that are wrong, and the text after an installation."""
import pathlib
import re
import shutil
import tempfile
import unittest

from chart import CHART, HOW_HELM, helm, need, template, values_file


def setUpModule():
    need("helm", HOW_HELM)


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
                "tls.report.nodeSecretName=x": "they would do nothing",
                "tls.report.ca.secretName=x": "they would do nothing",
                "tls.report.clientCa.configMapName=x": "they would do nothing",
                "tls.enabled=true,tls.secretName=x,tls.report.nodeSecretName=y": "tls.report.mutual is false",
                "tls.enabled=true,tls.secretName=x,tls.report.clientCa.secretName=y": "tls.report.mutual is false",
                "tls.enabled=true,tls.certManager.enabled=true,tls.certManager.issuerRef.name=a,"
                "tls.certManager.nodeIssuerRef.name=b": "tls.report.mutual is false",
                "tls.enabled=true,tls.certManager.enabled=true,tls.certManager.issuerRef.name=a,"
                "tls.report.mutual=true,tls.report.nodeSecretName=x": "certificate comes from one of them",
                "tls.enabled=true,tls.secretName=x,tls.report.mutual=true,tls.report.nodeSecretName=y,"
                "gateway.enabled=false": "nodes report to nobody",
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

    def test_they_search_the_whole_log(self):
        # With a selector kubectl shows ten lines of each pod.
        self.assertRegex(self.notes(), r"kubectl -n keda logs -l \S+ --tail=-1 \| grep 'request failed'")

    def test_they_warn_where_there_is_something_to_warn_of(self):
        self.assertNotIn("ONE NODE", self.notes())
        self.assertIn("ONE NODE", self.notes("--values", str(values_file("single-node"))))
        self.assertIn("TriggerAuthentication", self.notes("--values", str(values_file("tls-secret"))))
        self.assertIn("SIMULATED", self.notes("--values", str(values_file("simulated"))))
        self.assertIn("No network policy", self.notes("--values", str(values_file("no-network-policy"))))


if __name__ == "__main__":
    unittest.main()
