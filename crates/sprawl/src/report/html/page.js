"use strict";
(() => {
  // Texts come from the scanned files: they become text, and never markup.
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const list = document.getElementById("findings");
  const more = document.getElementById("more");
  const choices = document.getElementById("choices");
  const fields = form.elements;

  // Rows that are made at a time, and at most before the page is printed.
  const STEP = 100;
  const PRINTED = 1000;
  // With so few findings everything about each of them is printed.
  const PRINTED_WHOLE = 60;

  const number = (value) => value.toLocaleString("en");
  const counted = (value, word) => `${number(value)} ${word}${value === 1 ? "" : "s"}`;

  const element = (name, properties, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key === "class") made.className = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
    return made;
  };
  const code = (text, style = "") => element("code", style ? { class: style } : {}, text);
  const quiet = (...children) => element("span", { class: "quiet" }, ...children);
  const link = (address, ...children) =>
    /^https?:\/\/[^\s]+$/.test(address ?? "")
      ? element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children)
      : element("span", {}, ...children);

  const findings = data.findings;
  const texts = data.texts;
  const ruleOf = (finding) => data.rules[finding.rule];
  const titleOf = (finding) =>
    finding.name ? `${ruleOf(finding).title}: ${finding.name}` : ruleOf(finding).title;
  const placeText = (place) => place.path + place.at;

  // What the search looks through, made when it is needed first.
  const rules = data.rules.map((rule) =>
    [rule.id, rule.title, rule.provider, rule.kind, rule.impact, rule.fix].join("\n").toLowerCase());
  const seen = new Map();
  const textOf = (finding) => {
    let text = seen.get(finding);
    if (text === undefined) {
      const places = finding.places.flatMap((place) => [
        placeText(place), place.commit, texts[place.author], place.held, place.decision, ...place.once ?? [],
      ]);
      const line = finding.line ? finding.line.before + finding.secret + finding.line.after : "";
      text = [
        finding.id, finding.name, finding.severity, finding.secret, line, finding.says, finding.parts, finding.unlocks,
        finding.readers,
        finding.history, finding.confidence, ...finding.status, ...finding.lifetime ?? [],
        ...[...finding.ask ?? [], ...finding.owners ?? []].map((at) => texts[at]), ...places,
      ].filter(Boolean).join("\n").toLowerCase();
      seen.set(finding, text);
    }
    return text;
  };

  // The list is in the order of the scores. Sorting keeps that order among equals.
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const orders = {
    newest: (a, b) => compare(b.since ?? "", a.since ?? ""),
    oldest: (a, b) => compare(a.since ?? "~", b.since ?? "~"),
    path: (a, b) => compare(a.places[0].path, b.places[0].path),
    title: (a, b) => compare(ruleOf(a).title, ruleOf(b).title),
    places: (a, b) => b.total - a.total,
  };
  const sorted = new Map();
  const inOrder = (order) => {
    if (!orders[order]) return findings;
    if (!sorted.has(order)) sorted.set(order, findings.slice().sort(orders[order]));
    return sorted.get(order);
  };

  const isWanted = () => {
    const words = fields.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(
      [...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
    const { status, state, confidence, kind, provider } = fields;
    return (finding) =>
      severities.has(finding.severity) &&
      (!confidence.value || finding.confidence === confidence.value) &&
      (!kind.value || ruleOf(finding).kind === kind.value) &&
      (!provider.value || ruleOf(finding).provider === provider.value) &&
      (!status.value || finding.status.includes(status.value)) &&
      (!state?.value || (finding.states ?? []).includes(state.value)) &&
      words.every((word) => textOf(finding).includes(word) || rules[finding.rule].includes(word));
  };

  // The sections that a finding is in, each with the place that is shown first there.
  const open = (finding) => finding.places.filter((place) => !place.covered);
  const groupings = {
    file: (finding) => {
      const files = new Map();
      for (const place of open(finding)) {
        const file = place.file ?? place.path;
        if (!files.has(file)) files.set(file, place);
      }
      return files;
    },
    rule: (finding) => [[`${ruleOf(finding).title} (${ruleOf(finding).id})`, finding.places[0]]],
    owner: (finding) =>
      (finding.owners ?? []).length
        ? finding.owners.map((at) => [texts[at], finding.places[0]])
        : [["no owner", finding.places[0]]],
    severity: (finding) => [[finding.severity, finding.places[0]]],
  };

  const entriesOf = (wanted, grouping) => {
    if (!groupings[grouping]) return wanted.map((finding) => ({ finding, place: finding.places[0] }));
    const sections = new Map();
    for (const finding of wanted) {
      for (const [name, place] of groupings[grouping](finding)) {
        if (!sections.has(name)) sections.set(name, []);
        sections.get(name).push({ finding, place });
      }
    }
    return [...sections].flatMap(([name, entries]) => {
      entries[0].heading = { name, count: entries.length };
      return entries;
    });
  };

  let entries = [];
  let made = 0;
  let section = list;
  const ids = new Set();

  const mark = (word) => element("span", { class: `mark ${word.replaceAll(" ", "-")}` }, word);

  const rowOf = ({ finding, place }) => {
    const row = element("li", { class: `finding ${finding.status.map((word) => word.replaceAll(" ", "-")).join(" ")}` });
    if (!ids.has(finding.id)) {
      ids.add(finding.id);
      row.id = `s-${finding.id}`;
    }
    const others = finding.total - 1;
    const where = element("span", { class: "where quiet" }, code(placeText(place)));
    if (others > 0) where.append(` and ${number(others)} more`);
    if (finding.since) where.append(", ", element("span", { class: "day" }, `since ${finding.since}`));
    const summary = element(
      "summary", {},
      element("span", { class: `badge ${finding.severity}` }, `${finding.severity} ${finding.score}`),
      element("span", { class: "title" }, titleOf(finding)),
      code(finding.secret, "secret"),
      ...finding.status.filter((word) => word !== "in files").map(mark),
      where,
    );
    const details = element("details", {}, summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(bodyOf(finding));
    });
    row.append(details);
    return row;
  };

  const copied = (text) => {
    const shown = code(text);
    const button = element("button", { type: "button", "aria-label": `Copy: ${text}` }, "Copy");
    const said = element("span", { class: "quiet", role: "status" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = " copied";
      } catch {
        // Without a clipboard the command is selected, for the keyboard to copy.
        getSelection().selectAllChildren(shown);
        said.textContent = " selected, not copied";
      }
      setTimeout(() => { said.textContent = ""; }, 3000);
    });
    return element("span", { class: "copy" }, shown, " ", button, said);
  };

  const bodyOf = (finding) => {
    const rule = ruleOf(finding);
    const body = element("div", {});
    if (finding.line) {
      const { number: at, before, after } = finding.line;
      body.append(element(
        "pre", { class: "line", tabindex: "0", role: "group", "aria-label": `Line ${at}` },
        element("span", { class: "number" }, `${at}`), before, element("mark", {}, finding.secret), after));
    }
    const rows = element("dl", {});
    const say = (name, ...children) => {
      if (children.some(Boolean)) rows.append(element("dt", {}, name), element("dd", {}, ...children));
    };
    const links = rule.links.map(([name, address]) => {
      const host = address.split("/")[2];
      const text = name === "revoke" ? `Revoke or rotate at ${host}` : `Documentation at ${host}`;
      return element("li", {}, link(address, text));
    });
    say("Impact", rule.impact);
    say("Other parts", finding.parts);
    say("Missing", finding.missing);
    say("Unlocks", finding.unlocks);
    say("Read by", finding.readers);
    say("Says", finding.says);
    say("History", finding.history);
    say("Lifetime", (finding.lifetime ?? []).join("; "));
    say("Owners", (finding.ask ?? []).map((at) => texts[at]).join(", "));
    say("Fix", rule.fix);
    if (links.length) say("Links", element("ul", {}, ...links));
    say("Prefer", rule.prefer);
    say("Accept temporarily", copied(data.accept.replace("ID", finding.id)));
    if (finding.status.includes("in files")) {
      say("Suppress", copied(`sprawl:allow ${rule.id}`), quiet(" in a comment on its line"));
    }
    say("Score", element("ul", {}, ...finding.because.map((at) => element("li", {}, texts[at]))));
    say("Confidence", `${finding.confidence} (${texts[finding.evidence]})`);
    say("Rule", code(rule.id), ", secret ", code(finding.id));
    body.append(rows, placesOf(finding));
    return body;
  };

  const placesOf = (finding) => {
    const dated = finding.places.some((place) => place.held);
    const head = element("tr", {}, ...(dated ? ["Place", "Since", "Commit", "Author", "Found"] : ["Place"])
      .map((name) => element("th", { scope: "col" }, name)));
    const rows = finding.places.map((place) => {
      const first = element("td", {}, link(place.url, code(placeText(place), place.gone ? "gone" : "")));
      for (const other of place.once ?? []) first.append(element("div", { class: "quiet" }, "once ", code(other)));
      if (place.decision) first.append(element("div", { class: "quiet" }, place.decision));
      const row = element("tr", {}, first);
      if (dated) {
        row.append(
          element("td", { class: "day" }, place.since ?? ""),
          element("td", { class: "day" }, place.commit ? link(place.commit_url, code(place.commit)) : ""),
          element("td", {}, texts[place.author] ?? ""),
          element("td", {}, place.held ?? "file"));
      }
      return row;
    });
    const left = finding.total - finding.places.length;
    if (left > 0) {
      const text = `and ${counted(left, "more place")}; the JSON report has all of them`;
      rows.push(element("tr", {}, element("td", dated ? { colspan: "5" } : {}, text)));
    }
    const table = element("table", { class: "places" }, element("thead", {}, head), element("tbody", {}, ...rows));
    return element(
      "div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Places" }, table);
  };

  const make = (most) => {
    const end = Math.min(entries.length, made + most);
    for (; made < end; made += 1) {
      const { heading } = entries[made];
      if (heading) {
        section = element("ol", {});
        list.append(element(
          "li", { class: "section" },
          element("h3", {}, heading.name, " ", quiet(counted(heading.count, "secret"))), section));
      }
      section.append(rowOf(entries[made]));
    }
    const left = entries.length - made;
    more.hidden = left === 0;
    more.firstElementChild.textContent = `Show ${number(Math.min(STEP, left))} more of ${number(left)}`;
    more.lastElementChild.textContent = `and ${number(left)} more, which are not printed`;
  };

  const apply = () => {
    const wanted = inOrder(fields.sort.value).filter(isWanted());
    entries = entriesOf(wanted, fields.group.value);
    made = 0;
    section = list;
    ids.clear();
    list.replaceChildren();
    make(STEP);
    document.getElementById("count").textContent =
      `${number(wanted.length)} of ${number(findings.length)} shown`;
  };

  let quietly = false;
  const clear = () => {
    quietly = true;
    form.reset();
    quietly = false;
  };

  // What a link within the page leads to: a finding, or all of a type.
  const reveal = () => {
    const [kind, id] = [location.hash.slice(0, 3), location.hash.slice(3)];
    if (kind === "#r-" && data.rules.some((rule) => rule.id === id)) {
      clear();
      fields.search.value = id;
      apply();
      fields.search.focus();
      return;
    }
    if (kind !== "#s-") return;
    if (!findings.some((finding) => finding.id === id)) return;
    const at = () => entries.findIndex(({ finding }) => finding.id === id);
    if (at() < 0) {
      clear();
      apply();
    }
    if (at() >= PRINTED) {
      fields.search.value = id;
      apply();
    }
    if (at() >= made) make(at() + 1 - made);
    const details = document.getElementById(`s-${id}`).querySelector("details");
    details.open = true;
    details.querySelector("summary").focus();
  };

  const rows = () => [...list.querySelectorAll(".finding")];
  const step = (by) => {
    const at = rows().indexOf(document.activeElement.closest(".finding"));
    if (at + by >= made) make(STEP);
    const all = rows();
    all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.querySelector("summary").focus();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => { if (!quietly) setTimeout(apply); });
  more.firstElementChild.addEventListener("click", () => {
    const first = made;
    make(STEP);
    rows()[first].querySelector("summary").focus();
  });
  addEventListener("hashchange", reveal);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape" && typing) {
      fields.search.value = "";
      apply();
    } else if (!typing && event.key === "/") {
      event.preventDefault();
      fields.search.focus();
    } else if (!typing && (event.key === "j" || event.key === "k")) {
      step(event.key === "j" ? 1 : -1);
    }
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    if (made < PRINTED) make(PRINTED - made);
    if (entries.length > PRINTED_WHOLE) return;
    opened = [...list.querySelectorAll(".finding > details:not([open])")];
    for (const details of opened) {
      if (details.children.length === 1) {
        const at = rows().indexOf(details.parentElement);
        details.append(bodyOf(entries[at].finding));
      }
      details.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });

  // So that the first search is as fast as the others.
  const prepare = (at) => {
    findings.slice(at, at + STEP).forEach(textOf);
    if (at + STEP < findings.length) setTimeout(prepare, 0, at + STEP);
  };

  choices.open = matchMedia("(min-width: 60rem)").matches;
  form.hidden = false;
  document.getElementById("keys").hidden = false;
  apply();
  reveal();
  setTimeout(prepare, 300, 0);
})();
