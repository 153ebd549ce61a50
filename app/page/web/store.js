// SPDX-License-Identifier: MIT
// The session's notes and state as the page knows them.
export const PASSED = 0, REMOVED = 1, WOULD_REMOVE = 2, UNDECIDED = 3;
export const MEANT = 1, NOT_MEANT = 2;

const names = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
export const noteName = (pitch) => names[pitch % 12] + (Math.floor(pitch / 12) - 1);
export const isBlack = (pitch) => [1, 3, 6, 8, 10].includes(pitch % 12);
export const LOW = 21, HIGH = 108;

const TWICE_MS = 60; // nobody strikes one key so fast

export class Store {
  constructor() {
    this.state = null;
    this.offset = null; // from the page's clock to the stream's, ms
    this.clear();
  }

  clear() {
    this.notes = []; // in order of their numbers, which is that of their beginnings
    this.first = 0; // the number of notes[0]
    this.removed = []; // numbers
    this.longest = 0;
    this.keys = Array.from({ length: 128 }, () => ({ struck: 0, removed: 0, twice: 0, full: 0, last: -1e9, on: 0 }));
  }

  // [number, on, off, channel, pitch, velocity, fate, damage, log-odds, threshold, mark]
  take(list) {
    for (const a of list) {
      const note = {
        number: a[0], on: a[1], off: a[2], channel: a[3], pitch: a[4], velocity: a[5],
        fate: a[6], damage: a[7], odds: a[8], threshold: a[9], mark: a[10],
      };
      if (this.notes.length === 0) this.first = note.number;
      const index = note.number - this.first;
      if (index < 0) continue;
      const before = this.notes[index];
      this.count(note, before);
      if (note.off !== null) this.longest = Math.max(this.longest, note.off - note.on);
      this.notes[index] = note;
    }
  }

  count(note, before) {
    const key = this.keys[note.pitch];
    if (!before) {
      key.struck++;
      if (note.on - key.last < TWICE_MS) key.twice++;
      if (note.velocity === 127) key.full++;
      key.last = note.on;
      key.velocity = note.velocity;
    }
    const wasGone = before && isGone(before), gone = isGone(note);
    if (gone && !wasGone) {
      key.removed++;
      this.removed.push(note.number);
    }
    if (!gone && wasGone) key.removed--;
    key.gone = gone && note.on >= key.last;
    key.down = note.off === null;
  }

  get(number) {
    return this.notes[number - this.first];
  }

  keepTime(now) {
    const offset = now - performance.now();
    // The newest of the stream lags behind by turns; the least lag is nearest to the truth.
    if (this.offset === null || offset > this.offset || offset < this.offset - 1500) this.offset = offset;
    else this.offset += (offset - this.offset) * 0.002;
  }

  now() {
    return this.offset === null ? 0 : performance.now() + this.offset;
  }

  // The index of the first note that begins at `time` or later.
  search(time) {
    let low = 0, high = this.notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.notes[middle] && this.notes[middle].on < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // The latest stroke before this note, at most `ms` before, of a key that `wanted` accepts.
  before(note, ms, wanted) {
    for (let i = note.number - this.first - 1; i >= 0; i--) {
      const other = this.notes[i];
      if (!other || other.on < note.on - ms) return null;
      if (other.channel === note.channel && wanted(other)) return other;
    }
    return null;
  }

  after(note, ms, wanted) {
    for (let i = note.number - this.first + 1; i < this.notes.length; i++) {
      const other = this.notes[i];
      if (!other || other.on > note.on + ms) return null;
      if (other.channel === note.channel && wanted(other)) return other;
    }
    return null;
  }
}

// Not in what the DAW or the take has.
export const isGone = (note) =>
  note.mark === NOT_MEANT || ((note.fate === REMOVED || note.fate === WOULD_REMOVE) && note.mark !== MEANT);

// Was it judged to be no true note?
export const isJudged = (note) => note.fate === REMOVED || note.fate === WOULD_REMOVE;

// How sure emend is of its verdict, 0 to 1, from the log-odds of a true note.
export const certainty = (note) => {
  if (note.odds === null) return 1;
  const meant = 1 / (1 + Math.exp(-note.odds));
  return isJudged(note) ? 1 - meant : meant;
};
