// What is asked for, how fast it is answered, what is under way.

import { get, say } from "../api.js";
import { Chart } from "../chart.js";
import { el, empty, facts, number, section, table } from "../dom.js";
import { store } from "../store.js";
import { isPicture, picture } from "./pictures.js";

const EVERY = 5000;

export function overview() {
  const chart = new Chart("Images a minute, over the last hour", { x: "time" });
  const failures = new Chart("Requests a minute, over the last hour", { x: "time" });
  const latency = el("div");
  const work = el("div");
  const images = el("div", { class: "images", id: "images" });
  const none = empty("None yet.");
  const pictures = new Map(); // by request and index
  const key = (image) => `${image.requestId}/${image.index}`;
  const training = el("p", { id: "progress" });

  async function load() {
    try {
      const now = await get("/api/overview");
      const xs = now.minutes.map((minute) => new Date(minute.begin).getTime() / 1000);
      chart.show(xs, [{ label: "images", values: now.minutes.map((minute) => minute.images) }]);
      failures.show(xs, [
        { label: "completed", values: now.minutes.map((minute) => minute.completed) },
        { label: "other ends", values: now.minutes.map((minute) => minute.failed) },
      ]);
      const row = (name, of) => [name, number(of.p50 / 1000), number(of.p95 / 1000), number(of.p99 / 1000)];
      latency.replaceChildren(table("Seconds of completed requests, over the last hour", ["", "p50", "p95", "p99"], [row("until the first network call", now.queuedMillis), row("from there to the end", now.computedMillis)]));
      const counts = Object.entries(now.underWay).map(([what, count]) => [what.toLowerCase(), String(count)]);
      const models = Object.entries(now.imagesByModel).map(([model, count]) => [model, number(count)]);
      work.replaceChildren(
        counts.length ? facts(counts) : empty("Nothing is under way."),
        models.length ? table("Images of the last hour", ["Model", "Images"], models) : "",
      );
    } catch (error) {
      say(error.message, true);
    }
  }

  // What is there stays, and with it the focus.
  function drawImages() {
    const wanted = store.images.filter(isPicture);
    const keys = new Set(wanted.map(key));
    for (const [known, figure] of pictures) {
      if (!keys.has(known)) {
        figure.remove();
        pictures.delete(known);
      }
    }
    for (const image of [...wanted].reverse()) {
      if (!pictures.has(key(image))) {
        const figure = picture(image);
        pictures.set(key(image), figure);
        images.prepend(figure);
      }
    }
    none.hidden = wanted.length > 0;
  }

  function draw(kinds) {
    if (kinds.has("image")) drawImages();
    const last = store.progress.at(-1);
    training.replaceChildren(
      last
        ? el("a", { href: `#/run/${last.runId}` }, `step ${last.iteration}, ${number(last.seconds, 0)} s, loss ${number(last.loss, 1)}, ${number(last.imagesPerSecond, 0)} images/s`)
        : "No training yet.",
    );
  }

  const timer = setInterval(load, EVERY);
  return {
    content: [
      section("Images as they arrive", none, images),
      section("Images a minute", chart.element),
      section("Requests a minute", failures.element),
      section("Latency", latency),
      section("Under way", work, el("h3", {}, "Newest training"), training),
    ],
    shown() {
      load();
      draw(new Set(["image"]));
    },
    update: draw,
    close() {
      clearInterval(timer);
      [chart, failures].forEach((each) => each.close());
    },
  };
}
