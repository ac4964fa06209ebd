"""A headless Chromium without a network, spoken to through two pipes (the protocol of its developer tools:
messages that end with a zero byte)."""

import atexit
import json
import os
import subprocess
import sys
import time


class Browser:
    """One process with a profile of its own."""

    def __init__(self, chromium, profile):
        to_browser, self._write = os.pipe()
        read, from_browser = os.pipe()

        def wire():
            # The browser reads from 3 and writes to 4.
            spare_in, spare_out = os.dup(to_browser), os.dup(from_browser)
            high_in, high_out = os.dup2(spare_in, 103), os.dup2(spare_out, 104)
            os.dup2(high_in, 3)
            os.dup2(high_out, 4)

        self._process = subprocess.Popen(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND",
             f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=wire, close_fds=False, stderr=subprocess.DEVNULL)
        atexit.register(self._process.kill)
        self._answers = os.fdopen(read, "rb", buffering=0)
        self._unread = bytearray()
        self._number = 0
        self.events = []

    def _message(self):
        while (end := self._unread.find(0)) < 0:
            more = self._answers.read(1 << 16)
            if not more:
                sys.exit("the browser has gone")
            self._unread += more
        text = bytes(self._unread[:end])
        del self._unread[:end + 1]
        return json.loads(text)

    def ask(self, method, session=None, **parameters):
        """What the browser answers to a command."""
        self._number += 1
        text = {"id": self._number, "method": method, "params": parameters}
        if session:
            text["sessionId"] = session
        rest = json.dumps(text).encode() + b"\0"
        while rest:
            rest = rest[os.write(self._write, rest):]
        while (answer := self._message()).get("id") != self._number:
            self.events.append(answer)
        if "error" in answer:
            sys.exit(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self):
        """Ends the process."""
        self._number += 1
        os.write(self._write, json.dumps({"id": self._number, "method": "Browser.close"}).encode() + b"\0")
        self._process.wait(timeout=20)


class Page:
    """A page from a file, as wide as a screen or a phone."""

    def __init__(self, browser, file, dark=False, width=1200, height=1000):
        self._browser = browser
        self.target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)
        scheme = "dark" if dark else "light"
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        began = time.monotonic()
        self.ask("Page.navigate", url=f"file://{file}")
        self.expect("the page is loaded", "location.protocol + document.readyState", "file:complete")
        self.seconds = time.monotonic() - began
        self.ask("Target.activateTarget", targetId=self.target)

    def ask(self, method, **parameters):
        """What the browser answers to a command about this page."""
        return self._browser.ask(method, self._session, **parameters)

    def value(self, expression):
        """What an expression is worth in the page; a promise is waited for."""
        value, exception = self._evaluated(expression)
        if exception:
            sys.exit(f"{expression[:200]}: {exception}")
        return value

    def _evaluated(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        exception = answer.get("exceptionDetails", {}).get("exception", {}).get("description")
        return answer["result"].get("value"), exception

    def expect(self, what, expression, wanted=True):
        """Waits until an expression is worth what is wanted."""
        for _ in range(200):
            # What it looks at may not be there yet.
            got, exception = self._evaluated(expression)
            if got == wanted and not exception:
                return
            time.sleep(0.025)
        sys.exit(f"{what}: {exception or repr(got)} instead of {wanted!r}")

    def press(self, key, code=0, text=None):
        """Presses a key."""
        common = {"key": key, "windowsVirtualKeyCode": code}
        down = {"text": text} if text else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **common, **down)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def complaints(self):
        """What the page said on its console, and what its policy forbade."""
        told = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [event["params"] for event in self._browser.events if event.get("method") in told]

    def close(self):
        self._browser.ask("Target.closeTarget", targetId=self.target)
