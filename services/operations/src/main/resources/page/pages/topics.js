// Topics and groups as the broker has them.

import { get, say } from "../api.js";
import { el, moment, number, section, table } from "../dom.js";

const EVERY = 10000;

export function topics() {
  const all = el("div");
  const groups = el("div");
  const at = el("p", { class: "empty" });

  async function load() {
    try {
      const now = await get("/api/topics");
      all.replaceChildren(
        table(
          "Topics",
          ["Topic", "Record", "Partitions", "Records", "Dead letters", "Kept"],
          now.topics.map((of) => [of.topic, of.record, String(of.partitions), number(of.records), of.dead ? el("a", { href: "#/letters" }, number(of.dead)) : "0", of.kept.replace("PT-0.001S", "for ever")]),
        ),
      );
      groups.replaceChildren(
        table(
          "Groups: who reads, and what waits for them",
          ["Group", "Kind", "Members", "Lag"],
          now.groups.map((of) => [of.group, of.kind.toLowerCase(), of.kind === "STREAMS" ? "–" : String(of.members), of.lag === null ? "not known" : number(of.lag)]),
        ),
      );
      at.replaceChildren("as of ", moment(now.at));
    } catch (error) {
      say(error.message, true);
    }
  }

  load();
  const timer = setInterval(load, EVERY);
  return { content: [section("Groups", groups), section("Topics", all, at)], close: () => clearInterval(timer) };
}
