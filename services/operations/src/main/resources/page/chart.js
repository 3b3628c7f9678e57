// Curves over time or steps, by uPlot.

import uPlot from "/webjars/uplot/1.6.30/dist/uPlot.esm.js";
import { el, number } from "./dom.js";

const HEIGHT = 220;

const COLOURS = ["--accent", "--good", "--bad", "--soft"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A chart that fits its parent; curves is [{ label, values }], all over the same xs.
export class Chart {
  constructor(title, { x = "step", logarithmic = false } = {}) {
    this.title = title;
    this.x = x;
    this.time = x === "time";
    this.logarithmic = logarithmic;
    this.element = el("div", { class: "chart", role: "img", "aria-label": title });
    this.fit = () => this.plot && this.element.clientWidth && this.plot.setSize({ width: this.element.clientWidth, height: HEIGHT });
    addEventListener("resize", this.fit);
  }

  show(xs, curves) {
    const data = [xs, ...curves.map((curve) => curve.values)];
    const labels = curves.map((curve) => curve.label).join();
    const last = curves.map((curve) => `${curve.label} ${number(curve.values.filter((value) => value !== null).at(-1))}`);
    this.element.setAttribute("aria-label", `${this.title}; last: ${last.join(", ")}`);
    if (this.plot && this.labels === labels) {
      this.plot.setData(data);
      return;
    }
    this.plot?.destroy();
    this.labels = labels;
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
    this.plot = new uPlot(
      {
        width: Math.max(280, this.element.clientWidth || 560),
        height: HEIGHT,
        scales: { x: { time: this.time }, y: { distr: this.logarithmic ? 3 : 1 } },
        axes: [axis, { ...axis, size: 60 }],
        series: [
          { label: this.x },
          ...curves.map((curve, i) => ({ label: curve.label, stroke: colour(COLOURS[i % COLOURS.length]), width: 1.5, spanGaps: true, points: { show: xs.length < 40 } })),
        ],
      },
      data,
      this.element,
    );
  }

  close() {
    this.plot?.destroy();
    removeEventListener("resize", this.fit);
  }
}
