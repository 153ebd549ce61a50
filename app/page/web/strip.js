// SPDX-License-Identifier: MIT
// The keyboard below the roll: which keys sound, and what is known of each.
import { isBlack, noteName } from "./store.js";
import { say } from "./text.js";
import { size } from "./roll.js";

const LIT_MS = 500, ENOUGH = 8, MOSTLY = 0.8;

const isStuck = (key) => key.struck >= ENOUGH && key.full / key.struck > MOSTLY;

export class Strip {
  constructor(canvas, store, keys, said) {
    this.canvas = canvas;
    this.store = store;
    this.keys = keys;
    this.said = said;
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerdown", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.tell(null));
    this.tell(null);
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    this.tell(this.keys.pitch(event.clientX - box.left));
  }

  tell(pitch) {
    const key = pitch === null ? null : this.store.keys[pitch];
    this.pointed = key ? pitch : null;
    if (!key) {
      const text = say.keysWords(this.store.keys.filter((k) => k.struck > 0).length);
      if (this.said.textContent !== text) this.said.textContent = text;
      return;
    }
    this.said.textContent =
      say.keyWords(noteName(pitch), key.struck, key.removed) +
      (key.twice > 0 ? say.keyTwice(key.twice) : "") + (isStuck(key) ? say.keyStuck : "") + ".";
  }

  draw() {
    const { context: c, width, height } = size(this.canvas);
    if (width === 0) return;
    const now = this.store.now();
    c.fillStyle = this.paint.white;
    c.fillRect(0, 0, width, height);
    for (const black of [false, true]) {
      for (let pitch = this.keys.low; pitch <= this.keys.high; pitch++) {
        if (isBlack(pitch) === black) this.drawKey(c, pitch, height, now);
      }
    }
  }

  // A white key reaches half under its black neighbours.
  drawKey(c, pitch, height, now) {
    const key = this.store.keys[pitch], step = this.keys.step, black = isBlack(pitch);
    const left = this.keys.x(pitch) - (!black && isBlack(pitch - 1) ? step / 2 : 0);
    const right = this.keys.x(pitch + 1) + (!black && isBlack(pitch + 1) ? step / 2 : 0);
    const tall = black ? height * 0.58 : height;
    const lit = key.down || now - key.last < LIT_MS;
    c.fillStyle = black ? this.paint.black : this.paint.white;
    c.fillRect(left, 0, right - left, tall);
    if (lit && key.struck > 0) {
      c.globalAlpha = key.down ? 1 : Math.max(0, 1 - (now - key.last) / LIT_MS);
      c.fillStyle = key.gone ? this.paint.gone : this.paint.kept;
      if (key.gone) {
        c.lineWidth = 3;
        c.strokeStyle = this.paint.gone;
        c.strokeRect(left + 2, 2, right - left - 4, tall - 4);
      } else {
        c.fillRect(left, 0, right - left, tall);
      }
      c.globalAlpha = 1;
    }
    if (!black) {
      c.fillStyle = this.paint.black;
      c.fillRect(left, 0, 1, tall);
      if (pitch % 12 === 0 && step > 5) {
        c.font = "10px system-ui, sans-serif";
        c.textBaseline = "bottom";
        c.textAlign = "center";
        c.fillStyle = "#555";
        c.fillText(noteName(pitch), (left + right) / 2, height - 2);
        c.textAlign = "left";
      }
    }
    this.drawFaults(c, key, (left + right) / 2, tall, black);
    if (pitch === this.pointed) {
      c.lineWidth = 2;
      c.strokeStyle = this.paint.mark;
      c.strokeRect(left + 1, 1, right - left - 2, tall - 2);
    }
  }

  // A dot for strokes removed, two for a key that strikes twice, a bar for one that is stuck at full velocity.
  drawFaults(c, key, x, tall, black) {
    const y = tall - (black ? 7 : 20), r = Math.min(2.5, this.keys.step / 5);
    c.fillStyle = this.paint.gone;
    if (key.twice > 1) {
      c.fillRect(x - 2 * r, y - r, r * 1.6, 2 * r);
      c.fillRect(x + 0.4 * r, y - r, r * 1.6, 2 * r);
    } else if (key.removed > 0) {
      c.beginPath();
      c.arc(x, y, r, 0, 7);
      c.fill();
    }
    if (isStuck(key)) c.fillRect(x - 2 * r, y - 8, 4 * r, 3);
  }
}
