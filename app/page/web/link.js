// SPDX-License-Identifier: MIT
// The way to emend: events come, orders go. Addresses are relative, so the token stays in them.
export function listen(on) {
  const source = new EventSource("events");
  const json = (name, then) => source.addEventListener(name, (event) => then(JSON.parse(event.data)));
  source.addEventListener("open", () => on.linked(true));
  source.addEventListener("error", () => on.linked(false));
  json("hello", on.hello);
  json("notes", on.notes);
  json("state", on.state);
  json("missed", on.missed);
  source.addEventListener("line", (event) => on.line(event.data));
  return source;
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
