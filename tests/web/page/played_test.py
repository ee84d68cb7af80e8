"""The page against a played scaler: what a real one cannot be brought to say at will."""

import threading
import time
import unittest

from browser import Browser
from fake_scaler import HOSTILE, FakeScaler, World

OWN_ROLES_WITH_NAMES = {
    "button",
    "link",
    "searchbox",
    "textbox",
    "combobox",
    "table",
    "region",
    "navigation",
    "search",
    "image",
    "img",
    "heading",
}


def rows(section):
    return f"document.querySelectorAll('#{section}-table > tbody > tr:not(.detail)')"


def names(section):
    return (
        f"[...{rows(section)}].map(row => row.querySelector('[role=rowheader]').innerText.trim())"
    )


class PlayedTest(unittest.TestCase):
    nodes = 60

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def setUp(self):
        self.world = World(self.nodes)
        self.scaler = FakeScaler(self.world)
        self.addCleanup(self.scaler.close)

    def open(self, fragment="", allowed=(), **emulation):
        page = self.browser.open(self.scaler.url + fragment, **emulation)

        def check():
            page.close()
            self.assertEqual([c for c in page.complaints if not any(a in c for a in allowed)], [])
            strangers = [u for u in page.requests if not u.startswith((self.scaler.url, "data:"))]
            self.assertEqual(strangers, [])

        self.addCleanup(check)
        page.wait(f"{rows('nodes')}.length > 0 && {rows('decisions')}.length > 0")
        return page


