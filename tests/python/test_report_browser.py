"""The page of a model in a real browser: silent, alone, readable, for the keyboard too. Skipped
where there is no Chromium."""
import fcntl
import json
import os
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from regatta import Graph, Model

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

# The smallest text on the screen, and all texts whose contrast to their background is below 4.5.
LOOK = """(() => {
  const parse = c => (c.match(/[0-9.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = (a, b) => { const f = a.length > 3 ? a[3] : 1; return [0, 1, 2].map(k => f * a[k] + (1 - f) * b[k]); };
  const behind = e => e === null ? [255, 255, 255] : over(parse(getComputedStyle(e).backgroundColor), behind(e.parentElement));
  const light = c => { const l = c.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
  let smallest = 99, faint = [], n = 0;
  document.querySelectorAll('details').forEach(d => d.open = true);
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(c => c.nodeType === 3 && c.data.trim())) continue;
    const style = getComputedStyle(e), svg = e.ownerSVGElement, ground = behind(svg ? svg.parentElement : e);
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    const a = light(over(parse(svg ? style.fill : style.color), ground)), b = light(ground);
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) faint.push(e.outerHTML.slice(0, 120));
    smallest = Math.min(smallest, scale * parseFloat(style.fontSize));
    n++;
  }
  return {smallest, faint, n, over: document.documentElement.scrollWidth - innerWidth,
          ground: getComputedStyle(document.body).backgroundColor};
})()"""


class Browser:
    """Chromium without a window, by its protocol over two pipes."""

    def __init__(self, folder):
        theirs, self.out = os.pipe()
        self.back, answers = os.pipe()
        theirs, answers = (fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (theirs, answers))

        def wire():
            os.dup2(theirs, 3)
            os.dup2(answers, 4)

        self.process = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=wire, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(answers)
        self.rest, self.n, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Log", "Runtime", "Network", "Page"):
            self.call(f"{domain}.enable")

    def close(self):
        os.close(self.out)
        self.process.terminate()
        self.process.wait()
        os.close(self.back)

    def message(self):
        while b"\0" not in self.rest:
            piece = os.read(self.back, 1 << 16)
            assert piece, "Chromium has ended"
            self.rest += piece
        one, _, self.rest = self.rest.partition(b"\0")
        return json.loads(one)

    def call(self, method, **params):
        self.n += 1
        words = {"id": self.n, "method": method, "params": params}
        if self.session:
            words["sessionId"] = self.session
        os.write(self.out, json.dumps(words).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.n:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def show(self, path, width, theme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.events = []
        self.call("Page.navigate", url=f"file://{path}")
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.message())

    def evaluate(self, code):
        return self.call("Runtime.evaluate", expression=code, returnByValue=True)["result"].get("value")


@pytest.fixture(scope="module")
def page(user_items, tmp_path_factory):
    coo = user_items.tocoo()
    frame = pd.DataFrame({"user": [f"<u{k}>" for k in coo.row], "item": [f"an item & {k}" for k in coo.col],
                          "time": 86400 * ((coo.row * 31 + coo.col * 17) % 97)})
    train, _, test = Graph.from_table(frame).split(test_share=0.25)
    path = tmp_path_factory.mktemp("page") / "page.html"
    Model(dim=8, max_steps=20, attention="cosine", heads=2).fit(train).report(test).save(path)
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1600])
def test_silent_alone_and_readable(browser, page, width, theme):
    browser.show(page, width, theme)
    seen = browser.evaluate(LOOK)
    assert seen["n"] > 300 and seen["faint"] == []
    assert seen["smallest"] >= 11.5 and seen["over"] <= 0
    bright = np.mean([int(x) for x in seen["ground"].strip("rgb()").split(",")]) > 127
    assert bright == (theme == "light")
    methods = [e.get("method") for e in browser.events]
    noise = [e for e in browser.events if e.get("method") in (
        "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
    assert noise == [] and "Page.loadEventFired" in methods
    asked = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    assert asked and all(url == f"file://{page}" or url.startswith("data:") for url in asked)


def test_keyboard_order_is_that_of_the_page(browser, page):
    browser.show(page, 1600, "light")
    stops = browser.evaluate("""(window.stops = [...document.querySelectorAll('a[href], summary, [tabindex]')]
        .filter(e => !e.closest('details:not([open]) > :not(summary)'))).length""")
    assert stops > 20
    for k in range(stops):
        for kind in ("rawKeyDown", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        assert browser.evaluate("window.stops.indexOf(document.activeElement)") == k
        assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_printed_page_is_light(browser, page):
    browser.show(page, 1600, "dark")
    browser.call("Emulation.setEmulatedMedia", media="print",
                 features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert len(browser.call("Page.printToPDF", printBackground=True)["data"]) > 20000
