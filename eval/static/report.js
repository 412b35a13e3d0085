// Search and filters of the report: they hide and show what stands in the page, and need nothing else.
(() => {
  "use strict";
  const find = document.getElementById("find");
  const [words, kind, status, check, count] = ["words", "kind", "status", "check", "count"].map((id) =>
    document.getElementById(id),
  );
  const items = [...document.querySelectorAll(".item")];
  const parts = [...document.querySelectorAll(".part")];
  const all = document.querySelector(".all");
  const texts = new Map();
  let waiting = 0;

  // Width and case of letters do not matter, as in the checks; read once, when first searched.
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, plain(item.textContent));
    return texts.get(item);
  };

  const apply = () => {
    const sought = plain(words.value).split(/\s+/).filter(Boolean);
    const filtered = Boolean(sought.length || kind.value || status.value || check.value);
    let shown = 0;
    for (const item of items) {
      const { kind: ownKind, status: ownStatus, checks } = item.dataset;
      const fits =
        (!kind.value || ownKind === kind.value) &&
        (!status.value || ownStatus === status.value) &&
        (!check.value || checks.split(" ").includes(check.value)) &&
        sought.every((word) => textOf(item).includes(word));
      item.hidden = !fits;
      shown += fits;
    }
    for (const part of parts) part.hidden = filtered && !part.querySelector(".item:not([hidden])");
    if (all) all.open = filtered;
    count.value = filtered ? `符合条件 ${shown} 题，共 ${items.length} 题。` : `共 ${items.length} 题。按 / 键搜索，Esc 清除。`;
  };
  const listed = () => items.filter((item) => !item.hidden && !item.closest(".all:not([open])"));

  find.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("reset", () => setTimeout(apply));
  find.addEventListener("change", apply);
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 150);
  });
  document.getElementById("open").addEventListener("click", () => listed().forEach((item) => (item.open = true)));
  document.getElementById("fold").addEventListener("click", () => items.forEach((item) => (item.open = false)));
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && event.target === words) {
      words.value = "";
      apply();
    }
  });
  // A browser that goes back fills the form in again.
  addEventListener("pageshow", apply);
  find.hidden = false;
  apply();
})();
