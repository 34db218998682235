// Copies the text of an element named by `data-copy`; the buttons show only where this can be done.
"use strict";

const bar = document.querySelector("[data-copies]");
if (bar && navigator.clipboard) {
  bar.hidden = false;
  bar.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const from = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText((from.value ?? from.textContent).trim());
    bar.querySelector("[data-copied]").textContent = button.dataset.copied;
  });
}
