// What serves, what waits, what was before, side by side.

import { publish } from "../api.js";
import { button, el, empty, facts, moment, number, section, short } from "../dom.js";
import { store } from "../store.js";

const change = (model, body) => publish(`/api/models/${encodeURIComponent(model)}/changes`, body);

function checkpoint(title, of, more = []) {
  const quality = of.quality;
  return el(
    "div",
    { class: "checkpoint" },
    el("h3", {}, title),
    facts([
      ["Checkpoint", el("span", { class: "id", title: of.checkpoint }, short(of.checkpoint))],
      ["Distance", quality ? `${number(quality.distance)} ± ${number(quality.distanceError)}` : "not judged"],
      ["Kernel distance", quality ? number(quality.kernelDistance, 4) : null],
      ["Precision, recall", quality ? `${number(quality.precision)}, ${number(quality.recall)}` : null],
      ["Novelty", quality ? number(quality.novelty) : null],
      ["Run", of.runId ? el("a", { href: `#/run/${of.runId}`, class: "id" }, of.runId) : null],
      ...more,
    ]),
  );
}

function model(of) {
  const name = of.model;
  const share = el("input", { type: "number", min: 0, max: 1, step: 0.05, value: of.candidateShare, "aria-label": "share of the candidate" });
  const all = [
    checkpoint("Serves", of, [
      ["Network", `${of.family}, ${of.ngf} filters, ${of.imageSize}×${of.imageSize}×${of.channels}, ${of.levels} levels`],
      ["Since", moment(of.publishedAt)],
    ]),
  ];
  if (of.candidate) {
    const waiting = checkpoint("Waits", of.candidate, [["Share", of.candidateShare ? number(of.candidateShare) : null]]);
    waiting.append(
      el("p", { class: "actions" }, button("Promote", () => change(name, { action: "PROMOTE" })), share, button("Give a share", () => change(name, { action: "SHARE", share: Number(share.value) }))),
    );
    all.push(waiting);
  }
  if (of.previous) {
    const before = checkpoint("Was before", of.previous);
    before.append(el("p", { class: "actions" }, button("Roll back", () => change(name, { action: "ROLL_BACK" }))));
    all.push(before);
  }
  const retire = button("Retire", () => confirm(`Refuse requests for ${name} from now on?`) && change(name, { action: "RETIRE" }));
  const box = section(name, el("div", { class: "checkpoints" }, all), el("p", { class: "actions" }, retire));
  box.dataset.model = name;
  return box;
}

export function models() {
  const list = el("div", { id: "models", class: "stack" });
  function draw() {
    if (list.contains(document.activeElement) && document.activeElement.matches("input")) {
      document.activeElement.addEventListener("blur", draw, { once: true }); // what is being typed stays
      return;
    }
    const all = [...store.models.values()].sort((a, b) => a.model.localeCompare(b.model));
    list.replaceChildren(...(all.length ? all.map(model) : [empty("There is no model yet.")]));
  }
  draw();
  return { content: list, update: (kinds) => (kinds.has("model") || kinds.has("modelGone")) && draw() };
}
