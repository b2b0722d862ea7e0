# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, driven by chromedriver over WebDriver (w3.org/TR/webdriver), with nothing but the
standard library."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--disable-lcd-text"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Left": "\ue012", "Up": "\ue013",
        "Right": "\ue014", "Down": "\ue015", "End": "\ue010", "Home": "\ue011"}


class Browser:
    """with Browser() as browser: browser.open(path); browser.run("return document.title")"""

    def __init__(self, time_zone="UTC"):
        self.home = tempfile.mkdtemp(prefix="garpd-chromium.")
        environment = dict(os.environ, TZ=time_zone, HOME=self.home, LANG="C.UTF-8")
        # In a group of its own, so that no process of the browser outlives it.
        self.driver = subprocess.Popen([CHROMEDRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, env=environment, start_new_session=True)
        port = None
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                port = found.group(1)
                break
        self.base = f"http://127.0.0.1:{port}"
        self.session = None
        options = {"binary": CHROMIUM, "args": FLAGS + [f"--user-data-dir={self.home}/profile"]}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.session = answer["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            if self.session:
                self.call("DELETE", f"/session/{self.session}")
        finally:
            try:
                os.killpg(self.driver.pid, 15)
            except ProcessLookupError:
                pass
            self.driver.wait(20)
            shutil.rmtree(self.home, ignore_errors=True)

    def call(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def post(self, path, **body):
        return self.call("POST", f"/session/{self.session}{path}", body)

    def devtools(self, command, **parameters):
        return self.post("/goog/cdp/execute", cmd=command, params=parameters)

    # ---- what a test does ----

    def size(self, width, height):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def open(self, path):
        self.post("/url", url=f"file://{os.path.abspath(path)}")
        self.wait("return document.documentElement.dataset.drawn === 'yes'")

    def run(self, script, *arguments):
        return self.post("/execute/sync", script=script, args=list(arguments))

    def wait(self, script, *arguments):
        """Until the script returns something true, within 20 s; returns that."""
        return self.post("/execute/async", args=[script, *arguments], script="""
            const [script, ...rest] = [...arguments].slice(0, -1), done = arguments[arguments.length - 1];
            const until = performance.now() + 20000, test = new Function(script);
            (function look() {
                const value = test(...rest);
                if (value || performance.now() > until)
                    done(value);
                else
                    requestAnimationFrame(look);
            })();""")

    def keys(self, *names):
        actions = []
        for name in names:
            key = KEYS.get(name, name)
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.post("/actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def find(self, selector):
        return self.post("/element", using="css selector", value=selector)[ELEMENT]

    def hover(self, element):
        self.post("/actions", actions=[{"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "origin": {ELEMENT: element}, "x": 0, "y": 0}]}])

    def click(self, selector):
        self.call("POST", f"/session/{self.session}/element/{self.find(selector)}/click")

    def log(self, kind):
        return self.post("/se/log", type=kind)

    # ---- pictures ----

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.devtools("Page.captureScreenshot", format="png")["data"]))

    def picture_whole(self, path):
        """Of the page in a window that is as high as the page, where it draws all of itself."""
        for _ in range(2):  # it grows with what is drawn
            width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
            self.size(width, height)
            self.wait("return [...document.querySelectorAll('.lane')].every((lane) => lane.querySelector('svg'))")
        self.picture(path)

    def paper(self, path):
        """Prints the page on A4, as a PDF."""
        answer = self.devtools("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))
