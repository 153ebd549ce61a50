// SPDX-License-Identifier: MIT
// The piano roll: keys from left to right, time upwards from the keyboard. Drawn at the screen's rate.
import { HIGH, LOW, MEANT, NOT_MEANT, REMOVED, UNDECIDED, WOULD_REMOVE, isBlack, isJudged } from "./store.js";
import { reasonShort } from "./text.js";

const SPANS = [2, 4, 8, 16, 30, 60, 120]; // seconds from the keyboard to the top
const NARROW = 720;

// Which keys are in view and where: shared by the roll and the strip of keys.
export class Keys {
  constructor() {
    this.low = LOW;
    this.high = HIGH;
  }
  // On a narrow screen only what is played, at least four octaves of it.
  fit(store, width) {
    this.width = width;
    this.low = LOW;
    this.high = HIGH;
    if (width < NARROW) {
      const played = store.keys.map((key, pitch) => (key.struck > 0 ? pitch : -1)).filter((p) => p >= LOW && p <= HIGH);
      const least = Math.min(60, ...played), most = Math.max(71, ...played);
      let low = Math.floor(least / 12) * 12, high = Math.ceil((most + 1) / 12) * 12 - 1;
      while (high - low < 47) {
        if (low > LOW + 11) low -= 12;
        if (high - low < 47) high += 12;
      }
      this.low = Math.max(LOW, low);
      this.high = Math.min(HIGH, high);
    }
    this.step = width / (this.high - this.low + 1);
  }
  x(pitch) {
    return (pitch - this.low) * this.step;
  }
  pitch(x) {
    return this.low + Math.floor(x / this.step);
  }
}

export function size(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d", { alpha: canvas.id === "times" });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    back: get("roll"), lane: get("lane"), line: get("line"), ink: get("ink"), faint: get("faint"), kept: get("kept"),
    loud: get("loud"), gone: get("gone"), goneInk: get("gone-ink"), mark: get("mark"), white: get("white-key"), black: get("black-key"),
  };
}

export class Roll {
  constructor(canvas, store, keys, on) {
    this.canvas = canvas;
    this.store = store;
    this.keys = keys;
    this.on = on;
    this.span = 2; // of SPANS
    this.end = null; // the time at the keyboard; null: now
    this.chosen = null; // a note's number
    this.frames = 0;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => (this.drag = null));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  seconds() {
    return SPANS[this.span];
  }

  zoom(step) {
    this.span = Math.max(0, Math.min(SPANS.length - 1, this.span + step));
  }

  bottom() {
    return this.end ?? this.store.now();
  }

  scroll(ms) {
    const now = this.store.now();
    const end = this.bottom() - ms;
    const oldest = this.store.notes.length > 0 ? this.store.notes[0].on + this.seconds() * 500 : now;
    this.end = end >= now ? null : Math.max(Math.min(oldest, now), end);
    this.on.scrolled(this.end !== null);
  }

  toNow() {
    this.end = null;
    this.on.scrolled(false);
  }

  wheel(event) {
    event.preventDefault();
    this.scroll(-event.deltaY * this.seconds() * 1.5);
  }

