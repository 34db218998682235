// Keys for whoever works here all day; the dialog #pintasan lists them. Off at /akun. They do
// nothing while somebody types, nor together with a modifier key.
"use strict";

const PAGES = { t: "/tugas", a: "/aduan" };
const WAITS = 1500; // milliseconds for which `g` waits for its second key
const list = document.getElementById("pintasan");
let after = 0; // until when a key follows `g`

function move(step) {
  const links = [...document.querySelectorAll(".row-link")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus();
}

function search() {
  const field = document.querySelector("input[type=search]");
  field?.focus();
  field?.select();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": search,
  "?": () => list.showModal(),
  g: () => (after = Date.now() + WAITS),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (list.open || event.target.closest("input, select, textarea, [contenteditable]")) return;
  const page = Date.now() < after && PAGES[event.key];
  after = 0;
  if (page) location.assign(page);
  else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]();
  else return;
  event.preventDefault();
});
