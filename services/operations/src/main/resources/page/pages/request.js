// One request: what was asked for, how far it is, its images.

import { get, publish, say } from "../api.js";
import { button, el, empty, facts, moment, section, stage } from "../dom.js";
import { store } from "../store.js";
import { actions, isEnded } from "./jobs.js";
import { isPicture, picture } from "./pictures.js";

// A request whose images, masks or matrices are not in the answer cannot be put together again.
const REPEATABLE = new Set(["GENERATE", "TRAJECTORY"]);

function repeat(request) {
  const { requestId, seed, seedOfImage, deadline, ...rest } = request;
  const { image, mask, matrix, ...task } = request.task;
  return publish("/api/sample-requests", { ...rest, task }).then((answer) => {
    if (answer) location.hash = `#/request/${answer.id}`;
  });
}

const rows = (record, prefix = "") =>
  Object.entries(record).flatMap(([name, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? rows(value, `${prefix}${name}.`)
      : [[prefix + name, value === null ? null : String(value)]],
  );

export function request(id) {
  const head = el("div");
  const asked = el("div");
  const images = el("div", { class: "images large-images" });
  const all = el("p");
  let shownStage;

  async function load() {
    try {
      const [found, made] = await Promise.all([get(`/api/requests/${encodeURIComponent(id)}`), get(`/api/requests/${encodeURIComponent(id)}/images`)]);
      const outcome = found.outcome;
      head.replaceChildren(
        facts([
          ["State", found.state ? stage(found.state.stage) : null],
          ["Detail", found.state?.detail],
          ["Asked", found.state ? moment(found.state.requestedAt) : null],
          ["Ended", outcome ? moment(outcome.endedAt) : null],
          ["Waited", outcome ? `${outcome.queuedMillis / 1000} s` : null],
          ["Computed", outcome ? `${outcome.computedMillis / 1000} s, ${outcome.networkEvaluations} evaluations` : null],
          ["Checkpoint", outcome?.checkpoint],
        ]),
        el("p", { class: "actions" }, found.state ? actions(found.state) : [], REPEATABLE.has(found.request.task.kind) ? button("Ask again, other seed", () => repeat(found.request)) : []),
      );
      asked.replaceChildren(facts(rows(found.request)));
      const pictures = made.filter(isPicture);
      if (made.length) {
        images.replaceChildren(...(pictures.length ? pictures.map(picture) : [empty(`${made.length} images that a browser cannot show.`)]));
        all.replaceChildren(el("a", { href: `/api/requests/${encodeURIComponent(id)}/images.zip`, download: true }, `Download all ${made.length}`));
      } else if (!found.state || isEnded(found.state)) {
        images.replaceChildren(empty("It has no images, or none any longer."));
      }
    } catch (error) {
      head.replaceChildren(empty(error.message));
      say(error.message, true);
    }
  }

  function previews() {
    const mine = [...store.previews.values()].filter((preview) => preview.requestId === id);
    if (!mine.length) return;
    images.replaceChildren(
      ...mine.map((preview) =>
        el("figure", {}, el("img", { src: `/api/previews/${encodeURIComponent(id)}/${preview.index}?row=${preview.row}`, alt: `image ${preview.index} after ${preview.row} rows` }), el("figcaption", {}, `${preview.row} of ${preview.rows}`)),
      ),
    );
  }

  load();
  return {
    content: [section(`Request ${id}`, head), section("Images", images, all), section("As it was asked", asked)],
    update(kinds) {
      const now = store.jobs.get(id)?.stage;
      if (kinds.has("state") && now && now !== shownStage) {
        shownStage = now;
        load();
      } else if (kinds.has("preview") && !(now && isEnded({ stage: now }))) {
        previews();
      }
    },
  };
}
