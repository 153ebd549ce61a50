// SPDX-License-Identifier: MIT
import { listen, order, get } from "./link.js";
import { Keys, Roll, colours } from "./roll.js";
import { Store, isGone, REMOVED, MEANT, NOT_MEANT } from "./store.js";
import { Strip } from "./strip.js";
import { Panel, byId, setText } from "./panel.js";
import { say, words } from "./text.js";

const store = new Store(), keys = new Keys();
const root = document.documentElement;

for (const element of document.querySelectorAll("[data-t]")) element.textContent = words[element.dataset.t];
for (const element of document.querySelectorAll("[data-l]")) element.setAttribute("aria-label", words[element.dataset.l]);

let saidTimer = 0;
function tell(text) {
  setText(byId("said"), text);
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => setText(byId("said"), ""), 8000);
}

async function send(what) {
  const why = await order(what);
  if (why === null) tell(say.offline);
  else if (why !== "") tell(say.failed(why));
}

const panel = new Panel(store, send, (number) => {
  roll.chosen = number;
  const note = store.get(number);
  if (note && (note.on < roll.bottom() - roll.seconds() * 1000 || note.on > roll.bottom())) {
    roll.scroll(roll.bottom() - note.on - roll.seconds() * 400);
  }
  panel.note(note);
});
const roll = new Roll(byId("roll"), store, keys, {
  hovered: (note) => {
    if (roll.chosen === null || note) panel.note(note ?? null);
    else panel.note(store.get(roll.chosen) ?? null);
  },
  chosen: (note) => panel.note(note),
  // A removed note is given back at once; about a kept one the buttons ask, since a click is made easily.
  clicked: (note, how) => {
    if (note.fate === REMOVED && note.mark !== MEANT) send({ do: "answer", note: note.number, meant: true });
    else if (note.mark === NOT_MEANT) send({ do: "answer", note: note.number, meant: true });
    else if (how === "keyboard") byId("note-unmeant").focus();
  },
  scrolled: (back) => (byId("now").hidden = !back),
});
const strip = new Strip(byId("keys"), store, keys, byId("key-words"));

function paint() {
  roll.paint = strip.paint = panel.paint = colours();
}

function theme(name) {
  root.dataset.theme = name;
  localStorage.setItem("emend-theme", name);
  paint();
}

function view(name) {
  root.dataset.view = name;
  for (const tab of ["live", "stage"]) byId(`tab-${tab}`).setAttribute("aria-pressed", String(tab === name));
}

for (const tab of ["live", "stage"]) byId(`tab-${tab}`).addEventListener("click", () => view(tab));
byId("theme").addEventListener("click", () => theme(root.dataset.theme === "light" ? "dark" : "light"));
byId("now").addEventListener("click", () => roll.toNow());
byId("zoom-in").addEventListener("click", () => roll.zoom(-1));
byId("zoom-out").addEventListener("click", () => roll.zoom(1));

const shortcuts = {
  u: () => send({ do: "undo" }),
  g: () => send({ do: "good" }),
  f: () => send({ do: "fill" }),
  l: () => send({ do: "learn" }),
  p: () => send({ do: "panic" }),
  b: () => send({ do: "mode", value: { clean: 0, bypass: 1, monitor: 2 }[store.state?.mode ?? "clean"] }),
  "+": () => nudge(0.05),
  "=": () => nudge(0.05),
  "-": () => nudge(-0.05),
  s: () => view(root.dataset.view === "stage" ? "live" : "stage"),
  Escape: () => view("live"),
};
function nudge(step) {
  if (store.state) send({ do: "strength", value: Math.min(1, Math.max(0, Math.round((store.state.strength + step) * 100) / 100)) });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const act = shortcuts[event.key];
  if (act) {
    act();
    event.preventDefault();
  }
});

listen({
  linked: (on) => {
    setText(byId("pill-link"), on ? say.linked : say.unlinked);
    byId("pill-link").dataset.kind = on ? "good" : "bad";
  },
  hello: async (hello) => {
    if (!hello.resumed) {
      store.clear();
      panel.rows.forEach((row) => row.remove());
      panel.rows.clear();
      roll.choose(null);
    }
    try {
      panel.presets(await get("presets"), store.state?.preset ?? "");
    } catch (error) {
      tell(say.failed(error.message));
    }
  },
  notes: (list) => {
    store.take(list);
    if (panel.shown !== null && list.some((note) => note[0] === panel.shown)) panel.note(store.get(panel.shown));
    byId("empty").hidden = store.notes.length > 0;
    stale = true;
  },
  state: (message) => {
    store.state = message.state;
    store.keepTime(message.now);
    panel.state(message.state);
    if (stale || performance.now() - counted > 1000) {
      panel.removals();
      if (strip.pointed === null) strip.tell(null);
      stale = false;
      counted = performance.now();
    }
  },
  line: (text) => tell(text),
  missed: (count) => tell(say.missed(count)),
});
let stale = true, counted = 0;

function frame() {
  roll.draw();
  strip.draw();
  requestAnimationFrame(frame);
}

theme(localStorage.getItem("emend-theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
view("live");
requestAnimationFrame(frame);
// For tests: what the page shows, without pixels.
window.emend = { store, roll, isGone };
