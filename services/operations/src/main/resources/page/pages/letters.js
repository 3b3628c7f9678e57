// Records that no reader could use: why, what is in them, and what is done about them.

import { get, post, say } from "../api.js";
import { button, detail, el, empty, facts, moment, number, section, table } from "../dom.js";

const path = (letter) => `/api/dead-letters/${letter}`;

async function show(letter) {
  try {
    const of = await get(path(letter));
    detail(
      el("h2", {}, of.letter),
      facts([
        ["Reason", of.reason],
        ["Reader", of.reader],
        ["Since", moment(of.since)],
        ["Key", of.key],
        ["Bytes", number(of.bytes)],
        ["Done", of.handled ? `${of.handled.end.toLowerCase()} ${new Date(of.handled.handledAt).toLocaleString()} ${of.handled.reason}` : null],
      ]),
      el("h3", {}, "Value"),
      el("pre", {}, of.value ?? of.hexadecimal ?? "none"),
      el("h3", {}, "Headers"),
      facts(Object.entries(of.headers)),
    );
  } catch (error) {
    say(error.message, true);
  }
}

export function letters() {
  const topic = el("input", { name: "topic", placeholder: "all topics", "aria-label": "topic", onchange: load });
  const open = el("input", { type: "checkbox", onchange: load });
  const list = el("div");
  const chosen = new Set();

  async function load() {
    try {
      const all = await get(`/api/dead-letters?limit=200&open=${open.checked}&topic=${encodeURIComponent(topic.value)}`);
      chosen.clear();
      list.replaceChildren(all.length ? letterTable(all) : empty("None."));
    } catch (error) {
      say(error.message, true);
    }
  }

  const letterTable = (all) =>
    table(
      "Dead letters, the newest first",
      ["", "Letter", "Since", "Reader", "Reason", "Done"],
      all.map((of) => [
        of.handled ? "" : el("input", { type: "checkbox", "aria-label": `choose ${of.letter}`, onchange: (event) => (event.target.checked ? chosen.add(of.letter) : chosen.delete(of.letter)) }),
        button(of.letter, () => show(of.letter), { class: "link id" }),
        moment(of.since),
        of.reader,
        of.reason,
        of.handled ? of.handled.end.toLowerCase() : "",
      ]),
      { class: "wide" },
    );

  async function handle(what) {
    if (!chosen.size) {
      say("choose letters first", true);
      return;
    }
    let done = 0;
    try {
      for (const letter of chosen) {
        await post(`${path(letter)}/${what}`, {});
        done++;
      }
      say(`${what === "redrive" ? "sent again" : "discarded"}: ${done}`);
    } catch (error) {
      say(`${done} done, then: ${error.message}`, true);
    }
    load();
  }

  load();
  return {
    content: section("Dead letters", el("p", { class: "actions" }, topic, el("label", { class: "inline" }, open, " those alone that nothing was done about"), button("Look again", load), button("Redrive", () => handle("redrive")), button("Discard", () => handle("discard"))), list),
  };
}
