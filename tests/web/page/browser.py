"""Headless Chromium, spoken to by its DevTools protocol over a pair of pipes."""

import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time

FLAGS = [
    "--headless=new",
    "--no-sandbox",  # root in CI; it only ever visits 127.0.0.1
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--remote-debugging-pipe",
]


def find_chromium():
    """The path of Chromium; None: there is none."""
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


class Browser:
    """A process with one page at a time; ends with the `with` block."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="page-test-", ignore_cleanup_errors=True)
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def place_pipes():
            # Chromium reads from 3 and writes to 4; above all of ours first.
            low, high = os.dup(to_browser), os.dup(from_browser)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            [find_chromium(), *FLAGS, f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=place_pipes,
            pass_fds=(3, 4),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.numbers = itertools.count(1)
        self.answers = {}
        self.arrived = threading.Condition()
        self.listeners = []
        self.gone = False
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        self.profile.cleanup()

    def read(self):
        rest = b""
        while data := os.read(self.read_end, 1 << 20):
            *messages, rest = (rest + data).split(b"\0")
            for message in map(json.loads, messages):
                with self.arrived:
                    if "id" in message:
                        self.answers[message["id"]] = message
                    for listener in self.listeners:
                        listener.put(message)
                    self.arrived.notify_all()
        with self.arrived:
            self.gone = True
            self.arrived.notify_all()

    def call(self, method, params=None, session=None):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answers or self.gone, timeout=30):
                raise RuntimeError(f"{method}: no answer within 30 s")
            if number not in self.answers:
                raise RuntimeError(f"{method}: Chromium has gone")
            answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, url, **emulation):
        return Page(self, url, **emulation)


class Page:
    """A tab. Remembers every request and everything that the console said."""

    def __init__(self, browser, url, width=1280, height=900, dark=False, reduced_motion=False):
        self.browser = browser
        self.target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = browser.call(
            "Target.attachToTarget", {"targetId": self.target, "flatten": True}
        )["sessionId"]
        self.events = queue.SimpleQueue()
        browser.listeners.append(self.events)
        self.requests = []
        self.complaints = []
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility", "Audits"):
            self.call(f"{domain}.enable")
        self.emulate(width, height, dark, reduced_motion)
        self.call("Page.navigate", {"url": url})

    def emulate(self, width, height, dark=False, reduced_motion=False, media=""):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        self.call(
            "Emulation.setEmulatedMedia",
            {
                "media": media,
                "features": [
                    {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                    {
                        "name": "prefers-reduced-motion",
                        "value": "reduce" if reduced_motion else "no-preference",
                    },
                ],
            },
        )

    def call(self, method, params=None):
        return self.browser.call(method, params, self.session)

    def close(self):
        self.drain()
        self.browser.listeners.remove(self.events)
        self.browser.call("Target.closeTarget", {"targetId": self.target})

    def drain(self):
        """Takes in what has happened."""
        while not self.events.empty():
            event = self.events.get()
            if event.get("sessionId") != self.session or "method" not in event:
                continue
            params = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            elif event["method"] == "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(
                    details.get("exception", {}).get("description") or details["text"]
                )
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] in (
                "error",
                "warning",
                "assert",
            ):
                self.complaints.append(json.dumps(params["args"]))
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] in (
                "error",
                "warning",
            ):
                self.complaints.append(
                    f"{params['entry']['text']} {params['entry'].get('url', '')}"
                )
            elif event["method"] == "Audits.issueAdded":
                self.complaints.append(json.dumps(params["issue"]))

    def run(self, expression):
        """The value of a JavaScript expression."""
        result = self.call(
            "Runtime.evaluate",
            {"expression": expression, "returnByValue": True, "awaitPromise": True},
        )
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression, seconds=20):
        """Until the expression is true, as JavaScript sees it."""
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise AssertionError(
                    f"within {seconds} s never true: {expression}\n{self.text()[:3000]}"
                )
            time.sleep(0.05)

    def text(self):
        return self.run("document.body?.innerText ?? ''")

    def press(self, key, code=None, text=None, modifiers=0):
        base = {
            "key": key,
            "code": code or key,
            "modifiers": modifiers,
            "windowsVirtualKeyCode": {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}.get(key, 0),
        }
        self.call(
            "Input.dispatchKeyEvent",
            {
                "type": "keyDown" if text else "rawKeyDown",
                **base,
                **({"text": text} if text else {}),
            },
        )
        self.call("Input.dispatchKeyEvent", {"type": "keyUp", **base})

    def type(self, text):
        self.call("Input.insertText", {"text": text})

    def accessibility(self):
        """The accessible nodes that are not ignored: [(role, name)]."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (n["role"]["value"], n.get("name", {}).get("value", ""))
            for n in nodes
            if not n.get("ignored")
        ]

    def screenshot(self, path, whole=False):
        import base64

        shot = self.call(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole}
        )
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
