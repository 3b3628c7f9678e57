// The page shows what /api/events says and publishes what the form says; it keeps no other state.

const element = (id) => document.getElementById(id);
const ENDED = new Set(["COMPLETED", "FAILED", "EXPIRED", "CANCELLED"]);
const MAXIMUM_IMAGES = 120;
const MAXIMUM_JOBS = 60;

const models = new Map();
const jobs = new Map();
const losses = new Map();
let newestRun = "";
let drawAgain = false;

function cell(row, text, attributes = {}) {
  const td = row.insertCell();
  td.textContent = text;
  Object.assign(td.dataset, attributes.dataset ?? {});
  td.className = attributes.className ?? "";
  return td;
}

function showModels() {
  const select = document.querySelector("#sample [name=model]");
  const chosen = select.value;
  select.replaceChildren(...[...models.keys()].sort().map((name) => new Option(name, name)));
  if (models.has(chosen)) select.value = chosen;
  const body = element("models");
  body.replaceChildren();
  for (const model of models.values()) {
    const row = body.insertRow();
    cell(row, model.model);
    cell(row, `${model.imageSize}×${model.imageSize}×${model.channels}`);
    cell(row, `${model.family}, ngf ${model.ngf}`);
    cell(row, model.checkpoint.slice(0, 12), { className: "id" });
    cell(row, distance(model.quality));
    const actions = cell(row, "");
    const change = (text, action, title) => {
      const button = document.createElement("button");
      button.textContent = text;
      button.title = title;
      button.onclick = () => publish(`/api/models/${encodeURIComponent(model.model)}/changes`, { action });
      actions.append(button);
    };
    if (model.candidate) {
      const title = `${model.candidate.checkpoint.slice(0, 12)}, distance ${distance(model.candidate.quality)}, serves from now on`;
      change("Promote", "PROMOTE", title);
    }
    if (model.previous) {
      change("Roll back", "ROLL_BACK", `${model.previous.checkpoint.slice(0, 12)} serves again`);
    }
  }
}

function distance(quality) {
  return quality ? `${quality.distance?.toFixed(2)} ± ${quality.distanceError?.toFixed(2)}` : "not judged";
}

function showJobs() {
  const newest = [...jobs.values()].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  const body = element("jobs");
  body.replaceChildren();
  for (const job of newest.slice(0, MAXIMUM_JOBS)) {
    const row = body.insertRow();
    row.dataset.id = job.id;
    cell(row, job.stage.toLowerCase(), { dataset: { stage: job.stage } });
    cell(row, job.kind.toLowerCase());
    cell(row, job.model);
    cell(row, job.detail);
    cell(row, job.id, { className: "id" });
    cell(row, new Date(job.updatedAt).toLocaleTimeString());
    const action = cell(row, "");
    if (!ENDED.has(job.stage)) {
      const button = document.createElement("button");
      button.textContent = "Cancel";
      button.onclick = () => publish(`/api/cancellations/${encodeURIComponent(job.id)}`, {});
      action.append(button);
      if (job.kind === "RETRAINING" && job.stage !== "PUBLISHING") {
        const order = document.createElement("button");
        order.textContent = job.stage === "PAUSED" ? "Resume" : "Pause";
        order.onclick = () =>
          publish(`/api/runs/${encodeURIComponent(job.id)}/${order.textContent.toLowerCase()}`, {});
        action.append(order);
      }
    }
  }
}

function showImage(image) {
  if (image.format !== "PNG" || !image.inline) return;
  const box = element("images");
  box.querySelector(".empty")?.remove();
  const figure = document.createElement("figure");
  const picture = new Image();
  picture.src = `/api/images/${encodeURIComponent(image.requestId)}/${image.index}`;
  picture.alt = `image ${image.index} of ${image.model}`;
  picture.title = picture.alt;
  picture.style.aspectRatio = `${image.width} / ${image.height}`; // film strips are wide
  figure.append(picture);
  if (image.score !== null) {
    const caption = document.createElement("figcaption");
    caption.textContent = image.score.toFixed(1);
    caption.title = "how unusual the image is: about 11 for a typical one";
    figure.append(caption);
  }
  box.prepend(figure);
  while (box.children.length > MAXIMUM_IMAGES) box.lastElementChild.remove();
}

