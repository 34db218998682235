// What the filing pages do better with a script; all of it is optional.
"use strict";

const MOST_OF_ONE = 10e6;
const MOST = 32e6;

function refuse(event, why) {
  event.preventDefault();
  const said = document.getElementById("tak-terkirim").content.cloneNode(true);
  for (const one of said.querySelectorAll("[data-why]")) if (one.dataset.why !== why) one.remove();
  const place = document.getElementById("galat");
  place.replaceChildren(said);
  place.firstElementChild.focus();
}

const tooLarge = (form) => {
  const sizes = [...(form.querySelector("[type=file]")?.files ?? [])].map((file) => file.size);
  return sizes.some((size) => size > MOST_OF_ONE) || sizes.reduce((a, b) => a + b, 0) > MOST;
};

addEventListener("submit", (event) => {
  if (!navigator.onLine) refuse(event, "offline");
  else if (tooLarge(event.target)) refuse(event, "large");
});

// A place is asked for only when somebody presses the button.
const place = document.querySelector("[data-locate]");
if (place && navigator.geolocation) {
  place.append(place.querySelector("template").content);
  const status = place.querySelector("[role=status]");
  const [lat, lng] = ["lat", "lng"].map((name) => place.querySelector(`[name=${name}]`));
  place.querySelector("button").addEventListener("click", () => {
    status.textContent = status.dataset.sayWait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        lat.value = coords.latitude.toFixed(5);
        lng.value = coords.longitude.toFixed(5);
        status.textContent = `${status.dataset.sayDone} ${lat.value}, ${lng.value}`;
      },
      () => { status.textContent = status.dataset.sayFailed; },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}

const print = document.querySelector("[data-print]");
if (print) {
  print.replaceWith(print.content);
  document.querySelector(".filed [type=button]").addEventListener("click", () => window.print());
}
