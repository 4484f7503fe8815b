// What is nicer with JavaScript; every page works without.
"use strict";

// A form with data-auto is sent when something in it changes, unless it is being sent anyway (Enter, its button).
let soon;
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !form.hasAttribute("data-auto")) return;
  clearTimeout(soon);
  soon = setTimeout(() => form.requestSubmit(), 150);
});
document.addEventListener("submit", () => clearTimeout(soon), true);

// A form is sent once: a second press of its button does nothing while the first is under way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest ? event.target.closest("form[data-sent]") : null;
  if (form) delete form.dataset.sent;
});

// What opened from the bar closes with Escape, and with a click beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of document.querySelectorAll("details.drop[open]")) {
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const drop of document.querySelectorAll("details.drop[open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
});

// A box with data-picks="name" ticks all boxes of that name; elements with data-picked="name" show how many are ticked.
document.addEventListener("change", (event) => {
  const all = event.target.dataset.picks;
  const name = all || event.target.name;
  if (!name || event.target.type !== "checkbox") return;
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)];
  if (all) boxes.forEach((box) => { box.checked = event.target.checked; });
  const picked = boxes.filter((box) => box.checked).length;
  for (const place of document.querySelectorAll(`[data-picked="${CSS.escape(name)}"]`)) place.textContent = String(picked);
});

// A list that is refreshed by htmx: where the answer is not the list (signed out meanwhile, an error), go and see it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, xhr, pathInfo } = event.detail;
  if (!elt.closest("[data-list]")) return;
  const asked = new URL(pathInfo.finalRequestPath, location.href);
  const elsewhere = xhr.responseURL && new URL(xhr.responseURL).pathname !== asked.pathname;
  if (xhr.status < 400 && !elsewhere) return;
  event.detail.shouldSwap = false;
  location.assign(asked);
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.target.closest("[data-list]")) location.assign(event.detail.pathInfo.finalRequestPath);
});

// A password can be looked at while it is typed, and is hidden again before it is sent.
for (const box of document.querySelectorAll("[data-reveals]")) {
  const field = document.getElementById(box.dataset.reveals);
  box.closest("label").hidden = false;
  box.addEventListener("change", () => { field.type = box.checked ? "text" : "password"; });
  field.form.addEventListener("submit", () => { field.type = "password"; });
}

// A page that the browser kept is asked for anew: who used this browser before may have signed out since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A link in a mail carries its secret behind "#", where no server sees it: out of the bar, into a form that asks for it.
function openFragment() {
  const form = document.querySelector("form[data-fragment]");
  if (!form || location.hash.length < 2) return;
  form.elements[form.dataset.fragment].value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  form.requestSubmit();
}
window.addEventListener("hashchange", openFragment);
openFragment();

// Files can be dropped anywhere on a form with data-drop, which names their field.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const field = document.getElementById(form.dataset.drop);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("over", kind === "dragover");
      if (kind === "drop") field.files = event.dataTransfer.files;
    });
  }
}

// "/" and Ctrl/⌘K go to the search above, unless somebody is typing elsewhere.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-find]");
  const types = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey;
  const letter = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
  if (!field || !(slash || letter)) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// A decision is saved as it is made: a form with data-saves sends itself once it says all that its choice needs. What it
// says where that failed is in data-saves. A form in which something is not saved is asked about before it is left.
document.documentElement.classList.add("saves");
const timers = new WeakMap();
const saves = (element) => element.closest && element.closest("form[data-saves]");
function saysAll(form) {
  const said = new FormData(form);
  const wants = { suspend: ["until"], reassign: ["to", "login"] }[said.get("decision")];
  return said.has("decision") && (!wants || wants.some((name) => said.get(name)));
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("form.decide");
  if (form) form.dataset.unsaved = "yes";
});
document.addEventListener("change", (event) => {
  const form = saves(event.target);
  if (!form) return;
  const { reason, login } = form.elements;
  if (event.target.name === "login-who") login.value = event.target.value; // chosen of those whom the text may mean
  if (event.target.name === "decision" && reason.value === reason.defaultValue) reason.value = ""; // it was of another
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => { if (form.dataset.unsaved && saysAll(form)) htmx.trigger(form, "save"); }, 400));
});
document.addEventListener("submit", (event) => { delete event.target.dataset.unsaved; }, true);
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = saves(event.target);
  if (!form) return;
  clearTimeout(timers.get(form));
  delete form.dataset.unsaved;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!saves(event.target)) return;
  event.detail.shouldSwap = event.detail.xhr.responseText.includes('name="item"'); // else it is another page
  event.detail.isError = false;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = saves(event.target);
  if (!form) return;
  const { xhr, requestConfig } = event.detail;
  const isOurs = xhr.responseText.includes('name="item"');
  const pick = form.closest("tr").querySelector(".pick input");
  if (pick) pick.value = form.elements.item.value;
  if (isOurs && xhr.status < 400) form.elements.reason.defaultValue = requestConfig.parameters.reason;
  else form.dataset.unsaved = "yes";
  if (!isOurs) {
    const said = document.createElement("small");
    said.className = "late";
    said.textContent = form.dataset.saves;
    form.querySelector(".state").append(said);
  }
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-unsaved]")) event.preventDefault();
});

// The line of a drawing with data-cutoff and the number field it names move each other. Where it may stand, and what is
// said of it, is with what has data-value.
function cutOff(svg, wanted) {
  const stops = [...svg.querySelectorAll("[data-value]")];
  const stop = stops.findLast((each) => Number(each.dataset.value) <= wanted);
  const line = svg.querySelector("[data-line]");
  for (const each of stops) each.classList.toggle("chosen", Boolean(stop) && Number(each.dataset.value) <= wanted);
  line.toggleAttribute("hidden", !stop);
  if (stop) line.setAttribute("transform", `translate(${stop.dataset.x} 0)`);
  const own = svg.querySelector("[data-own]"); // what is said of the number with which the page was asked for
  const isOwn = own && Number(own.dataset.own) === wanted;
  if (own) own.toggleAttribute("hidden", !isOwn);
  svg.parentElement.parentElement.querySelector("[data-says]").textContent = stop && !isOwn ? stop.dataset.said : "";
}
function cutOffs() {
  for (const svg of document.querySelectorAll("svg[data-cutoff]")) {
    const field = document.getElementById(svg.dataset.cutoff);
    if (field) cutOff(svg, field.value === "" ? -1 : Number(field.value));
  }
}
document.addEventListener("input", cutOffs);
document.addEventListener("htmx:afterSettle", cutOffs);
cutOffs();
function drag(event) {
  const svg = event.target.closest && event.target.closest("svg[data-cutoff]");
  const field = svg && document.getElementById(svg.dataset.cutoff);
  if (!field || (event.type !== "pointerdown" && !svg.hasPointerCapture(event.pointerId))) return;
  if (event.type === "pointerdown") svg.setPointerCapture(event.pointerId);
  const { left, width } = svg.getBoundingClientRect();
  const x = ((event.clientX - left) * svg.viewBox.baseVal.width) / width;
  const away = (stop) => Math.abs(Number(stop.dataset.x) - x);
  const [nearest] = [...svg.querySelectorAll("[data-value]")].sort((one, other) => away(one) - away(other));
  field.value = nearest.dataset.value;
  cutOffs();
  if (event.type === "pointerup") field.dispatchEvent(new Event("change", { bubbles: true }));
}
for (const kind of ["pointerdown", "pointermove", "pointerup"]) document.addEventListener(kind, drag);
