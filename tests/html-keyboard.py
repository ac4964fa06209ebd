"""Uses the HTML report with the keyboard alone, in a headless Chromium that is spoken to through two
pipes (the protocol of its developer tools, messages that end with a zero byte).

html-keyboard.py CHROMIUM PROFILE PAGE: PAGE is a report of at least two secrets, of which exactly one
says "a.toml".
"""

import atexit
import json
import os
import subprocess
import sys
import time

chromium, profile, page = sys.argv[1:]
to_browser, write = os.pipe()
read, from_browser = os.pipe()


def wire():
    # The browser reads from 3 and writes to 4.
    spare_in, spare_out = os.dup(to_browser), os.dup(from_browser)
    high_in, high_out = os.dup2(spare_in, 103), os.dup2(spare_out, 104)
    os.dup2(high_in, 3)
    os.dup2(high_out, 4)


browser = subprocess.Popen(
    [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
     "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "about:blank"],
    preexec_fn=wire, close_fds=False, stderr=subprocess.DEVNULL)
atexit.register(browser.kill)
answers = os.fdopen(read, "rb")
number = 0


def message():
    text = bytearray()
    while (byte := answers.read(1)) not in (b"\0", b""):
        text += byte
    if not text:
        sys.exit("keyboard: the browser has gone")
    return json.loads(text)


def ask(method, session=None, **parameters):
    global number
    number += 1
    text = {"id": number, "method": method, "params": parameters}
    if session:
        text["sessionId"] = session
    os.write(write, json.dumps(text).encode() + b"\0")
    while (answer := message()).get("id") != number:
        pass
    if "error" in answer:
        sys.exit(f"keyboard: {method}: {answer['error']}")
    return answer["result"]


target = ask("Target.createTarget", url=f"file://{page}")["targetId"]
session = ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]


def value(expression):
    answer = ask("Runtime.evaluate", session, expression=expression, returnByValue=True)
    return answer["result"].get("value")


def press(key, code=0, text=None):
    common = {"key": key, "windowsVirtualKeyCode": code}
    down = {"text": text} if text else {}
    ask("Input.dispatchKeyEvent", session, type="keyDown", **common, **down)
    ask("Input.dispatchKeyEvent", session, type="keyUp", **common)


def expect(what, expression, wanted=True):
    for _ in range(50):
        if (got := value(expression)) == wanted:
            return
        time.sleep(0.1)
    sys.exit(f"keyboard: {what}: {got!r} instead of {wanted!r}")


item = "document.activeElement.closest('#findings > li')"
items = "[...document.querySelectorAll('#findings > li')]"
shown = f"{items}.filter((one) => !one.hidden).length"
expect("the page is loaded", "location.protocol + document.readyState", "file:complete")
ask("Target.activateTarget", targetId=target)
count = value(f"{items}.length")
expect("several findings", f"{items}.length > 1")

press("Tab", 9)
expect("the first stop leads past the top", "document.activeElement.className", "skip")
press("Enter", 13, "\r")
expect("the link was followed", "location.hash", "#findings")

press("j", 74, "j")
expect("j goes to the first finding", f"{items}.indexOf({item})", 0)
press("j", 74, "j")
expect("j goes on", f"{items}.indexOf({item})", 1)
press("k", 75, "k")
expect("k goes back", f"{items}.indexOf({item})", 0)
expect("the finding is closed", f"{item}.querySelector('details').open", False)
press("Enter", 13, "\r")
expect("Enter opens it", f"{item}.querySelector('details').open")

press("/", 191, "/")
expect("/ goes to the search", "document.activeElement.name", "search")
for letter in "a.toml":
    # The code of a full stop as a character is that of another key.
    press(letter, ord(letter.upper()) if letter.isalpha() else 0, letter)
expect("what is searched for is shown", shown, 1)
expect("and counted", "document.getElementById('count').textContent", f"1 of {count} shown")
press("Escape", 27)
expect("Escape shows all", shown, count)

press("Tab", 9)
expect("the next stop is a severity", "document.activeElement.name", "severity")
band = value("document.activeElement.value")
of_band = value(f"{items}.filter((one) => one.dataset.severity === '{band}').length")
press(" ", 32, " ")
expect("the space bar hides that severity", shown, count - of_band)
press(" ", 32, " ")
expect("and shows it again", shown, count)

os.write(write, json.dumps({"id": number + 1, "method": "Browser.close"}).encode() + b"\0")
browser.wait(timeout=20)
print("HTML: used with the keyboard alone")
