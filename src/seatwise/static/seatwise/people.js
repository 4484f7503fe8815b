// Fields with data-people suggest whom a text may mean: an editable combobox with a list (WAI-ARIA APG).
"use strict";

let combos = 0;

function suggestPeople(input) {
  if (input.list || input.getAttribute("role") === "combobox") return;
  const list = document.createElement("ul");
  const said = document.createElement("span");
  list.id = `people-${++combos}`;
  list.className = "suggestions";
  list.popover = "manual";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.label);
  said.className = "sr-only";
  said.setAttribute("role", "status");
  input.after(list, said);
  const plain = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(plain)) input.setAttribute(name, value);

  let at = -1, asked = 0, waits;
  const isOpen = () => input.getAttribute("aria-expanded") === "true";

  function close() {
    asked++;
    at = -1;
    clearTimeout(waits);
    if (isOpen()) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function go(to) {
    const options = list.children;
    if (!options.length) return;
    at = (to + options.length) % options.length;
    [...options].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    options[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[at].id);
  }

  function choose(option) {
    close();
    input.value = "bare" in input.dataset ? option.dataset.login : option.dataset.text;
    said.textContent = "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show(people) {
    list.replaceChildren(...people.map((person, index) => {
      const option = document.createElement("li"), about = document.createElement("small");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      Object.assign(option.dataset, { login: person.login, text: person.text });
      about.textContent = person.about;
      option.append(person.name, about);
      return option;
    }));
    said.textContent = people.length ? `${input.dataset.label}: ${people.length}` : input.dataset.none;
    at = -1;
    input.removeAttribute("aria-activedescendant");
    if (!people.length) return close();
    const box = input.getBoundingClientRect(), below = innerHeight - box.bottom, width = Math.max(box.width, 272);
    if (!isOpen()) list.showPopover();
    input.setAttribute("aria-expanded", "true");
    list.style.width = `${Math.min(width, innerWidth - 16)}px`;
    list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
    const under = below > 200 || below > box.top;
    list.style.maxHeight = `${Math.min(320, (under ? below : box.top) - 12)}px`;
    list.style.top = `${under ? box.bottom + 2 : box.top - 2 - list.offsetHeight}px`;
  }

  async function look() {
    const text = input.value.trim(), mine = ++asked;
    if (!text) return close();
    const answer = await fetch(`${input.dataset.people}?q=${encodeURIComponent(text)}`).catch(() => null);
    const kind = answer && answer.ok ? answer.headers.get("Content-Type") || "" : "";
    const found = kind.includes("json") ? await answer.json() : { people: [] };
    if (mine === asked && document.activeElement === input) show(found.people);
  }

  input.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(look, 150);
  });
  input.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1 };
    if (event.key in moves && !event.isComposing) {
      event.preventDefault();
      if (isOpen()) go(moves[event.key]);
      else look();
    } else if (event.key === "Enter" && isOpen() && at >= 0) {
      event.preventDefault();
      choose(list.children[at]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  for (const kind of ["scroll", "resize"]) {
    window.addEventListener(kind, (event) => { if (isOpen() && event.target !== list) close(); }, true);
  }
}

const suggestAllPeople = (part) => part.querySelectorAll("[data-people]").forEach(suggestPeople);
suggestAllPeople(document);
document.addEventListener("htmx:load", (event) => suggestAllPeople(event.detail.elt));
