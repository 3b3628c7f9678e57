// One run: its stage, its curves, its candidates and their pictures growing sharper.

import { get, say } from "../api.js";
import { Chart } from "../chart.js";
import { el, empty, facts, moment, number, section, short, stage, table } from "../dom.js";
import { store } from "../store.js";
import { actions } from "./jobs.js";

const quality = (of) => [
  `${number(of.distance)} ± ${number(of.distanceError)}`,
  `${number(of.kernelDistance, 4)} ± ${number(of.kernelDistanceError, 4)}`,
  number(of.precision),
  number(of.recall),
  number(of.novelty),
];

export function run(id) {
  const head = el("div");
  const figures = el("p", { id: "progress" });
  const loss = new Chart("Loss over steps");
  const byNoise = new Chart("Held-out loss over parts of the noise levels, the strongest noise first", { x: "part" });
  const candidates = el("div");
  const grids = el("div", { class: "images grids" });
  const noise = section("Held-out loss by noise", byNoise.element);
  noise.hidden = true;
  const judged = section("Candidates", candidates, grids);
  judged.classList.add("stack");
  let progress = [];
  let judgements = [];

  function drawHead() {
    const state = store.jobs.get(id) ?? head.state;
    if (!state) return;
    head.state = state;
    head.replaceChildren(
      facts([
        ["State", stage(state.stage)],
        ["Detail", state.detail],
        ["Model", el("a", { href: "#/models" }, state.model)],
        ["Asked", moment(state.requestedAt)],
        ["By the rule", state.policy],
        ["Checkpoint", state.checkpoint],
      ]),
      el("p", { class: "actions" }, actions(state)),
    );
  }

  function drawCurves() {
    const last = progress.at(-1);
    if (!last) {
      figures.replaceChildren("No training yet.");
      return;
    }
    const limit = last.maximumSeconds > 0 ? ` of ${last.maximumSeconds}` : "";
    const end = last.estimatedEnd ? `, ends about ${new Date(last.estimatedEnd).toLocaleTimeString()}` : "";
    figures.replaceChildren(`step ${last.iteration}, ${number(last.seconds, 0)}${limit} s, loss ${number(last.loss, 1)}, ${number(last.imagesPerSecond, 0)} images/s on ${last.device}${end}`);
    loss.show(
      progress.map((point) => point.iteration),
      [
        { label: "loss", values: progress.map((point) => point.loss) },
        { label: "held out", values: progress.map((point) => point.candidate?.heldOutLoss ?? null) },
      ],
    );
    const parts = progress.filter((point) => point.heldOutLossByNoise?.length).at(-1)?.heldOutLossByNoise;
    noise.hidden = !parts;
    if (parts) byNoise.show(parts.map((_, i) => i + 1), [{ label: "held out", values: parts }]);
  }

  function drawCandidates() {
    candidates.replaceChildren(
      judgements.length
        ? table(
            "Judged checkpoints",
            ["Steps", "Checkpoint", "Distance", "Kernel distance", "Precision", "Recall", "Novelty"],
            judgements.map((one) => [one.iteration === null ? "serves" : number(one.iteration), el("span", { class: "id" }, short(one.checkpoint)), ...quality(one.quality)]),
          )
        : empty("None has been judged yet."),
    );
    const shown = judgements.filter((judged) => judged.grid);
    grids.replaceChildren(
      ...shown.map((judged) =>
        el(
          "figure",
          {},
          el("img", { src: `/api/runs/${encodeURIComponent(id)}/grids/${judged.checkpoint}`, alt: `images of ${short(judged.checkpoint)}`, loading: "lazy" }),
          el("figcaption", {}, judged.iteration === null ? "serves" : `${number(judged.iteration)} steps`),
        ),
      ),
    );
  }

  async function load() {
    try {
      const found = await get(`/api/runs/${encodeURIComponent(id)}`);
      head.state = found.state;
      progress = found.progress;
      judgements = found.judgements;
      drawHead();
      drawCurves();
      drawCandidates();
    } catch (error) {
      head.replaceChildren(empty(error.message));
      say(error.message, true);
    }
  }

  load();
  return {
    content: [
      section(`Run ${id}`, head),
      section("Training", figures, loss.element),
      noise,
      judged,
    ],
    update(kinds) {
      if (kinds.has("state")) drawHead();
      if (kinds.has("loss") && store.progress.at(-1)?.runId === id) {
        progress = [...progress, ...store.progress.filter((point) => point.measuredAt > (progress.at(-1)?.measuredAt ?? ""))];
        drawCurves();
      }
      if (kinds.has("judged")) {
        const known = new Set(judgements.map((judged) => judged.checkpoint));
        judgements = [...judgements, ...store.judgements.filter((judged) => judged.runId === id && !known.has(judged.checkpoint))];
        drawCandidates();
      }
    },
    close: () => [loss, byNoise].forEach((each) => each.close()),
  };
}
