// Data sets of events, and the rules that watch them.

import { get, say } from "../api.js";
import { el, empty, moment, number, section, table } from "../dom.js";
import { store } from "../store.js";

function conditions(rule) {
  return [
    rule.cron ? `at ${rule.cron} (UTC)` : null,
    rule.moreImages ? `${number(rule.moreImages)} more images` : null,
    rule.drift ? `distances change by ${number(rule.drift)}` : null,
    rule.distanceAbove ? `judged above ${number(rule.distanceAbove)}` : null,
  ]
    .filter(Boolean)
    .join("; ");
}

export function data() {
  const datasets = el("div");
  const rules = el("div");

  function draw() {
    const all = [...store.datasets.values()].sort((a, b) => a.dataset.localeCompare(b.dataset));
    datasets.replaceChildren(
      all.length
        ? table(
            "Data sets that are topics",
            ["Name", "Images", "Refused", "Channels", "Largest distance", "Median distance", "Last image"],
            all.map((of) => [`topic:${of.dataset}`, number(of.images), number(of.refused), String(of.channels), number(of.maximumDistance), number(of.medianDistance), moment(of.updatedAt)]),
          )
        : empty("None yet: ./langevin datasets add NAME FILES"),
    );
  }

  async function load() {
    try {
      const all = await get("/api/rules");
      rules.replaceChildren(
        all.length
          ? table(
              "Standing rules",
              ["Name", "Model", "Data set", "When", "Cool-down"],
              all.map((rule) => [rule.policyId, rule.request.model, rule.request.dataset, conditions(rule), `${number(rule.coolDownSeconds)} s`]),
            )
          : empty("None yet: ./langevin retrain --more-images 500 and others"),
      );
    } catch (error) {
      say(error.message, true);
    }
  }

  draw();
  load();
  return { content: [section("Data sets", datasets), section("Rules", rules)], update: (kinds) => kinds.has("dataset") && draw() };
}
