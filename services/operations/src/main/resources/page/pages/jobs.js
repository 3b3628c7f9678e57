// Lists of requests or runs: by filters, a page at a time, and live.

import { get, publish, say } from "../api.js";
import { button, el, moment, stage, table, tableRow } from "../dom.js";
import { store } from "../store.js";

const ENDED = new Set(["COMPLETED", "FAILED", "EXPIRED", "CANCELLED"]);
const STAGES = {
  SAMPLING: ["WAITING", "COMPLETED", "FAILED", "EXPIRED", "CANCELLED"],
  RETRAINING: ["SCHEDULING", "WAITING", "TRAINING", "PAUSED", "STALLED", "PUBLISHING", "COMPLETED", "FAILED", "CANCELLED"],
};

export const isEnded = (job) => ENDED.has(job.stage);

const cancel = (job) => publish(`/api/cancellations/${encodeURIComponent(job.id)}`, {});
const order = (job, what) => publish(`/api/runs/${encodeURIComponent(job.id)}/${what}`, {});

// What may be done about a request or run now.
export function actions(job) {
  if (isEnded(job)) return [];
  const all = [button("Cancel", () => cancel(job))];
  if (job.kind === "RETRAINING" && job.stage !== "PUBLISHING") {
    if (job.stage === "WAITING") all.push(button("Raise", () => order(job, "raise"), { title: "train it before the others that wait" }));
    all.push(job.stage === "PAUSED" ? button("Resume", () => order(job, "resume")) : button("Pause", () => order(job, "pause")));
  }
  return all;
}

const MOST_ROWS = 1000;

// Where the list that begins behind a row begins: what the API calls next.
const cursor = (row) => `${new Date(row.querySelector("time").dateTime).getTime()}-${row.dataset.id}`;

const HEADS = ["State", "Model", "Detail", "Id", "Updated", ""];

function row(job) {
  const page = job.kind === "SAMPLING" ? "request" : "run";
  return tableRow(
    HEADS,
    [
      stage(job.stage),
      job.model,
      job.detail,
      el("a", { href: `#/${page}/${job.id}`, class: "id" }, job.id),
      moment(job.updatedAt),
      el("span", { class: "actions" }, actions(job)),
    ],
    { "data-id": job.id },
  );
}

export function jobs(kind, title) {
  const form = el(
    "form",
    { class: "filters", role: "search", oninput: () => load(), onsubmit: (event) => event.preventDefault() },
    el("label", {}, "Search ", el("input", { name: "q", type: "search", placeholder: "id, model or detail" })),
    el("label", {}, "Model ", el("input", { name: "model", list: "model-names" }), el("datalist", { id: "model-names" }, [...store.models.keys()].map((name) => el("option", { value: name })))),
    el("label", {}, "State ", el("select", { name: "stage" }, el("option", { value: "" }, "any"), STAGES[kind].map((name) => el("option", { value: name }, name.toLowerCase())))),
  );
  const list = table(title, HEADS, [], { class: "wide" });
  const body = list.tBodies[0];
  const more = button("More", () => load(next), { hidden: true });
  const rows = new Map(); // by id
  const changed = new Map(); // since the last frame
  let next = null;
  let asked = 0;

  async function load(after) {
    const number = ++asked;
    const wanted = new URLSearchParams({ kind, limit: 50 });
    for (const [name, value] of new FormData(form)) if (value) wanted.set(name, value);
    if (after) wanted.set("after", after);
    try {
      const answer = await get(`/api/jobs?${wanted}`);
      if (number !== asked) return; // another one was asked for meanwhile
      if (!after) {
        rows.clear();
        body.replaceChildren();
      }
      answer.jobs.filter((job) => !rows.has(job.id)).forEach((job) => body.append(add(job)));
      next = answer.next;
      more.hidden = !next;
    } catch (error) {
      say(error.message, true);
    }
  }

  // A row that has the focus keeps it.
  function replace(before, after) {
    const focused = [...before.querySelectorAll("a, button")].indexOf(document.activeElement);
    before.replaceWith(after);
    if (focused >= 0) after.querySelectorAll("a, button")[focused]?.focus();
  }

  function add(job) {
    const made = row(job);
    rows.set(job.id, made);
    return made;
  }

  const isFiltered = () => [...new FormData(form).values()].some(Boolean);

  load();
  return {
    content: el("section", { "aria-label": title }, el("h2", {}, title), form, list, more),
    each(what, job) {
      if (what === "state" && job?.kind === kind) changed.set(job.id, job);
      else if (what === "state" && !job) load(); // connected anew
    },
    update() {
      const filtered = isFiltered();
      for (const job of changed.values()) {
        const before = rows.get(job.id);
        if (before) replace(before, add(job));
        else if (!filtered) body.prepend(add(job));
      }
      changed.clear();
      while (rows.size > MOST_ROWS) {
        const last = body.lastElementChild;
        rows.delete(last.dataset.id);
        last.remove();
        next = cursor(body.lastElementChild);
        more.hidden = false;
      }
    },
  };
}
