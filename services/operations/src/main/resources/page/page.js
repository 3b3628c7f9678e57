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
  }
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
    }
  }
}

function showImage(image) {
  if (image.format !== "PNG" || !image.inline) return;
  const box = element("images");
  box.querySelector(".empty")?.remove();
  const picture = new Image();
  picture.src = `/api/images/${encodeURIComponent(image.requestId)}/${image.index}`;
  picture.alt = `image ${image.index} of ${image.model}`;
  picture.title = picture.alt;
  box.prepend(picture);
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

element("sample").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const seed = form.get("seed");
  publish("/api/sample-requests", {
    model: form.get("model"),
    count: Number(form.get("count")),
    ...(seed === "" ? {} : { seed: Number(seed) }),
  });
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