function showLoss() {
  const points = losses.get(newestRun) ?? [];
  const last = points.at(-1);
  if (!last) return;
  const limit = last.maximumSeconds > 0 ? ` of ${last.maximumSeconds}` : "";
  element("progress").textContent =
    `step ${last.iteration}, ${last.seconds.toFixed(0)}${limit} s, ` +
    `loss ${last.loss.toFixed(1)}, ${last.imagesPerSecond.toFixed(0)} images/s`;
  const steps = points.map((p) => p.iteration);
  const values = points.map((p) => p.loss);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = Math.max(1, steps.at(-1) - steps[0]);
  const x = (step) => 50 + (540 * (step - steps[0])) / width;
  const y = (value) => 190 - (175 * (value - low)) / Math.max(1e-9, high - low);
  const line = points.map((p) => `${x(p.iteration).toFixed(1)},${y(p.loss).toFixed(1)}`).join(" ");
  element("loss").innerHTML =
    `<line class="axis" x1="50" y1="190" x2="590" y2="190"/>` +
    `<line class="axis" x1="50" y1="10" x2="50" y2="190"/>` +
    `<polyline class="curve" points="${line}"/>` +
    `<text x="44" y="20" text-anchor="end">${high.toFixed(0)}</text>` +
    `<text x="44" y="190" text-anchor="end">${low.toFixed(0)}</text>` +
    `<text x="590" y="208" text-anchor="end">step ${steps.at(-1)}</text>`;
}

// Many events may come at once: the page is drawn at most once a frame.
function redraw() {
  if (drawAgain) return;
  drawAgain = true;
  requestAnimationFrame(() => {
    drawAgain = false;
    showJobs();
    showLoss();
  });
}

async function publish(path, body) {
  const answer = element("answer");
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const result = await response.json();
  answer.dataset.bad = String(!response.ok);
  answer.textContent = response.ok ? `published ${result.id}` : result.detail;
}

// Only the fields of the chosen task are shown; hidden ones are disabled, so that a form has none of them.
function showFields() {
  const form = element("sample");
  const chosen = form.task.selectedOptions[0];
  for (const label of form.querySelectorAll("[data-tasks]")) {
    const wanted = label.dataset.tasks.split(" ").includes(chosen.value);
    label.hidden = !wanted;
    label.querySelector("input, select").disabled = !wanted;
  }
  const one = ["SCORE", "DENOISE"].includes(chosen.value);
  form.count.readOnly = one;
  if (one) form.count.value = 1;
  element("task-hint").textContent = chosen.dataset.hint;
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
  const model = models.get(form.get("model"));
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

element("sample").task.addEventListener("change", showFields);
showFields();

element("sample").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  try {
    await publish("/api/sample-requests", {
      model: form.get("model"),
      count: Number(form.get("count")),
      seed: form.get("seed") || undefined,
      sampler: {
        kind: form.get("sampler") ?? undefined,
        networkEvaluations: form.get("evaluations") ? Number(form.get("evaluations")) : undefined,
      },
      task: await task(form),
    });
  } catch (error) {
    element("answer").dataset.bad = "true";
    element("answer").textContent = error.message;
  }
});

function connection(state, text) {
  element("connection").dataset.state = state;
  element("connection").textContent = text;
}

const show = {
  modelGone({ model }) {
    models.delete(model);
  },
  model(model) {
    models.set(model.model, model);
  },
  state(state) {
    jobs.set(state.id, state);
  },
  image: showImage,
  loss(progress) {
    if (progress.runId !== newestRun) losses.clear();
    newestRun = progress.runId;
    const points = losses.get(newestRun) ?? [];
    points.push(progress);
    losses.set(newestRun, points);
  },
};

const events = new EventSource("/api/events");
events.onerror = () => connection("lost", "connection lost, trying again");
events.addEventListener("snapshot", ({ data }) => {
  [models, jobs, losses].forEach((map) => map.clear());
  element("images").replaceChildren();
  JSON.parse(data).forEach(({ kind, value }) => show[kind](value));
  showModels();
  connection("live", "live");
  redraw();
});
events.addEventListener("change", ({ data }) => {
  const { kind, value } = JSON.parse(data);
  show[kind](value);
  if (kind === "model" || kind === "modelGone") showModels(); // only then: somebody may be choosing one
  redraw();
});
