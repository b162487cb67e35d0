// The one script: live parts, local times, keys, checks while one writes, progress and cancel.
"use strict";

const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

// --- Times: the reader's zone first, UTC beside.
const zone = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
function localTimes(root) {
  for (const time of all("time[datetime]:not([data-local])", root)) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    time.dataset.local = "";
    const utc = time.textContent;
    if (!when.getTimezoneOffset()) continue; // it is told in UTC already
    const beside = document.createElement("span");
    beside.className = "utc";
    beside.textContent = ` (${utc})`;
    time.replaceChildren(zone.format(when), beside);
  }
}

// --- Parts that the server sends. It escapes whatever outsiders wrote; the policy runs no script that stands in them.
function show(place, html) {
  place.innerHTML = html;
  prepare(place);
}

function live(place) {
  if (place.dataset.begun) return;
  place.dataset.begun = "yes";
  let source = null;
  const begin = () => {
    source = new EventSource(place.dataset.live);
    source.onmessage = (message) => {
      const focused = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
      show(place, message.data);
      if (focused) place.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus(); // it is another element now
      place.dataset.state = "live";
    };
    source.onerror = () => { place.dataset.state = "gone"; };
  };
  const end = () => { source?.close(); source = null; };
  const look = () => { if (document.hidden) end(); else if (!source) begin(); }; // a hidden page asks the bridge nothing
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", end);
  window.addEventListener("pageshow", look);
  look();
}

// --- Keys. They can be switched off (WCAG 2.1.4), and do nothing in fields.
const KEYS = "fedbridge-keys";
const keysOn = () => localStorage.getItem(KEYS) !== "off";
let afterG = false;

function move(step) {
  const rows = all("[data-row]");
  if (!rows.length) return;
  const now = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(now + step, 0), rows.length - 1)].focus();
}

function key(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form");
    if (form) form.requestSubmit();
    return;
  }
  if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select, [contenteditable]")) return;
  const links = { "?": "[data-help]", n: "[data-next]" };
  if (afterG) {
    afterG = false;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
  } else if (event.key === "g") {
    afterG = true;
    setTimeout(() => { afterG = false; }, 1500);
  } else if (event.key === "/") {
    const field = document.querySelector("input[type=search], main input:not([type=hidden]), main textarea");
    if (field) { event.preventDefault(); field.focus(); }
  } else if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
  } else if (links[event.key]) {
    const link = document.querySelector(links[event.key]);
    if (link) link.click();
  }
}

// --- Long work: what goes on, for how long already, and a way to stop waiting.
function busy(form) {
  const bar = document.createElement("p");
  bar.className = "busy";
  bar.setAttribute("role", "status");
  const told = document.createElement("span");
  const stop = document.createElement("button");
  stop.type = "button";
  stop.textContent = "Cancel";
  bar.append(document.createElement("progress"), told, stop);
  form.append(bar);
  const begun = Date.now();
  const tell = () => { told.textContent = ` ${form.dataset.busy || "Asking the bridge"}, ${Math.round((Date.now() - begun) / 1000)} s `; };
  tell();
  const timer = setInterval(tell, 1000);
  const end = () => { clearInterval(timer); bar.remove(); };
  stop.addEventListener("click", () => { window.stop(); end(); });
  window.addEventListener("pagehide", end, { once: true });
}

// --- Checks while one writes: `data-check` is asked at once, `data-then` when it was good and one pauses.
class Checked {
  constructor(form) {
    this.form = form;
    this.round = 0;
    this.empty = document.getElementById(form.dataset.thenInto || "")?.innerHTML || "";
    const changed = (event) => { if (event.target.name !== "reason") this.later(); }; // a reason changes no check
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.timer = setTimeout(() => this.check(), 60);
  }

  async check() {
    const round = ++this.round;
    const place = document.getElementById(this.form.dataset.into);
    const found = await this.ask(this.form.dataset.check);
    if (found === null || round !== this.round) return;
    show(place, found);
    mark(this.form, place);
    const then = document.getElementById(this.form.dataset.thenInto || "");
    if (!then || !this.form.dataset.then) return;
    if (!place.querySelector("[data-changed]")) { then.innerHTML = this.empty; return; }
    this.timer = setTimeout(() => this.effect(round, then), 400);
  }

