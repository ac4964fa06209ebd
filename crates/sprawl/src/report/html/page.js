"use strict";
(() => {
  const form = document.getElementById("filters");
  const items = [...document.querySelectorAll("#findings > li")];
  const count = document.getElementById("count");
  const search = form.elements.search;
  const texts = new Map();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = [...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value);
    const wanted = (name, value) => !form.elements[name].value || form.elements[name].value === value;
    let shown = 0;
    for (const item of items) {
      const facts = item.dataset;
      item.hidden = !(
        severities.includes(facts.severity) &&
        wanted("confidence", facts.confidence) &&
        wanted("kind", facts.kind) &&
        wanted("provider", facts.provider) &&
        (!form.elements.state?.value || facts.state.split(" ").includes(form.elements.state.value)) &&
        (!form.elements.present.checked || facts.present === "true") &&
        words.every((word) => textOf(item).includes(word))
      );
      if (!item.hidden) shown += 1;
    }
    count.textContent = `${shown} of ${items.length} shown`;
  };

  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const item = target && target.closest("#findings > li");
    if (!item) return;
    item.hidden = false;
    const details = item.querySelector("details");
    details.open = true;
    details.querySelector("summary").focus();
  };

  const step = (by) => {
    const shown = items.filter((item) => !item.hidden);
    const at = shown.indexOf(document.activeElement.closest("#findings > li"));
    const next = shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) next.querySelector("summary").focus();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("hashchange", open);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape" && typing) {
      search.value = "";
      filter();
    } else if (!typing && event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (!typing && (event.key === "j" || event.key === "k")) {
      step(event.key === "j" ? 1 : -1);
    }
  });
  form.hidden = false;
  filter();
  open();
})();
