// What /api/events says: a snapshot when it connects, then every change.

const MAXIMUM_IMAGES = 120;
const MAXIMUM_JOBS = 2000;
const MAXIMUM_PROGRESS = 5000;
const MAXIMUM_JUDGEMENTS = 1000;
const MAXIMUM_PREVIEWS = 500;

export const store = {
  models: new Map(),
  jobs: new Map(),
  progress: [], // of the run that is trained now, or was last
  judgements: [], // since the page was opened
  datasets: new Map(),
  images: [], // the newest first
  previews: new Map(), // the newest of each image
};

const listeners = new Set();
const changed = new Set();
let drawing = false;

const take = {
  model: (model) => store.models.set(model.model, model),
  modelGone: ({ model }) => store.models.delete(model),
  state(state) {
    store.jobs.delete(state.id); // the one that changed last is the last
    store.jobs.set(state.id, state);
    if (store.jobs.size > MAXIMUM_JOBS) store.jobs.delete(store.jobs.keys().next().value);
  },
  loss(progress) {
    if (store.progress.at(-1)?.runId !== progress.runId) store.progress = [];
    store.progress.push(progress);
    if (store.progress.length > MAXIMUM_PROGRESS) store.progress.shift();
  },
  judged(judgement) {
    store.judgements.push(judgement);
    if (store.judgements.length > MAXIMUM_JUDGEMENTS) store.judgements.shift();
  },
  dataset: (state) => store.datasets.set(state.dataset, state),
  image(image) {
    store.images.unshift(image);
    store.images.length = Math.min(store.images.length, MAXIMUM_IMAGES);
  },
  preview(preview) {
    const image = `${preview.requestId}/${preview.index}`;
    store.previews.delete(image);
    store.previews.set(image, preview);
    if (store.previews.size > MAXIMUM_PREVIEWS) store.previews.delete(store.previews.keys().next().value);
  },
};

// Many events may come at once: a page is told at most once a frame, of which kinds.
function tell(kind, value) {
  changed.add(kind);
  if (kind === "state" || kind === "image") listeners.forEach((listener) => listener.each?.(kind, value));
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const kinds = new Set(changed);
    changed.clear();
    listeners.forEach((listener) => listener.update?.(kinds));
  });
}

export function follow(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function connect(show) {
  const events = new EventSource("/api/events");
  events.onerror = () => show("lost", "connection lost, trying again");
  events.addEventListener("snapshot", ({ data }) => {
    for (const kept of Object.values(store)) Array.isArray(kept) ? (kept.length = 0) : kept.clear();
    JSON.parse(data).reverse().forEach(({ kind, value }) => kind === "state" && take.state(value)); // oldest first
    JSON.parse(data).forEach(({ kind, value }) => kind !== "state" && take[kind](value));
    show("live", "live");
    ["model", "state", "loss", "dataset", "image"].forEach((kind) => tell(kind));
  });
  events.addEventListener("change", ({ data }) => {
    const { kind, value } = JSON.parse(data);
    take[kind](value);
    tell(kind, value);
  });
}