  down(event) {
    this.drag = { y: event.clientY, from: event.clientY, far: false };
    this.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.drag) {
      const by = event.clientY - this.drag.y;
      this.drag.far ||= Math.abs(event.clientY - this.drag.from) > 6;
      if (this.drag.far) this.scroll((by / this.canvas.clientHeight) * this.seconds() * 1000);
      this.drag.y = event.clientY;
      return;
    }
    const box = this.canvas.getBoundingClientRect();
    this.hover(this.hit(event.clientX - box.left, event.clientY - box.top, 3));
  }

  up(event) {
    const far = this.drag?.far;
    this.drag = null;
    if (far) return;
    const box = this.canvas.getBoundingClientRect();
    const note = this.hit(event.clientX - box.left, event.clientY - box.top, event.pointerType === "touch" ? 12 : 5);
    this.choose(note);
    if (note) this.on.clicked(note, event.pointerType);
  }

  hover(note) {
    this.hovered = note ? note.number : null;
    this.canvas.style.cursor = note ? "pointer" : "default";
    this.on.hovered(note);
  }

  choose(note) {
    this.chosen = note ? note.number : null;
    this.on.chosen(note);
  }

  key(event) {
    const notes = this.store.notes;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && notes.length > 0) {
      const last = notes.length - 1 + this.store.first;
      const from = this.chosen ?? (step < 0 ? last + 1 : last - 1);
      const note = this.store.get(Math.max(this.store.first, Math.min(last, from + step)));
      this.choose(note);
      const top = this.bottom() - this.seconds() * 1000;
      if (note && (note.on < top || note.on > this.bottom())) this.scroll(this.bottom() - note.on - this.seconds() * 500);
      event.preventDefault();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.scroll(((event.key === "ArrowUp" ? 1 : -1) * this.seconds() * 1000) / 4);
      event.preventDefault();
    } else if (event.key === "Enter" && this.chosen !== null) {
      this.on.clicked(this.store.get(this.chosen), "keyboard");
    } else if (event.key === "Home" || event.key === "End") {
      this.toNow();
    }
  }

  box(note, bottom, height) {
    const scale = height / (this.seconds() * 1000);
    const from = height - (bottom - note.on) * scale;
    const to = height - (bottom - Math.min(note.off ?? bottom, bottom)) * scale;
    return { x: this.keys.x(note.pitch), y: from, w: this.keys.step, h: Math.max(to - from, 5) };
  }

  // Visible notes, oldest first.
  visible(bottom) {
    const top = bottom - this.seconds() * 1000;
    const list = [];
    const { notes } = this.store;
    for (let i = this.store.search(top - Math.min(this.store.longest, 30000)); i < notes.length; i++) {
      const note = notes[i];
      if (!note) continue;
      if (note.on > bottom) break;
      if ((note.off ?? bottom) >= top) list.push(note);
    }
    return list;
  }

  hit(x, y, reach) {
    const height = this.canvas.clientHeight, bottom = this.bottom();
    let best = null, least = Infinity;
    for (const note of this.visible(bottom)) {
      const b = this.box(note, bottom, height);
      const dx = Math.max(b.x - x, 0, x - b.x - b.w), dy = Math.max(b.y - y, 0, y - b.y - b.h);
      const far = Math.hypot(dx, dy) - (isJudged(note) ? 1 : 0);
      if (dx <= reach && dy <= reach && far <= least) {
        least = far;
        best = note;
      }
    }
    return best;
  }

  draw() {
    const { context: c, width, height } = size(this.canvas);
    if (width === 0) return;
    this.keys.fit(this.store, width);
    const bottom = this.bottom();
    this.frames++;
    c.fillStyle = this.paint.back;
    c.fillRect(0, 0, width, height);
    this.drawLanes(c, width, height, bottom);
    for (const note of this.visible(bottom)) this.drawNote(c, note, bottom, height);
  }

  drawLanes(c, width, height, bottom) {
    c.fillStyle = this.paint.lane;
    for (let pitch = this.keys.low; pitch <= this.keys.high; pitch++) {
      if (isBlack(pitch)) c.fillRect(this.keys.x(pitch), 0, this.keys.step, height);
    }
    c.fillStyle = this.paint.line;
    for (let pitch = this.keys.low; pitch <= this.keys.high; pitch++) {
      if (pitch % 12 === 0) c.fillRect(Math.round(this.keys.x(pitch)), 0, 1, height);
    }
    const every = [1, 1, 1, 2, 5, 10, 20][this.span] * 1000, scale = height / (this.seconds() * 1000);
    c.font = "11px system-ui, sans-serif";
    c.textBaseline = "bottom";
    for (let t = Math.floor(bottom / every) * every; t > bottom - this.seconds() * 1000 && t >= 0; t -= every) {
      const y = Math.round(height - (bottom - t) * scale);
      c.fillStyle = this.paint.line;
      c.fillRect(0, y, width, 1);
      c.fillStyle = this.paint.faint;
      c.fillText(`${Math.floor(t / 60000)}:${String(Math.floor(t / 1000) % 60).padStart(2, "0")}`, 6, y - 2);
    }
  }

  drawNote(c, note, bottom, height) {
    const b = this.box(note, bottom, height), p = this.paint;
    const inset = Math.min(1.5, b.w * 0.12), x = b.x + inset, w = Math.max(b.w - 2 * inset, 2);
    const judged = isJudged(note), strong = note.velocity / 127;
    const round = Math.min(4, w / 2, b.h / 2);
    if (!judged && note.mark === 0 && note.number !== this.chosen && note.number !== this.hovered) {
      c.globalAlpha = note.fate === UNDECIDED ? 0.45 : 0.5 + 0.5 * strong;
      c.fillStyle = strong > 0.75 ? p.loud : p.kept;
      if (b.h < 12) {
        c.fillRect(x, b.y, w, b.h);
      } else {
        c.beginPath();
        c.roundRect(x, b.y, w, b.h, round);
        c.fill();
      }
      c.globalAlpha = 1;
      return;
    }
    c.beginPath();
    c.roundRect(x, b.y, w, b.h, round);
    if (judged && note.mark !== MEANT) {
      c.fillStyle = p.back;
      c.fill();
      c.lineWidth = 2;
      c.setLineDash(note.fate === WOULD_REMOVE ? [2, 2] : [5, 3]);
      c.strokeStyle = p.gone;
      c.stroke();
      c.setLineDash([]);
    } else {
      c.globalAlpha = note.fate === UNDECIDED ? 0.45 : 0.5 + 0.5 * strong;
      c.fillStyle = strong > 0.75 ? p.loud : p.kept;
      c.fill();
      c.globalAlpha = 1;
    }
    if (judged && note.mark === MEANT) {
      c.lineWidth = 2;
      c.strokeStyle = p.gone;
      c.stroke();
    }
    if (note.mark === NOT_MEANT) this.cross(c, x, b.y, w, b.h);
    if (note.number === this.chosen || note.number === this.hovered) {
      c.lineWidth = 2;
      c.strokeStyle = p.ink;
      c.beginPath();
      c.roundRect(x - 3, b.y - 3, w + 6, b.h + 6, round + 2);
      c.stroke();
    }
    if (judged && note.mark !== MEANT && this.seconds() <= 16) this.name(c, note, b);
  }

  cross(c, x, y, w, h) {
    c.lineWidth = 2.5;
    c.strokeStyle = this.paint.mark;
    c.beginPath();
    c.moveTo(x - 2, y - 2);
    c.lineTo(x + w + 2, y + h + 2);
    c.moveTo(x + w + 2, y - 2);
    c.lineTo(x - 2, y + h + 2);
    c.stroke();
  }

  name(c, note, b) {
    const text = reasonShort(note.damage);
    c.font = "600 11px system-ui, sans-serif";
    c.textBaseline = "middle";
    const room = c.measureText(text).width + 6, right = b.x + b.w + 4;
    const x = right + room > this.canvas.clientWidth ? b.x - room : right;
    c.globalAlpha = 0.75;
    c.fillStyle = this.paint.back;
    c.fillRect(x - 2, b.y + b.h / 2 - 8, room, 16);
    c.globalAlpha = 1;
    c.fillStyle = this.paint.goneInk;
    c.fillText(text, x, b.y + b.h / 2);
  }
}
