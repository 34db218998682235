// What htmx cannot say in attributes: where the focus goes, and what becomes of a form that nobody
// answered. It stays as it is and is sent again by itself, with the same key, until somebody does:
// what arrives twice is done once.
"use strict";

const PAUSE = 5000;
const galat = document.getElementById("galat");
const news = document.getElementById("jaringan"); // only where there is something to send
let waiting = null; // the form, the button that sent it, the timer, and how often it was tried

addEventListener("htmx:afterSettle", (event) => {
  const place = document.getElementById(event.detail.target.id) || event.detail.target;
  const first = place.querySelector("[autofocus]");
  if (first) first.focus();
});

// What a page asks by itself, to stay up to date or while somebody types, may fail quietly.
const byPerson = (event) => {
  const cause = event.detail.requestConfig.triggeringEvent;
  return cause?.isTrusted && cause.type !== "input";
};

function tell(mayRepeat) {
  const told = news.content.cloneNode(true);
  told.querySelector(navigator.onLine ? "[data-offline]" : "[data-away]").remove();
  if (!mayRepeat) told.querySelector("[data-again]").remove();
  galat.replaceChildren(told);
  galat.firstElementChild.focus();
}

function again() {
  clearTimeout(waiting.timer);
  if (waiting.form.isConnected) waiting.form.requestSubmit(waiting.button);
  else stop();
}

function stop() {
  if (!waiting) return;
  clearTimeout(waiting.timer);
  waiting = null;
  galat.querySelector("[data-again]")?.remove();
}

function unanswered(event) {
  if (!byPerson(event) || !news) return;
  const { elt, triggeringEvent } = event.detail.requestConfig;
  if (!(elt instanceof HTMLFormElement)) {
    tell(false);
    return;
  }
  if (waiting?.form !== elt) {
    stop();
    waiting = { form: elt, button: triggeringEvent.submitter, tries: 0 };
    tell(true);
  }
  waiting.tries += 1;
  galat.querySelector("[data-tries]").textContent = waiting.tries;
  clearTimeout(waiting.timer);
  waiting.timer = setTimeout(again, PAUSE);
}

addEventListener("htmx:sendError", unanswered);
addEventListener("htmx:timeout", unanswered);

addEventListener("htmx:beforeRequest", (event) => {
  if (!byPerson(event)) {
    // Nobody looks at it now: the next minute will do.
    if (document.hidden && event.detail.elt.matches("[hx-trigger^=every]")) event.preventDefault();
    return;
  }
  if (waiting?.form === event.detail.elt) {
    clearTimeout(waiting.timer);
    return;
  }
  // What went wrong before is over once something else is asked.
  stop();
  galat.replaceChildren();
});

addEventListener("htmx:beforeSend", (event) => {
  // A photo takes its time on a slow line; the server says when it took too long.
  const files = event.detail.elt.querySelector('input[type="file"]')?.files;
  if (files?.length) event.detail.xhr.timeout = 0;
});

addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, isError } = event.detail;
  if (!byPerson(event)) {
    if (isError) event.detail.shouldSwap = false;
  } else if (xhr.status === 503 && news && requestConfig.elt instanceof HTMLFormElement) {
    event.detail.shouldSwap = false;
    unanswered(event);
  } else if (waiting?.form === requestConfig.elt) {
    stop();
    galat.replaceChildren();
  }
});

addEventListener("online", () => waiting && again());

addEventListener("input", (event) => {
  // It may have arrived: changed words must not go unseen under the key of the first.
  if (waiting?.form.contains(event.target)) stop();
});

galat.addEventListener("click", (event) => {
  if (!waiting) return;
  if (event.target.closest("[data-now]")) again();
  else if (event.target.closest("[data-stop]")) stop();
});
