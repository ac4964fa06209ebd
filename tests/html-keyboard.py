"""Uses the HTML report with the keyboard alone.

html-keyboard.py CHROMIUM PROFILE PAGE: PAGE is a report of at least two secrets, of which exactly one
says "a.toml".
"""

import sys

from browser import Browser, Page

chromium, profile, file = sys.argv[1:]
browser = Browser(chromium, profile)
page = Page(browser, file)
press, expect, value = page.press, page.expect, page.value

item = "document.activeElement.closest('#findings > li')"
items = "[...document.querySelectorAll('#findings > li')]"
shown = f"{items}.filter((one) => !one.hidden).length"
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
expect("and shows the fix", f"{item}.querySelector('dl').textContent.includes('Fix')")

for _ in range(20):
    if value("document.activeElement.textContent") == "Copy":
        break
    press("Tab", 9)
expect("a later stop copies a command",
       "document.activeElement.getAttribute('aria-label').slice(0, 19)", "Copy: sprawl accept")
press("Enter", 13, "\r")
expect("and says so", "document.activeElement.nextSibling.textContent.includes('copied')")

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
of_band = value(f"{items}.filter((one) => one.querySelector('.badge.{band}')).length")
press(" ", 32, " ")
expect("the space bar hides that severity", shown, count - of_band)
press(" ", 32, " ")
expect("and shows it again", shown, count)

stops = []
while "group" not in stops and len(stops) < 20:
    press("Tab", 9)
    stops.append(value("document.activeElement.name"))
expect("a later stop is the grouping", "document.activeElement.name", "group")
press("ArrowDown", 40)
expect("the next group is by file", "document.activeElement.value", "file")
expect("groups have headings", "document.querySelectorAll('#findings > li > h3').length > 1")
expect("with findings", "document.querySelectorAll('#findings .finding').length >= 2")

if complaints := page.complaints():
    sys.exit(f"the page complains: {complaints}")
browser.close()
print("HTML: used with the keyboard alone")