class Played(PlayedTest):
    def test_hostile_names_are_shown_as_they_are(self):
        page = self.open()
        page.run("document.querySelectorAll('.opener').forEach(opener => opener.click())")
        page.wait("document.querySelectorAll('.detail').length > 5")
        self.assertIn(f"{HOSTILE}-node", page.run(names("nodes")))
        self.assertIn(f"lab/{HOSTILE}-object", page.run(names("decisions")))
        self.assertIn(f"inference/deployment/{HOSTILE}-workload", page.run(names("workloads")))
        page.wait(f"document.querySelector('#nodes').innerText.includes({HOSTILE!r})")
        self.assertEqual(page.run("document.querySelectorAll('main img, main script').length"), 0)

    def test_absent_is_a_dash_that_says_why(self):
        page = self.open("#nodes.open=node-0003")
        page.wait("document.querySelectorAll('.gpus tbody tr').length === 8")
        cells = page.run(
            "[...document.querySelectorAll('.gpus tbody tr')[6].cells].map(c => [c.innerText, c.title])"
        )
        for text, title in cells[1:6]:
            self.assertIn("–", text)
            self.assertNotRegex(text, r"\d")
            self.assertEqual(title, "GPU is lost: reset it or reboot the node")
        second = page.run("document.querySelectorAll('.gpus tbody tr')[1].cells[4].innerText")
        self.assertIn("–", second, "the played GPU 1 has no thermometer")

    def test_the_view_is_in_the_link(self):
        page = self.open()
        page.run("document.querySelector('#nodes-filter').focus()")
        page.type("NODE-005")
        page.wait(f"{rows('nodes')}.length === 10")
        page.run(f"{rows('nodes')}[3].querySelector('button').click()")
        page.wait("document.querySelector('.gpus tbody tr')")
        link = page.run("location.hash")
        again = self.open(link)
        again.wait("document.querySelector('.gpus tbody tr')")
        self.assertEqual(again.run(names("nodes")), [f"node-005{i}" for i in range(10)])
        self.assertEqual(
            again.run(f"{rows('nodes')}[3].querySelector('button').ariaExpanded"), "true"
        )

    def test_pages_go_forth_and_back(self):
        page = self.open()
        first = page.run(names("nodes"))
        self.assertEqual(len(first), 25)
        press = "[...document.querySelectorAll('#nodes .pages button')].find(b => b.innerText === '{}').click()"
        page.run(press.format("Next"))
        page.wait("document.querySelector('#nodes .range').innerText === '26 to 50 of 60'")
        page.run(press.format("Next"))
        page.wait("document.querySelector('#nodes .range').innerText === '51 to 60 of 60'")
        page.run(press.format("Next"))  # there is none
        page.run(press.format("Previous"))
        page.run(press.format("Previous"))
        page.wait("document.querySelector('#nodes .range').innerText === '1 to 25 of 60'")
        self.assertEqual(page.run(names("nodes")), first)

        page.run(press.format("Next") + "; " + press.format("Next"))
        page.wait("document.querySelector('#nodes .range').innerText === '26 to 50 of 60'")
        page.run(press.format("Previous"))
        page.wait("document.querySelector('#nodes .range').innerText === '1 to 25 of 60'")
        self.assertEqual(
            page.run(
                "[...document.querySelectorAll('#nodes .pages button')].map(b => b.ariaDisabled)"
            ),
            ["true", "false"],
        )
        self.assertEqual(page.run(names("nodes")), first)

    def test_an_answer_to_an_earlier_filter_is_not_shown(self):
        page = self.open()
        page.run(
            f"""window.shown = [];
            const show = nodes.show.bind(nodes);
            nodes.show = () => {{ show(); shown.push([location.hash, {rows("nodes")}.length]); }}"""
        )
        asked, held = threading.Event(), threading.Event()
        self.addCleanup(held.set)
        answer = self.world.answer

        def late(path, query):
            if path == "/api/v1/snapshot" and "filter" not in query:
                asked.set()
                held.wait(5)
            return answer(path, query)

        self.world.answer = late
        self.assertTrue(asked.wait(5))
        page.run("document.querySelector('#nodes-filter').focus()")
        page.type("node-005")
        page.wait("location.hash === '#nodes.filter=node-005'")
        held.set()
        page.wait(f"{rows('nodes')}.length === 10")
        self.assertEqual(
            [each for each in page.run("shown") if each[0] != "" and each[1] != 10], []
        )

    def test_lost_nodes_are_found(self):
        page = self.open()
        page.run(
            "[...document.querySelectorAll('a')].find(a => a.innerText === 'Show the lost ones').click()"
        )
        page.wait(f"{rows('nodes')}.length === 1")
        self.assertEqual(page.run("document.activeElement.id"), "nodes-title")
        self.assertEqual(page.run("location.hash"), "#nodes.state=lost")
        self.assertEqual(page.run(names("nodes")), ["node-0002"])
        self.assertRegex(page.run(f"{rows('nodes')}[0].innerText"), r"lost since \d\d:\d\d:\d\d")

    def test_a_server_that_goes_away_is_said_and_it_resumes_by_itself(self):
        page = self.open(allowed=("503",))
        self.assertTrue(page.run("document.querySelector('#connection').hidden"))
        self.world.away = True
        page.wait("!document.querySelector('#connection').hidden")
        said = page.run("document.querySelector('#connection').innerText")
        self.assertRegex(
            said,
            r"Not live since \d\d:\d\d:\d\d: the server answers 503: played to be away. "
            r"What you see is of \d\d:\d\d:\d\d",
        )
        page.wait("document.querySelector('#announcer').innerText.startsWith('Not live')")
        asked = len(self.world.requests)
        time.sleep(6)  # what is counted is how often it asks
        self.assertLess(len(self.world.requests) - asked, 6)
        self.assertGreater(page.run(f"{rows('nodes')}.length"), 0, "what was known stays")
        self.world.away = False
        page.wait("document.querySelector('#connection').hidden")
        page.wait(
            "document.querySelector('#announcer').innerText.startsWith('The server answers again')"
        )

    def test_one_list_that_fails_does_not_stop_the_others(self):
        page = self.open(allowed=("404",))
        answer = self.world.answer
        self.world.answer = (
            lambda path, query: None if path == "/api/v1/workloads" else answer(path, query)
        )
        page.wait("!document.querySelector('#workloads .trouble').hidden")
        self.assertIn("Workloads cannot be read: the server answers 404", page.text())
        self.world.loads[("node-0000", 0)] = 91
        page.wait("document.querySelector('#nodes').innerText.includes('node-0000')")
        self.assertTrue(page.run("document.querySelector('#connection').hidden"))

    def test_the_keyboard_reaches_and_opens_everything(self):
        page = self.open()
        page.press("Tab")
        self.assertEqual(page.run("document.activeElement.innerText"), "Skip to the decisions")
        page.press("Enter", text="\r")
        self.assertEqual(page.run("document.activeElement.id"), "decisions-title")
        page.press("Tab")
        self.assertEqual(page.run("document.activeElement.id"), "decisions-filter")
        page.press("Tab")
        self.assertEqual(page.run("document.activeElement.ariaLabel"), "Table of Decisions")
        page.press("Tab")
        self.assertEqual(
            page.run("document.activeElement.innerText.trim()"), "inference/embeddings"
        )
        page.press("Tab")
        self.assertNotEqual(
            page.run("getComputedStyle(document.activeElement).outlineStyle"), "none"
        )
        page.press("Enter", text="\r")
        page.wait("document.activeElement.ariaExpanded === 'true'")
        page.wait(
            "document.querySelector('.explanation .steps').innerText.includes('times 4 replicas')"
        )
        time.sleep(2.5)  # two more answers of the server
        self.assertEqual(
            page.run("document.activeElement.innerText.trim()"), "inference/llm", "focus is kept"
        )
        page.press(" ", code="Space", text=" ")
        page.wait("document.querySelector('.explanation') === null")

    def test_a_screen_reader_has_names_landmarks_and_tables(self):
        page = self.open("#nodes.open=node-0003&decisions.open=inference%2Fllm")
        page.wait("document.querySelector('.explanation .steps li')")
        for width in (1280, 320):
            page.emulate(width, 900)
            tree = page.accessibility()
            unnamed = [
                role for role, name in tree if role in OWN_ROLES_WITH_NAMES and not name.strip()
            ]
            self.assertEqual(unnamed, [], f"at {width}")
            roles = [role for role, _ in tree]
            for role in (
                "banner",
                "main",
                "navigation",
                "search",
                "status",
                "table",
                "rowheader",
                "cell",
            ):
                self.assertIn(role, roles, f"at {width}")
            self.assertIn(("columnheader", "Age of data"), tree, f"at {width}")
            self.assertIn(("columnheader", "HPA wants (Replicas, by this metric alone)"), tree)
            told = "inactive (HPA sleeps, and KEDA lets the workload go to its minimum)"
            self.assertTrue(any(role == "cell" and name.endswith(told) for role, name in tree))
        self.assertEqual(page.run("document.querySelectorAll('h1').length"), 1)

    def test_it_fits_a_narrow_screen_and_is_dark_at_night(self):
        light = self.open("#nodes.open=node-0003", width=320)
        self.assertLessEqual(light.run("document.documentElement.scrollWidth"), 320)
        dark = self.open(dark=True, reduced_motion=True)
        ground = "getComputedStyle(document.body).backgroundColor"
        self.assertNotEqual(light.run(ground), dark.run(ground))
        self.assertEqual(
            dark.run(
                "getComputedStyle(document.querySelector('.chevron'), '::before').transitionDuration"
            ),
            "0s",
        )

    def test_a_hidden_page_asks_nothing(self):
        page = self.open()
        page.run(
            """Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});
                    document.dispatchEvent(new Event('visibilitychange'))"""
        )
        time.sleep(1.5)  # what is under way ends
        asked = len(self.world.requests)
        time.sleep(2.5)
        self.assertEqual(len(self.world.requests), asked)
        page.run(
            """delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))"""
        )
        page.wait("performance.getEntriesByType('resource').length > 0")
        end = time.monotonic() + 5
        while len(self.world.requests) == asked:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)


class Large(PlayedTest):
    """5,000 nodes of 8 GPUs: it asks for what it shows."""

    nodes = 5000

    def test_an_update_is_quick_and_memory_stays(self):
        page = self.open()
        page.run(
            """window.updates = [];
            const show = overview.show.bind(overview);
            for (const section of sections) {
              const inner = section.show.bind(section);
              section.show = () => { const t = performance.now(); inner(); document.body.offsetHeight; updates.push(performance.now() - t); };
            }"""
        )
        page.wait("updates.length > 20", 60)
        updates = sorted(page.run("updates"))
        page.call("HeapProfiler.collectGarbage")
        heap = page.call("Runtime.getHeapUsage")["usedSize"]
        nodes = page.run("document.querySelectorAll('*').length")
        print(
            f"\n5,000 nodes: a list's update {updates[len(updates) // 2]:.1f} ms at the median, {updates[-1]:.1f} ms at most; "
            f"heap {heap / 1e6:.1f} MB, {nodes} elements"
        )
        self.assertLess(heap, 30e6)
        self.assertLess(nodes, 6000)
        asked = [r for r in self.world.requests if "/snapshot" in r]
        self.assertTrue(all("limit=25" in r for r in asked), asked)


if __name__ == "__main__":
    unittest.main()
