// A number in the answer opens its source; the copy button copies the text of its answer with the titles of its sources and without their numbers.
document.addEventListener("click", (event) => {
  const cite = event.target.closest(".kb-cite");
  if (cite) {
    event.preventDefault();
    const card = document.getElementById(cite.hash.slice(1));
    if (!card) return;
    for (let fold = card; fold; fold = fold.parentElement.closest("details")) fold.open = true;
    document.querySelectorAll(".kb-flash").forEach((other) => other.classList.remove("kb-flash"));
    card.classList.add("kb-flash");
    card.scrollIntoView({ behavior: "smooth", block: "start" });
    card.querySelector("summary").focus({ preventScroll: true });
    return;
  }
  const copy = event.target.closest(".kb-copy");
  if (copy) {
    const text = copy.closest(".kb-answer").querySelector(".kb-text").cloneNode(true);
    text.querySelectorAll(".kb-cite b").forEach((number) => number.remove());
    navigator.clipboard.writeText(text.textContent).then(() => {
      copy.textContent = copy.dataset.done;
    });
  }
});

// An opened source shows its quoted words, however long the article around them.
document.addEventListener(
  "toggle",
  (event) => {
    const passage = event.target.open && event.target.querySelector(":scope > .kb-passage");
    const mark = passage && passage.querySelector("mark");
    if (mark && mark.offsetTop + mark.offsetHeight > passage.offsetTop + passage.clientHeight) {
      passage.scrollTop = mark.offsetTop - passage.offsetTop - passage.clientHeight / 3;
    }
  },
  true,
);

// A new question goes to the top of the view, and stays there when its answer comes: a long one is read from its start.
let shown = "0 0";
new MutationObserver(() => {
  const pane = document.getElementById("kb-conversation");
  if (!pane) return;
  const asked = pane.querySelectorAll(".kb-question");
  const state = `${asked.length} ${pane.querySelectorAll("article").length}`;
  if (state === shown) return;
  shown = state;
  if (asked.length === 0) return;
  const distance = asked[asked.length - 1].getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTop += distance - 20;
}).observe(document, { childList: true, subtree: true });
