// SPDX-License-Identifier: MIT
// What stands beside the roll: settings, actions, one note in words, the last removals, the machine.
import { MEANT, NOT_MEANT, REMOVED, UNDECIDED, WOULD_REMOVE, certainty, isGone, isJudged, noteName } from "./store.js";
import { capture, learner, modes, port, reasonLong, reasonShort, say, words } from "./text.js";
import { size } from "./roll.js";

export const byId = (id) => document.getElementById(id);
export const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
export const percent = (share) => (share > 0.999 ? "over 99.9 %" : `${Math.floor(share * 1000) / 10} %`);
const micros = (us) => (us < 1000 ? `${us < 10 ? us.toFixed(1) : Math.round(us)} µs` : `${(us / 1000).toFixed(1)} ms`);

const HARMONIC = 3; // enum damage
const LAST = 40; // removals in the list

export class Panel {
  constructor(store, send, choose) {
    this.store = store;
    this.send = send;
    this.choose = choose;
    this.held = new Set(); // sliders that the player holds
    this.rows = new Map();
    this.shown = null;
    this.buttons();
    this.sliders();
  }

  buttons() {
    for (const name of ["undo", "good", "fill", "learn", "panic"]) {
      byId(name).addEventListener("click", () => this.send({ do: name }));
    }
    const radios = [...document.querySelectorAll("#modes [data-mode]")];
    for (const radio of radios) {
      radio.addEventListener("click", () => this.send({ do: "mode", value: Number(radio.dataset.mode) }));
      radio.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        const next = radios[(radios.indexOf(radio) + step + radios.length) % radios.length];
        next.focus();
        next.click();
        event.preventDefault();
      });
    }
    byId("note-meant").addEventListener("click", () => this.answer(this.shown, true));
    byId("note-unmeant").addEventListener("click", () => this.answer(this.shown, false));
    byId("preset").addEventListener("change", (event) => this.send({ do: "preset", name: event.target.value }));
  }

  // While a slider is moved it sends its latest place now and then, and keeps what emend says of it away.
  sliders() {
    for (const [id, what, out, text] of [
      ["strength", "strength", "strength-out", (v) => v.toFixed(2)],
      ["look", "look-ahead", "look-out", (v) => `${v} ms`],
    ]) {
      const slider = byId(id);
      let timer = 0;
      const tell = () => {
        timer = 0;
        this.send({ do: what, value: Number(slider.value) });
      };
      slider.addEventListener("input", () => {
        this.held.add(id);
        setText(byId(out), text(Number(slider.value)));
        timer ||= setTimeout(tell, 120);
      });
      slider.addEventListener("change", () => setTimeout(() => this.held.delete(id), 600));
    }
  }

  answer(number, meant) {
    if (number !== null) this.send({ do: "answer", note: number, meant });
  }

  presets(names, current) {
    const list = names.includes(current) ? names : [current, ...names];
    byId("preset").replaceChildren(
      ...list.map((name) => Object.assign(document.createElement("option"), { value: name, textContent: name })),
    );
  }

  state(state) {
    const mode = { clean: 2, monitor: 1, bypass: 0 }[state.mode];
    document.documentElement.dataset.mode = state.mode;
    for (const radio of document.querySelectorAll("#modes [data-mode]")) {
      const on = Number(radio.dataset.mode) === mode;
      radio.setAttribute("aria-checked", String(on));
      radio.tabIndex = on ? 0 : -1;
    }
    setText(byId("mode-words"), modes[state.mode]);
    if (!this.held.has("strength")) {
      byId("strength").value = state.strength;
      setText(byId("strength-out"), state.strength.toFixed(2));
    }
    if (!this.held.has("look")) {
      byId("look").value = state.look_ahead;
      setText(byId("look-out"), `${Math.round(state.look_ahead * 10) / 10} ms`);
    }
    const preset = byId("preset");
    if (document.activeElement !== preset && preset.value !== state.preset) this.presets([...preset.options].map((o) => o.value), state.preset);
    preset.value = state.preset;
    this.pills(state);
    this.learning(state);
    this.machine(state);
    this.stage(state);
  }

  pills(state) {
    const pill = (id, text, kind) => {
      setText(byId(id), text);
      byId(id).dataset.kind = kind;
    };
    pill("pill-port", `${state.driver}: ${port[state.port]}`, state.port === 1 ? "good" : state.port === 0 ? "wait" : "bad");
    pill("pill-capture", state.captures ? capture[state.capturing] : say.notCaptured,
      !state.captures ? "off" : ["wait", "rec", "bad"][state.capturing]);
  }

  learning(state) {
    const button = byId("learn");
    button.disabled = state.learner === 0;
    const text = state.learner === 0 ? say.learningOff : state.learner === 3 ? say.learningGo : say.learningPause;
    setText(button.firstElementChild, state.learner === 2 ? `${text} (${Math.round(state.learnt * 100)} %)` : text);
    button.title = learner[state.learner];
  }

  machine(state) {
    setText(byId("m-median"), micros(state.median));
    setText(byId("m-p99"), micros(state.p99));
    setText(byId("m-most"), micros(state.most));
    setText(byId("m-load"), `${(state.load * 100).toFixed(1)} %`);
    setText(byId("m-lost"), String(state.dropped));
    setText(byId("m-xruns"), String(state.xruns));
    setText(byId("place"), state.place);
    this.times(state);
  }

  times(state) {
    const canvas = byId("times");
    const { context: c, width, height } = size(canvas);
    const most = Math.max(1, ...state.bars), from = 2, to = 44; // 1.4 us to 2 ms and more
    const bars = state.bars.slice(from, to);
    bars[bars.length - 1] += state.bars.slice(to).reduce((a, b) => a + b, 0);
    c.clearRect(0, 0, width, height);
    const step = width / bars.length, floor = height - 14;
    bars.forEach((count, i) => {
      const tall = count > 0 ? Math.max(2, (Math.sqrt(count) / Math.sqrt(most)) * (floor - 2)) : 0;
      c.fillStyle = this.paint.kept;
      c.fillRect(i * step + 0.5, floor - tall, Math.max(step - 1, 1), tall);
    });
    c.fillStyle = this.paint.line;
    c.fillRect(0, floor, width, 1);
    c.fillStyle = this.paint.faint;
    c.font = "10px system-ui, sans-serif";
    c.textBaseline = "bottom";
    for (const [us, text] of [[2, "2 µs"], [10, "10 µs"], [100, "100 µs"], [1000, "1 ms"]]) {
      c.fillText(text, ((Math.log2(us * 1000) - 10) * 4 - from) * step, height);
    }
    canvas.setAttribute("aria-label", say.times(micros(state.median), micros(state.p99), micros(state.most)));
  }

  stage(state) {
    const total = Object.values(state.removed).reduce((a, b) => a + b, 0);
    setText(byId("stage-mode"), words[state.mode]);
    setText(byId("stage-removed"), String(total));
    setText(byId("stage-in"), String(state.notes_in));
    setText(byId("stage-delay"), `${Math.round(state.look_ahead * 10) / 10} ms`);
    setText(byId("removed-count"), total > 0 ? String(total) : "");
  }

  // One note in words.
  note(note) {
    this.shown = note ? note.number : null;
    byId("note-box").hidden = !note;
    byId("note-none").hidden = Boolean(note);
    if (!note) return;
    const ago = Math.max(0, (this.store.now() - note.on) / 1000);
    setText(byId("note-name"), `${noteName(note.pitch)}`);
    const length = note.off === null ? say.held : say.length(note.off - note.on);
    byId("note-name").dataset.more = `${say.velocity(note.velocity)} · ${length} · ${say.ago(ago)}`;
    const p = percent(certainty(note));
    const fate = note.mark === MEANT ? say.meant : note.mark === NOT_MEANT ? say.unmeant
      : note.fate === REMOVED ? say.removed(p) : note.fate === WOULD_REMOVE ? say.would(p)
        : note.fate === UNDECIDED ? say.undecided : say.kept;
    setText(byId("note-fate"), fate);
    byId("note-fate").dataset.gone = String(isGone(note));
    byId("note-evidence").replaceChildren(...this.evidence(note, p).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
    byId("note-meant").disabled = !isGone(note) || note.fate === WOULD_REMOVE && note.mark !== NOT_MEANT;
    byId("note-unmeant").disabled = isGone(note);
  }

  evidence(note, p) {
    const list = [], store = this.store;
    if (note.fate !== UNDECIDED && note.odds !== null) {
      list.push(isJudged(note) ? say.looksLike(note.damage) : say.keptOver(p));
    }
    const share = (other) => (other.velocity > 0 ? `${(note.velocity / other.velocity).toFixed(1)} times` : "");
    const same = store.before(note, 400, (n) => n.pitch === note.pitch);
    if (same) list.push(say.sameKey(note.on - same.on, share(same)));
    const beside = (n) => n.pitch !== note.pitch && Math.abs(n.pitch - note.pitch) <= 2 && n.velocity > note.velocity;
    const near = store.before(note, 60, beside) ?? store.after(note, 60, beside);
    if (near) list.push(say.neighbour(noteName(near.pitch), note.on - near.on, share(near)));
    const below = store.before(note, 60, (n) => [7, 12, 19, 24].includes(note.pitch - n.pitch));
    if (below && isJudged(note) && note.damage === HARMONIC) list.push(say.overtone(noteName(below.pitch), note.on - below.on));
    if (note.velocity <= 12) list.push(say.soft);
    if (note.off !== null && note.off - note.on < 40) list.push(say.short(note.off - note.on));
    if (isJudged(note) && !same && !near) list.push(say.alone);
    return list;
  }

  // The last removals, newest first: what the roll shows, for keyboards and screen readers too.
  removals() {
    const list = byId("removed"), { removed } = this.store;
    byId("removed-none").hidden = removed.length > 0;
    const wanted = removed.slice(-LAST);
    const keep = new Set(wanted);
    for (const [number, row] of this.rows) {
      if (!keep.has(number)) {
        row.remove();
        this.rows.delete(number);
      }
    }
    for (const number of wanted) {
      const note = this.store.get(number);
      if (!note) continue;
      let row = this.rows.get(number);
      if (!row) {
        row = this.row(note);
        this.rows.set(number, row);
        list.prepend(row);
      }
      row.dataset.back = String(!isGone(note));
      row.querySelector(".back").disabled = !isGone(note) || note.fate !== REMOVED && note.mark !== NOT_MEANT;
      setText(row.querySelector("time"), say.ago(Math.max(0, (this.store.now() - note.on) / 1000)));
    }
    const last = this.store.get(removed[removed.length - 1]);
    setText(byId("stage-last"), last && isGone(last) ? say.stageRemoved(noteName(last.pitch), reasonLong(last.damage)) : "");
  }

  row(note) {
    const row = document.createElement("li");
    const make = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name ?? "" });
    const name = make("button", noteName(note.pitch), "name");
    const back = make("button", words.giveBack, "back");
    back.setAttribute("aria-label", say.giveBackLabel(noteName(note.pitch)));
    name.type = back.type = "button";
    name.addEventListener("click", () => this.choose(note.number));
    back.addEventListener("click", () => this.answer(note.number, true));
    row.append(back, name, make("span", reasonShort(note.damage), "reason"), make("time", ""));
    row.prepend(name);
    return row;
  }
}
