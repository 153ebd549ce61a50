// SPDX-License-Identifier: MIT
// Plays takes through emend live and looks at its page in headless Chromium. See browser.sh.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const { EMEND, MODULES, OUT, WORK } = process.env;
const require = createRequire(`${MODULES}/`);
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const sleep = (ms) => new Promise((then) => setTimeout(then, ms));
const addressFile = path.join(process.env.XDG_DATA_HOME, "emend", "page");
const figures = {};

async function until(what, test, ms = 15000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await test();
    if (found) return found;
    if (Date.now() > end) assert.fail(`waited in vain for ${what}`);
    await sleep(25);
  }
}

// The running emend, its page's address, and its end.
async function start(...options) {
  fs.rmSync(addressFile, { force: true });
  return again(...options);
}
async function again(...options) {
  const child = spawn(EMEND, ["live", "--page", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (data) => (text += data));
  child.ended = new Promise((then) => child.on("exit", (code, signal) => then(code ?? signal)));
  child.url = (await until("the address", () => /The page: (\S+)/.exec(text)))[1];
  return child;
}

// A MIDI file of `count` notes, so many a second.
function manyNotes(file, count, rate) {
  const track = [0x00, 0xff, 0x51, 0x03, 0x07, 0xa1, 0x20];
  const delta = (ticks) => [0x80 | (ticks >> 14), 0x80 | ((ticks >> 7) & 0x7f), ticks & 0x7f];
  const step = Math.round(1920 / rate); // at 120 a minute and 960 a beat
  for (let i = 0; i < count; i++) {
    const pitch = 21 + ((i * 37) % 88);
    track.push(...delta(i === 0 ? 0 : step - 1), 0x90, pitch, 60 + (i % 60), ...delta(1), 0x80, pitch, 64);
  }
  track.push(...delta(1920 * 40), 0xb0, 1, 0, 0, 0xff, 0x2f, 0); // and then silence
  const head = Buffer.from([0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 0x03, 0xc0, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 0]);
  head.writeUInt32BE(track.length, 18);
  fs.writeFileSync(file, Buffer.concat([head, Buffer.from(track)]));
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
const page = await context.newPage();
const complaints = [];
let bytes = 0;
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(error.message));
page.on("response", (answer) => (bytes += Number(answer.headers()["content-length"] ?? 0)));
const read = (expression) => page.evaluate(expression);
const shot = (name) => page.screenshot({ path: path.join(OUT, `${name}.png`) });

async function accessible(where) {
  await page.evaluate(axe).catch(() => {});
  const result = await page.evaluate(async () => {
    const found = await window.axe.run(document);
    return found.violations.map((v) => ({ id: v.id, impact: v.impact, where: v.nodes.map((n) => n.target.join(" ")) }));
  });
  const serious = result.filter((v) => v.impact === "serious" || v.impact === "critical");
  assert.deepEqual(serious, [], `axe on ${where}`);
}

// Where a note is drawn.
const place = (number) =>
  page.evaluate((n) => {
    const { roll, store } = window.emend;
    const note = store.get(n), box = roll.box(note, roll.bottom(), roll.canvas.clientHeight);
    const at = roll.canvas.getBoundingClientRect();
    return { x: at.left + box.x + box.w / 2, y: at.top + box.y + box.h / 2, top: at.top };
  }, number);

async function playsTheDemo() {
  const report = path.join(WORK, "report.json");
  const emend = await start("--demo", "--capture", "--page-port", "0", "--strength", "0.5", "--report", report,
    "--takes", path.join(WORK, "takes"), "--out", path.join(WORK, "clean.mid"));
  const began = Date.now();
  await page.goto(emend.url, { waitUntil: "commit" });
  await until("the first state", () => read(() => window.emend?.store.state !== null && window.emend?.roll.frames > 1));
  figures.first_shown_ms = Date.now() - began;
  await until("a removed note", () => read(() => window.emend.store.removed.length > 2));

  // A click on a removed note gives it back.
  const gone = await read(() => window.emend.store.notes.filter((n) => n.fate === 1).at(-1));
  const at = await until("the note in view", async () => {
    const p = await place(gone.number);
    return p.y < 700 ? p : null;
  });
  await page.mouse.move(at.x, at.y);
  const now = await place(gone.number);
  await page.mouse.click(now.x, now.y);
  await until("the mark", () => read(`window.emend.store.get(${gone.number}).mark === 1`));
  await shot("live-dark");

  // A kept one was not meant.
  const kept = await read(() => window.emend.store.notes.find((n) => n.fate === 0).number);
  await page.evaluate((n) => window.emend.roll.choose(window.emend.store.get(n)), kept);
  await page.click("#note-unmeant");
  await until("the mark", () => read(`window.emend.store.get(${kept}).mark === 2`));

  // Settings come to the engine and back.
  await page.fill("#strength", "0.8");
  await until("the strength", () => read(() => Math.abs(window.emend.store.state.strength - 0.8) < 0.001));
  await page.locator("#roll").press("b");
  await until("bypass", () => read(() => window.emend.store.state.mode === "bypass"));
  await page.click("#modes [data-mode='2']");
  await until("clean", () => read(() => window.emend.store.state.mode === "clean"));

  await accessible("live, dark");
  await page.click("#theme");
  await sleep(300);
  await accessible("live, light");
  await shot("live-light");
  await page.click("#tab-stage");
  await accessible("stage, light");
  await shot("stage-light");
  await page.click("#tab-live");
  await page.click("#theme");

  // By keyboard alone: the removal that is newest on the list is given back.
  await page.locator("#removed .back:not(:disabled)").first().focus();
  await page.keyboard.press("Enter");
  await until("two marks", () => read(() => window.emend.store.notes.filter((n) => n.mark === 1).length === 2));

  let seen = null, over = false;
  emend.ended.then(() => (over = true));
  while (!over) {
    seen = await read(() => window.emend.store.notes.map((n) => ({ on: n.on, pitch: n.pitch, fate: n.fate })));
    await sleep(100);
  }
  assert.equal(await emend.ended, 0);
  const told = JSON.parse(fs.readFileSync(report, "utf8"));
  assert.ok(Math.abs(told.strength - 0.8) < 0.001);
  assert.ok(seen.length >= told.notes_in - 2, `${seen.length} notes on the page, ${told.notes_in} in the report`);
  const last = seen.at(-1).on;
  const removed = told.removed.filter((r) => r.time * 1000 <= last + 0.1).map((r) => `${r.pitch}@${(r.time * 1000).toFixed(1)}`);
  assert.deepEqual(seen.filter((n) => n.fate === 1).map((n) => `${n.pitch}@${n.on.toFixed(1)}`), removed);
  assert.ok(removed.length > 5);
  const take = JSON.parse(execFileSync(EMEND, ["takes", "show", "last", "--json", "--takes", path.join(WORK, "takes")]));
  assert.equal(take.undone, 2);
  assert.equal(take.unmeant, 1);
  assert.ok(take.undone_strokes.some((s) => s.pitch === gone.pitch && s.velocity === gone.velocity));
  figures.page_kilobytes = Math.round(bytes / 1024);
  figures.decision_p99_us = told.decision_us.p99;
}

async function survives() {
  const file = path.join(WORK, "many.mid");
  manyNotes(file, 10000, 320);
  const options = ["--driver", "file", "--in", file, "--out", path.join(WORK, "many-clean.mid"), "--page-port", "0"];
  const emend = await start(...options);
  await page.goto(emend.url);
  await until("500 notes in view", () => read(() => {
    const { roll } = window.emend;
    roll.span = 0;
    return roll.visible(roll.bottom()).length >= 500;
  }));
  const paced = await read(() => new Promise((then) => {
    const { roll } = window.emend, from = roll.frames, at = performance.now();
    setTimeout(() => then({ fps: ((roll.frames - from) * 1000) / (performance.now() - at), notes: roll.visible(roll.bottom()).length }), 4000);
  }));
  figures.frames_a_second = Math.round(paced.fps * 10) / 10;
  figures.notes_in_view = paced.notes;
  await shot("many-notes");
  // The page keeps them all, and one that comes late gets them all.
  await until("10,000 notes", () => read(() => window.emend.store.notes.length >= 10000), 60000);
  const late = await context.newPage();
  await late.goto(emend.url);
  await until("10,000 notes later", () => late.evaluate(() => window.emend.store.notes.filter(Boolean).length >= 10000));
  await late.close();
  emend.kill("SIGTERM");
  await emend.ended;

  // emend went and comes back: the page goes on by itself.
  await until("the loss", () => read(() => document.getElementById("pill-link").dataset.kind === "bad"));
  const port = new URL(emend.url).port;
  complaints.length = 0; // that nobody listened is no fault of the page's
  const second = await again("--demo", "--page-port", port, "--out", path.join(WORK, "clean2.mid"));
  assert.equal(second.url, emend.url);
  await until("its return", () => read(() => document.getElementById("pill-link").dataset.kind === "good"), 20000);
  await until("new notes", () => read(() => window.emend.store.notes.length > 0 && window.emend.store.notes.length < 1000));
  second.kill("SIGTERM");
  await second.ended;
}

try {
  await playsTheDemo();
  assert.deepEqual(complaints, []);
  await survives();
  console.log(JSON.stringify(figures));
} finally {
  await browser.close();
}
