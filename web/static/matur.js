// What htmx cannot say in attributes: where the focus goes, and that the network is away.
"use strict";

addEventListener("htmx:afterSettle", (event) => {
  const place = document.getElementById(event.detail.target.id) || event.detail.target;
  const first = place.querySelector("[autofocus]");
  if (first) first.focus();
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  addEventListener(name, () => {
    const place = document.getElementById("galat");
    place.replaceChildren(document.getElementById("jaringan").content.cloneNode(true));
    place.firstElementChild.focus();
  });
}

// What went wrong before is over once something is sent again.
addEventListener("htmx:beforeSend", () => document.getElementById("galat").replaceChildren());
