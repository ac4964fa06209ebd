"""Audits HTML reports for accessibility with axe-core, in light and dark: as they open, with findings opened,
grouped, and on a phone. Measures how long the page takes to load and to filter.

html-audit.py CHROMIUM PROFILE AXE PAGE...: exits with 1 at any violation. Every rule takes part, those that are
best practice and not a demand of WCAG, too.
"""

import json
import pathlib
import sys

from browser import Browser, Page

chromium, profile, axe, *files = sys.argv[1:]
axe = pathlib.Path(axe).read_text()
browser = Browser(chromium, profile)

AUDIT = """axe.run(document, {resultTypes: ['violations']}).then((result) => JSON.stringify(result.violations.map(
  ({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.slice(0, 3).map(
    (node) => node.target + ': ' + node.failureSummary)}))))"""
CHOOSE = """(name, value) => {
  const field = document.forms.filters.elements[name];
  field.value = value;
  const began = performance.now();
  field.dispatchEvent(new Event('input', {bubbles: true}));
  document.body.offsetHeight;
  return performance.now() - began;
}"""
OPEN = "for (const one of [...document.querySelectorAll('.finding summary')].slice(0, 3)) one.click()"
failed = False


def audit(page, what):
    global failed
    violations = json.loads(page.value(AUDIT))
    if violations:
        failed = True
        print(f"{what}: {json.dumps(violations, indent=1)}", file=sys.stderr)


for file in files:
    file = pathlib.Path(file).resolve()
    for dark in (False, True):
        look = f"{file.name}, {'dark' if dark else 'light'}"
        page = Page(browser, file, dark)
        page.value(axe)
        audit(page, look)
        if page.value("Boolean(document.forms.filters)"):
            page.value(OPEN)
            page.expect("findings open", "document.querySelectorAll('.finding dl').length > 0")
            audit(page, f"{look}, opened")
            page.value(f"({CHOOSE})('group', 'file')")
            audit(page, f"{look}, by file")
            if not dark:
                took = {}
                for name, value in [("search", "token"), ("search", ""), ("group", ""), ("sort", "path")]:
                    took[f"{name} {value}".strip()] = round(page.value(f"({CHOOSE})({name!r}, {value!r})"))
                print(f"HTML: {look}: loaded in {page.seconds:.2f} s; milliseconds to filter: {took}")
        page.close()
    page = Page(browser, file, width=390, height=844)
    page.value(axe)
    audit(page, f"{file.name}, on a phone")
    page.expect("nothing is wider than a phone", "document.documentElement.scrollWidth <= 390")
    if complaints := page.complaints():
        sys.exit(f"{file.name}: the page complains: {complaints}")
    page.close()
browser.close()
if failed:
    sys.exit(1)
print(f"HTML: no violation in {len(files)} page{'s' if len(files) > 1 else ''}, light and dark, on screens and phones")
