"""The page of a real gateway, with three nodes of the real binary behind it.

PAGE_WORLD: the program page_world. PAGE_IMAGES: a folder for screenshots, with two
minutes of history on them; without it there are none.
"""

import json
import os
import subprocess
import time
import unittest
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from browser import Browser
from played_test import names, rows

LLM = "default/llm"
LLM_TRIGGER = "workload=deployment/llm targetValue=40"


class World:
    """page_world, spoken to by lines."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.environ["PAGE_WORLD"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.places = json.loads(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.places['gateway']}/"

    def do(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        return json.loads(self.process.stdout.readline())

    def api(self, path, **query):
        with urllib.request.urlopen(
            f"{self.url}api/v1/{path}?{urlencode(query)}", timeout=10
        ) as answer:
            return json.load(answer)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=30)


def shown(value, unit=""):
    """As the page writes a number of the API."""
    text = f"{value:,.1f}".removesuffix(".0")
    return f"{text}\u00a0{unit}" if unit else text


def cells(selector):
    """Of each row of a table: its cells by their titles."""
    return (
        f"[...document.querySelectorAll('{selector}')].map(row => Object.fromEntries("
        "[...row.cells].map(cell => [cell.dataset.title, cell.innerText.replace(/[\\n\\t]+/g, ' ').trim()])))"
    )


@unittest.skipUnless(os.environ.get("PAGE_WORLD"), "PAGE_WORLD is not set")
class Real(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def setUp(self):
        self.world = World()
        self.addCleanup(lambda: self.assertEqual(self.world.close(), 0))
        self.allowed = ()

    def open(self, fragment="", url=None, **emulation):
        url = url or self.world.url
        page = self.browser.open(url + fragment, **emulation)

        def check():
            page.close()
            self.assertEqual(
                [c for c in page.complaints if not any(a in c for a in self.allowed)], []
            )
            self.assertGreater(len(page.requests), 3)
            strangers = [u for u in page.requests if not u.startswith((url, "data:"))]
            self.assertEqual(strangers, [])

        self.addCleanup(check)
        return page

    def test_what_it_shows_equals_what_the_api_tells(self):
        self.world.do("ask", LLM, LLM_TRIGGER)
        page = self.open("#nodes.open=node-1&nodes.open=node-2&nodes.open=node-3", height=2400)
        page.wait("document.querySelectorAll('.gpus tbody tr').length === 12")
        page.wait(f"{rows('decisions')}.length === 1")
        time.sleep(1.5)  # nothing changes any more: every list has been asked for again
        nodes = self.world.api("snapshot")["nodes"]
        self.assertEqual(page.run(names("nodes")), [node["node"] for node in nodes])
        gpus = [(node, gpu) for node in nodes for gpu in node["gpus"]]
        self.assertEqual(len(gpus), 12)
        for (node, gpu), row in zip(gpus, page.run(cells(".gpus tbody tr"))):
            readings = gpu["readings"]
            self.assertEqual(row["Utilization"], shown(readings["gpu_utilization"], "%"))
            self.assertEqual(row["Memory in use"], shown(readings["memory_used_percent"], "%"))
            self.assertEqual(row["Temperature"], shown(readings["temperature"], "°C"))
            self.assertEqual(row["Power"], shown(readings["power_draw"], "W"))
            holders = [f"{pod['namespace']}/{pod['pod']}" for pod in gpu["pods"]]
            self.assertTrue(row["Held by"].startswith(holders[0] if holders else "–"), row)
        workloads = self.world.api("workloads")["workloads"]
        self.assertEqual(
            [w["trigger"] for w in workloads], ["statefulset/embeddings", "deployment/llm"]
        )
        for workload, row in zip(workloads, page.run(cells("#workloads-table > tbody > tr"))):
            self.assertEqual(row["Workload"], f"{workload['namespace']}/{workload['trigger']}")
            self.assertEqual(row["Utilization"], shown(workload["mean_utilization_percent"], "%"))
            self.assertEqual(row["Replicas"], shown(workload["replicas"]))
            self.assertEqual(row["Nodes"], shown(workload["nodes"]))
        facts = page.run("document.querySelector('#facts').innerText")
        self.assertIn("100 %: 3\u00a0nodes fresh", facts)
        self.assertIn(f"{shown(self.world.api('summary')['gpus']['total'])}, 7 held", facts)

    def test_a_decision_is_explained_as_the_scaler_explains_it(self):
        answered = self.world.do("ask", LLM, LLM_TRIGGER)["metricValues"][0]["metricValueFloat"]
        self.assertEqual(answered, 75)  # (20 + 30) / 2 x 3 replicas
        self.world.do("ask", "default/typo", "targetvalue=80")
        page = self.open()
        page.wait(f"{rows('decisions')}.length === 2")
        row, typo = page.run(cells("#decisions-table > tbody > tr"))
        self.assertEqual(row["Value"], shown(answered, "%"))
        self.assertEqual(row["Target"], shown(40, "%"))
        self.assertEqual(row["Answer"], "▲ active")
        self.assertIn("INVALID_ARGUMENT", typo["Answer"])
        self.assertTrue(typo["Value"].startswith("–"), typo)
        page.run(f"{rows('decisions')}[0].querySelector('button').click()")
        page.wait("document.querySelectorAll('.explanation .steps li').length > 2")
        now = self.world.api("decisions", namespace="default", name="llm")["decisions"][0]["now"]
        why = now["explanation"]
        self.assertEqual(
            page.run(
                "[...document.querySelectorAll('.explanation .steps li')].map(li => li.innerText)"
            ),
            why["steps"],
        )
        self.assertEqual(
            page.run("document.querySelector('.verdict').innerText"), why["hpa"]["text"]
        )
        self.assertEqual(row["HPA wants"], "2")  # ceil(75 / 40)
        listed = page.run(cells(".explanation .parts:last-child tbody tr"))
        self.assertEqual(
            [r["GPU"] for r in listed], [f"GPU {g['index']} of {g['node']}" for g in why["gpus"]]
        )
        self.assertEqual(
            [r["Value"] for r in listed], [shown(g["value"], "%") for g in why["gpus"]]
        )

    def test_a_change_of_load_appears(self):
        page = self.open("#nodes.open=node-2")
        first = "document.querySelector('.gpus tbody tr')?.innerText"
        page.wait(f"{first}.includes('20\\u00a0%')")
        self.world.do("load", 2, 97, 96, 95, 94)
        page.wait(f"{first}.includes('97\\u00a0%')")
        page.wait(f"{rows('nodes')}[1].innerText.includes('95.5\\u00a0%')")
        page.wait(
            f"{rows('workloads')}[1].innerText.includes('48.8\\u00a0%')"
        )  # (97 + 96 + 2 x 50) / 6

    def test_a_lost_node_is_lost_and_has_no_number(self):
        page = self.open("#nodes.open=node-3")
        page.wait("document.querySelectorAll('.gpus tbody tr').length === 4")
        self.world.do("kill", 3)
        page.wait(f"/lost since \\d\\d:\\d\\d:\\d\\d/.test({rows('nodes')}[2].innerText)")
        page.wait(
            "[...document.querySelectorAll('.gpus tbody tr')].every(row => row.innerText.includes('node lost'))"
        )
        lost = page.run(cells("#nodes-table > tbody > tr:not(.detail)"))[2]
        for column in ("Utilization", "Memory"):
            self.assertRegex(lost[column], "^– absent: the node has not been heard for .*, since ")
        for row in page.run(cells(".gpus tbody tr")):
            self.assertRegex(row["Utilization"], "^– absent: the node has not been heard for ")
        # The summary is asked for apart from the nodes.
        page.wait(
            "document.querySelector('#facts').innerText"
            ".includes('66.7 %: 2\\u00a0nodes fresh, 1 lost')"
        )
        page.wait("document.querySelector('#announcer').innerText === '1\\u00a0node lost.'")

    def test_a_lost_gpu_says_why(self):
        page = self.open("#nodes.open=node-1")
        page.wait("document.querySelectorAll('.gpus tbody tr').length === 4")
        self.world.do("lose", 1, 2)
        page.wait("document.querySelectorAll('.gpus tbody tr')[2].innerText.includes('✕')")
        gpu = self.world.api("snapshot", node="node-1")["nodes"][0]["gpus"][2]
        row = page.run(cells(".gpus tbody tr"))[2]
        # Each lane has an error of its own, and the newest is told.
        self.assertIn("GPU 2 failed with 15", gpu["error"])
        self.assertRegex(row["Utilization"], "^– absent: .* of GPU 2 failed with 15 ")
        self.assertIn("3 of 4 read", page.run(f"{rows('nodes')}[0].innerText"))

    def test_a_gateway_that_restarts_is_found_again(self):
        self.allowed = (
            "net::ERR_CONNECTION_REFUSED",
            "net::ERR_EMPTY_RESPONSE",
            "net::ERR_CONNECTION_RESET",
            "503",
        )
        page = self.open()
        page.wait(f"{rows('nodes')}.length === 3")
        self.world.do("stop")
        page.wait(
            "document.querySelector('#connection').innerText.includes('the server cannot be reached')"
        )
        self.world.do("start")
        page.wait("document.querySelector('#connection').hidden", 40)
        page.wait(f"{rows('nodes')}.length === 3")

    def test_a_node_alone_has_the_page_too(self):
        url = f"http://127.0.0.1:{self.world.places['node']}/"
        page = self.open(url=url)
        page.wait(f"{rows('nodes')}.length === 1")
        self.assertIn("node node-1, version ", page.text())
        self.assertIn("nvml", page.text())

    @unittest.skipUnless(os.environ.get("PAGE_IMAGES"), "PAGE_IMAGES is not set")
    def test_screenshots(self):
        folder = Path(os.environ["PAGE_IMAGES"])
        folder.mkdir(parents=True, exist_ok=True)
        trigger = [LLM, LLM_TRIGGER]
        fragment = "#" + urlencode({"nodes.open": "node-2"})
        pages = {
            name: self.open(fragment, height=1500, dark=dark)
            for name, dark in (("page", False), ("page-dark", True))
        }
        for second in range(110):
            swing = abs((second % 60) - 30)
            for node in (1, 2, 3):
                self.world.do(
                    "load", node, *(min(100, 12 * gpu + swing + 10 * node) for gpu in range(4))
                )
            if second % 5 == 0:
                self.world.do("ask", *trigger)
                self.world.do(
                    "ask",
                    "default/embeddings",
                    "workload=statefulset/embeddings targetValue=70 hpaMetricType=Value",
                )
                self.world.do("ask", "default/typo", "targetvalue=80")
            if second == 90:
                self.world.do("kill", 3)
            for page in pages.values():
                page.call("Page.bringToFront")
                time.sleep(0.5)
        for name, page in pages.items():
            page.call("Page.bringToFront")
            page.run(
                "[...document.querySelectorAll('#decisions .opener')].find(o => o.innerText.includes('llm')).click()"
            )
            page.wait("document.querySelector('.explanation .steps li')")
            time.sleep(1.5)
            page.screenshot(folder / f"{name}.png", whole=True)


if __name__ == "__main__":
    unittest.main()