  async effect(round, place) {
    place.setAttribute("aria-busy", "true");
    const cancel = () => { this.abort?.abort(); place.innerHTML = this.empty; };
    place.replaceChildren(waiting("Looking who gains and who loses", cancel));
    const found = await this.ask(this.form.dataset.then);
    if (found !== null && round === this.round) show(place, found);
    place.removeAttribute("aria-busy");
  }

  async ask(path) {
    this.abort = new AbortController();
    return answer(path, this.form, this.abort.signal);
  }
}

// The part that a form's fields are answered with; null: it was cancelled.
async function answer(path, form, signal) {
  try {
    const sent = await fetch(path, { method: "POST", body: new URLSearchParams(new FormData(form)), signal });
    return await sent.text();
  } catch (error) {
    if (error.name === "AbortError") return null;
    return "<p class='trouble' role='alert'>The console does not answer. See that fedbridge console still runs.</p>";
  }
}

function waiting(what, cancel) {
  const wait = document.createElement("p");
  wait.className = "busy";
  const stop = document.createElement("button");
  stop.type = "button";
  stop.textContent = "Cancel";
  stop.addEventListener("click", cancel);
  wait.append(document.createElement("progress"), ` ${what} `, stop);
  return wait;
}

// --- Parts that a form asks for: `data-part` when it is sent, `data-load` as soon as the page is there.
async function part(form) {
  const place = document.getElementById(form.dataset.into);
  const abort = new AbortController();
  place.replaceChildren(waiting("Asking the bridge", () => { abort.abort(); place.replaceChildren(); }));
  const found = await answer(form.dataset.part, form, abort.signal);
  if (found !== null) show(place, found);
}

// --- Line numbers beside a text, with marks where something is wrong.
function numbers(area) {
  const gutter = document.createElement("ol");
  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  area.before(gutter);
  const fill = () => {
    const count = area.value.split("\n").length;
    while (gutter.childElementCount < count) gutter.append(document.createElement("li"));
    while (gutter.childElementCount > count) gutter.lastElementChild.remove();
  };
  area.addEventListener("input", fill);
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") area.dataset.leave = "yes"; // then Tab leads out of the field
    if (event.key !== "Tab" || event.shiftKey || area.dataset.leave) return;
    event.preventDefault();
    area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  area.addEventListener("focus", () => { delete area.dataset.leave; });
  fill();
}

function mark(form, place) {
  const area = form.querySelector("textarea[data-lines]");
  if (!area) return;
  const lines = all(".gutter li", form);
  for (const line of lines) line.removeAttribute("class");
  for (const problem of all("[data-line]", place)) {
    const line = lines[Number(problem.dataset.line) - 1];
    if (line) line.className = problem.dataset.tone || "bad";
    problem.addEventListener("click", () => {
      const before = area.value.split("\n").slice(0, Number(problem.dataset.line) - 1).join("\n").length;
      area.focus();
      area.setSelectionRange(before + (before ? 1 : 0), before + (before ? 1 : 0));
    });
  }
}

// --- What a page, or a part that came later, needs.
function prepare(root) {
  localTimes(root);
  for (const place of all("[data-live]", root)) live(place);
  for (const area of all("textarea[data-lines]", root)) numbers(area);
  for (const form of all("form[data-check]", root)) new Checked(form);
  for (const form of all("form[data-load]", root)) part(form);
  for (const select of all("select[data-submit]", root)) select.addEventListener("change", () => select.form.requestSubmit());
  for (const box of all("[data-keys]", root)) {
    box.checked = keysOn();
    box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
  }
}

document.addEventListener("keydown", key);
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-part]")) { event.preventDefault(); part(event.target); }
  if (event.target.matches("form[data-busy]")) busy(event.target);
});
prepare(document);
document.documentElement.dataset.script = "ready";
