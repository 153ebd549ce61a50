// SPDX-License-Identifier: MIT
// The way to emend: events come, orders go. Addresses are relative, so the token stays in them.
const AGAIN_MS = 2000;

export function listen(on) {
  const source = new EventSource("events");
  const json = (name, then) => source.addEventListener(name, (event) => then(JSON.parse(event.data)));
  source.addEventListener("open", () => on.linked(true));
  source.addEventListener("error", () => {
    on.linked(false);
    // A browser gives up where the answer is a refusal.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(on), AGAIN_MS);
  });
  json("hello", on.hello);
  json("notes", on.notes);
  json("state", on.state);
  json("missed", on.missed);
  source.addEventListener("line", (event) => on.line(event.data));
}

// What came of an order is told by events; here only whether it was taken. Returns "" or why not.
export async function order(what) {
  try {
    const answer = await fetch("do", { method: "POST", body: JSON.stringify(what) });
    return answer.ok ? "" : (await answer.text()).trim();
  } catch {
    return null;
  }
}

export async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}
