#!/usr/bin/env python3
"""The real program runs with the arguments that the chart gives it: nodes report to a gateway, which answers the
pod of `helm test`, in plaintext and over mutual TLS. SCALER_BINARY names the program."""
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from chart import HOW_HELM, find, need, pod_of

BINARY = os.environ.get("SCALER_BINARY", "")
PATIENCE = 60  # seconds
MOUNTED = "/etc/keda-gpu-scaler"


def setUpModule():
    need("helm", HOW_HELM)
    if not BINARY:
        print("SKIP: SCALER_BINARY names no program", flush=True)
        raise unittest.SkipTest("no program")


def free_port():
    """A port that nobody has, below those that the kernel gives away by itself."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificate(folder, authority, names):
    """tls.crt, tls.key and ca.crt in a new folder, as in a Secret."""
    folder.mkdir(parents=True)
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "tls.key", "-out", "request", "-subj", "/CN=scaler")
    (folder / "extensions").write_text(names)
    openssl(folder, "x509", "-req", "-in", "request", "-CA", str(authority / "ca.crt"), "-CAkey",
            str(authority / "ca.key"), "-CAcreateserial", "-days", "2", "-out", "tls.crt",
            *(["-extfile", "extensions"] if names else []))
    shutil.copy(authority / "ca.crt", folder / "ca.crt")


def make_authority(folder):
    folder.mkdir(parents=True)
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=authority")


class Deployment(unittest.TestCase):
    """A node and a gateway of a values file as processes, with what is mounted under a folder of the test."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.log = open(self.folder / "log", "ab")
        self.addCleanup(self.log.close)

    def logged(self):
        return (self.folder / "log").read_text()

    def arguments(self, container, **changes):
        """A container's arguments, its files under this test's folder and names of Services as localhost."""
        found = []
        for argument in container["args"]:
            flag, equals, value = argument.partition("=")
            value = changes.pop(flag[2:].replace("-", "_"), value)
            found.append(f"{flag}{equals}{value}".replace(MOUNTED, str(self.folder)))
        self.assertEqual(changes, {}, "flags that the chart does not set")
        return found

    def start(self, arguments):
        environment = {**os.environ, "NODE_NAME": "n1", "POD_NAME": "node-1", "POD_NAMESPACE": "keda"}
        process = subprocess.Popen([BINARY, *arguments], env=environment, stdout=self.log, stderr=self.log)

        def stop():
            process.terminate()
            process.wait(timeout=PATIENCE)
            self.assertEqual(process.returncode, 0, self.logged())

        self.addCleanup(stop)
        return process

    def get(self, port, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def await_page(self, process, port, path, holds):
        deadline = time.monotonic() + PATIENCE
        while True:
            if process.poll() is not None:
                self.fail(f"exited with {process.returncode}: {self.logged()}")
            status, text = self.get(port, path)
            if status == 200 and holds(text):
                return
            self.assertLess(time.monotonic(), deadline, f"{path}: {status} {text[:500]}\n{self.logged()}")
            time.sleep(0.05)

    def run_fleet(self, name):
        ports = {p: free_port() for p in ("grpc", "report", "metrics", "probes", "node_metrics", "node_probes")}
        gateway = self.start(self.arguments(
            pod_of(find(name, "Deployment"))[0]["containers"][0], port=ports["grpc"],
            report_port=ports["report"], metrics_port=ports["metrics"], probe_port=ports["probes"]))
        node = self.start(self.arguments(
            pod_of(find(name, "DaemonSet"))[0]["containers"][0], source="simulated",
            report_to=f"dns:localhost:{ports['report']}", metrics_port=ports["node_metrics"],
            probe_port=ports["node_probes"]))
        self.await_page(node, ports["node_probes"], "/readyz", lambda text: True)
        self.await_page(gateway, ports["metrics"], "/metrics", lambda text: 'node_up{node="n1"} 1' in text)
        self.await_page(gateway, ports["probes"], "/readyz", lambda text: True)
        self.ask(name, ports["grpc"])

    def ask(self, name, port):
        """What the pod of `helm test` does."""
        pod = find(name, "Pod")["spec"]
        config = find(name, "ConfigMap", "-test")
        (self.folder / "test").mkdir()
        for file, text in config["data"].items():
            (self.folder / "test" / file).write_text(text)
        run = subprocess.run([BINARY, *self.arguments(pod["containers"][0], address=f"localhost:{port}",
                                                      interval="200ms")],
                             capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("keda/helm-test", run.stdout)

    def test_a_fleet_in_plaintext(self):
        self.run_fleet("default")

    def test_a_fleet_over_mutual_tls(self):
        servers, nodes = self.folder / "authority", self.folder / "node-authority"
        make_authority(servers)
        make_authority(nodes)
        make_certificate(self.folder / "tls", servers, "subjectAltName=DNS:localhost\n")
        make_certificate(self.folder / "report-tls", nodes, "")
        make_certificate(self.folder / "client", servers, "")
        for folder, authority in (("client-ca", servers), ("report-ca", servers), ("report-client-ca", nodes)):
            (self.folder / folder).mkdir()
            shutil.copy(authority / "ca.crt", self.folder / folder / "ca.crt")
        self.run_fleet("tls-secret")

    def test_one_node(self):
        ports = {p: free_port() for p in ("grpc", "metrics", "probes")}
        node = self.start(self.arguments(
            pod_of(find("single-node", "DaemonSet"))[0]["containers"][0], source="simulated", port=ports["grpc"],
            metrics_port=ports["metrics"], probe_port=ports["probes"]))
        self.await_page(node, ports["probes"], "/readyz", lambda text: True)
        self.ask("single-node", ports["grpc"])

    def test_engines_and_every_list(self):
        authority = self.folder / "authority"
        make_authority(authority)
        for number in (0, 1):
            (self.folder / "engine-auth" / str(number)).mkdir(parents=True)
            (self.folder / "engine-auth" / str(number) / "token").write_text("token\n")
        (self.folder / "engine-ca").mkdir()
        shutil.copy(authority / "ca.crt", self.folder / "engine-ca" / "ca.crt")
        for name in ("engines", "everything", "cdi"):
            with self.subTest(name):
                container = pod_of(find(name, "Deployment"))[0]["containers"][0]
                probes = free_port()
                gateway = self.start(self.arguments(container, port=free_port(), report_port=free_port(),
                                                    metrics_port=free_port(), probe_port=probes))
                self.await_page(gateway, probes, "/readyz", lambda text: True)

    def test_a_scenario(self):
        container = pod_of(find("simulated", "DaemonSet"))[0]["containers"][0]
        (self.folder / "scenario").mkdir()
        text = find("simulated", "ConfigMap", "-scenario")["data"]["scenario.yaml"]
        (self.folder / "scenario" / "scenario.yaml").write_text(text)
        probes, metrics = free_port(), free_port()
        node = self.start(self.arguments(container, report_to=f"dns:localhost:{free_port()}",
                                         metrics_port=metrics, probe_port=probes))
        self.await_page(node, probes, "/readyz", lambda text: True)
        self.await_page(node, metrics, "/metrics", lambda text: "keda_gpu_scaler_gpu_device_count 8" in text)


if __name__ == "__main__":
    unittest.main()
