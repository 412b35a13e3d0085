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
