// The forms: what they say is published as an event.

import { publish, say } from "../api.js";
import { store } from "../store.js";

// Only the fields of the chosen task are shown; hidden ones are disabled, so that a form has none of them.
function showFields(form) {
  const chosen = form.task.selectedOptions[0];
  for (const label of form.querySelectorAll("[data-tasks]")) {
    const wanted = label.dataset.tasks.split(" ").includes(chosen.value);
    label.hidden = !wanted;
    label.querySelector("input, select").disabled = !wanted;
  }
  const one = ["SCORE", "DENOISE"].includes(chosen.value);
  form.count.readOnly = one;
  if (one) form.count.value = 1;
  form.querySelector("#task-hint").textContent = chosen.dataset.hint;
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

// Cropped to the centre and reduced here already, so that a photograph need not be sent.
async function reduced(file, size) {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  if (side < size) throw new Error(`The image must have at least ${size}×${size} pixels, not ${bitmap.width}×${bitmap.height}.`);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, size, size);
  return base64(await new Promise((done) => canvas.toBlob(done, "image/png")));
}

// The task of a request, as the records have it; what the form does not have is left out.
async function task(form) {
  const model = store.models.get(form.get("model"));
  const size = model.imageSize / Number(form.get("factor") ?? 1);
  if (!Number.isInteger(size)) throw new Error(`The factor must divide the model’s ${model.imageSize} pixels.`);
  const task = { kind: form.get("task") };
  const number = (name) => (form.get(name) ? Number(form.get(name)) : undefined);
  if (form.get("image")) task.image = await reduced(form.get("image"), size);
  if (form.get("numbers")) task.image = await base64(form.get("numbers"));
  if (form.get("mask")) task.mask = await reduced(form.get("mask"), size);
  if (form.get("matrix")) task.matrix = await base64(form.get("matrix"));
  task.firstSeed = form.get("firstSeed") ?? undefined; // as text: seeds have 64 bits
  task.lastSeed = form.get("lastSeed") ?? undefined;
  task.sigma = number("sigma") ?? number("givenSigma");
  task.factor = number("factor");
  task.blur = number("blur");
  task.everyRows = number("everyRows");
  return task;
}

async function sampleRequest(element) {
  const form = new FormData(element);
  return {
    model: form.get("model"),
    count: Number(form.get("count")),
    seed: form.get("seed") || undefined,
    sampler: {
      kind: form.get("sampler") ?? undefined,
      networkEvaluations: form.get("evaluations") ? Number(form.get("evaluations")) : undefined,
    },
    task: await task(form),
  };
}

function retrainingRequest(element) {
  const form = new FormData(element);
  const number = (name) => Number(form.get(name));
  return {
    model: form.get("model"),
    dataset: form.get("dataset"),
    imageSize: number("imageSize"),
    ngf: number("ngf"),
    seconds: number("seconds"),
    promotion: { rule: form.get("rule"), shadow: number("shadow") },
    meanwhile: form.get("meanwhile"),
  };
}

export function ask() {
  const content = document.getElementById("ask").content.cloneNode(true);
  const sample = content.getElementById("sample");
  const retrain = content.getElementById("retrain");

  function showModels() {
    const chosen = sample.elements.model.value;
    sample.elements.model.replaceChildren(...[...store.models.keys()].sort().map((name) => new Option(name, name)));
    if (store.models.has(chosen)) sample.elements.model.value = chosen;
    retrain.querySelector("datalist").replaceChildren(...[...store.datasets.keys()].map((name) => new Option(`topic:${name}`)));
  }

  sample.elements.task.addEventListener("change", () => showFields(sample));
  sample.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await publish("/api/sample-requests", await sampleRequest(sample));
    } catch (error) {
      say(error.message, true); // a file that cannot be sent
    }
  });
  retrain.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await publish("/api/retraining-requests", retrainingRequest(retrain));
    if (answer) location.hash = `#/run/${answer.id}`;
  });
  showFields(sample);
  showModels();
  return { content: [...content.children], update: (kinds) => (kinds.has("model") || kinds.has("modelGone")) && showModels() };
}
