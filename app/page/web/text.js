// SPDX-License-Identifier: MIT
// Every word that the page shows, in one place.
export const words = {
  live: "Live",
  stage: "Stage",
  theme: "Dark or light",
  roll: "What you play",
  rollHelp: "Piano roll. Arrow left and right choose a note, up and down scroll through time, Enter answers.",
  backToNow: "Back to now",
  waiting: "Play something: notes rise from the keys. Kept notes are solid, removed ones hollow.",
  zoomOut: "Show a longer time",
  zoomIn: "Show a shorter time",
  keys: "The keyboard",
  controls: "Controls",
  mode: "Mode",
  clean: "Clean",
  monitor: "Monitor",
  bypass: "Bypass",
  strength: "Strength",
  lookAhead: "Look-ahead",
  preset: "Preset",
  undo: "Undo",
  good: "That was good",
  fill: "Fill this take",
  learn: "Learning",
  panic: "Panic",
  note: "Note",
  noteNone: "Point at a note to see why it was kept or removed. Click a removed one to give it back.",
  giveBack: "I meant it",
  notMeant: "Not meant",
  lastRemoved: "Removed",
  removedNone: "Nothing has been removed.",
  machine: "Time per decision",
  median: "half within",
  p99: "99 % within",
  most: "longest",
  load: "load",
  lost: "lost",
  xruns: "xruns",
  removed: "removed",
  notesIn: "notes",
  delay: "delay",
};

export const modes = {
  clean: "Removes what you did not mean to play.",
  monitor: "Everything passes. You see what clean mode would remove.",
  bypass: "Everything passes.",
};

// By engine's name of the kind; decided with evidence that the page can see itself.
export const reasons = {
  none: ["nothing", "it looks like a true note"],
  bounce: ["bounce", "the key struck twice"],
  brush: ["brushed", "a finger touched the neighbouring key"],
  harmonic: ["false octave", "an overtone taken for a note"],
  ghost: ["ghost", "very soft or very short, from nowhere"],
  crosstalk: ["crosstalk", "another key's stroke leaked into this one"],
  stray: ["stray", "it does not belong here"],
};
export const reasonNames = ["none", "bounce", "brush", "harmonic", "ghost", "crosstalk", "stray"];
export const reasonName = (number) => reasonNames[number] ?? "other";
export const reasonShort = (number) => (reasons[reasonName(number)] ?? ["other kind"])[0];
export const reasonLong = (number) => (reasons[reasonName(number)] ?? ["", "a kind that this page does not know"])[1];

export const port = ["waiting for a connection", "connected", "port lost", "port failed"];
export const capture = ["ready to record", "recording", "recording stopped: the disk refused"];
export const learner = ["off", "waits for more music", "learning", "paused"];

export const say = {
  linked: "live",
  unlinked: "emend does not answer; trying again",
  notCaptured: "not recording",
  missed: (n) => `The page missed ${n} messages; the takes have them.`,
  failed: (why) => `emend did not take that: ${why}`,
  offline: "emend does not answer. Is it still running?",
  kept: "Kept",
  removed: (p) => `Removed, ${p} sure`,
  would: (p) => `Clean mode would remove it, ${p} sure`,
  undecided: "Passed; emend does not decide about it",
  meant: "You meant it: the take has it back, and training counts it as meant.",
  unmeant: "Not meant: the take is without it, and training counts it so.",
  velocity: (v) => `velocity ${v}`,
  ago: (s) => (s < 1 ? "now" : s < 90 ? `${Math.round(s)} s ago` : `${Math.round(s / 60)} min ago`),
  held: "held",
  length: (ms) => `${ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`} long`,
  looksLike: (n) => `Looked like: ${reasonShort(n)} (${reasonLong(n)}).`,
  keptOver: (p) => `${p} sure that it was meant.`,
  sameKey: (ms, share) => `The same key was struck ${Math.round(ms)} ms before, this stroke ${share} as hard.`,
  neighbour: (name, ms, share) =>
    `${name} beside it was struck ${Math.abs(Math.round(ms))} ms ${ms >= 0 ? "before" : "after"}, this one ${share} as hard.`,
  overtone: (name, ms) => `${name} began ${Math.round(ms)} ms before; this is one of its overtones.`,
  soft: "It is among the softest strokes that a keyboard sends.",
  short: (ms) => `It lasted ${Math.round(ms)} ms only.`,
  alone: "Nothing was struck on or beside this key just before.",
  giveBackLabel: (name) => `Give ${name} back: I meant it`,
  times: (median, p99, most) =>
    `Histogram of decision times: half within ${median}, 99 % within ${p99}, the longest ${most}.`,
  keyWords: (name, struck, removed) =>
    `${name}: ${struck} ${struck === 1 ? "stroke" : "strokes"}, ${removed} removed`,
  keyTwice: (n) => `, struck twice ${n} ${n === 1 ? "time" : "times"}`,
  keyStuck: ", nearly always at full velocity",
  keysWords: (n) => `${n} of 88 keys played`,
  learningOff: "Learning is off",
  learningPause: "Pause learning",
  learningGo: "Go on learning",
  stageRemoved: (name, reason) => `${name} removed: ${reason}`,
  noPreset: "own model",
};
