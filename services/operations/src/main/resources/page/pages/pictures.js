// Images side by side, and one of them enlarged.

import { detail, el, facts } from "../dom.js";

const source = (image) => `/api/images/${encodeURIComponent(image.requestId)}/${image.index}`;

function enlarge(image) {
  const path = source(image);
  detail(
    el("img", { src: path, class: "large", alt: `image ${image.index} of ${image.model}` }),
    facts([
      ["Request", el("a", { href: `#/request/${image.requestId}` }, image.requestId)],
      ["Image", `${image.index}, ${image.width}×${image.height}`],
      ["Model", image.model],
      ["Seed", image.seed === undefined ? null : String(image.seed)],
      ["Checkpoint", image.checkpoint ?? null],
      ["Evaluations", image.networkEvaluations ?? null],
      ["SHA-256", image.sha256 ?? null],
    ]),
    el("a", { href: path, download: `${image.requestId}-${image.index}.png` }, "Download"),
  );
}

export function picture(image) {
  const shown = el("img", {
    src: source(image),
    loading: "lazy",
    alt: `image ${image.index} of ${image.model}`,
  });
  shown.style.aspectRatio = `${image.width} / ${image.height}`; // film strips are wide
  const caption =
    image.score === null || image.score === undefined
      ? null
      : el("figcaption", { title: "how unusual the image is: about 11 for a typical one" }, image.score.toFixed(1));
  return el("figure", {}, el("button", { type: "button", class: "picture", onclick: () => enlarge(image), "aria-label": `enlarge image ${image.index}` }, shown), caption);
}

export const isPicture = (image) => image.format === "PNG";
