// Which page is shown; what a page shows is in pages/.

import { connect, follow } from "./store.js";
import { el } from "./dom.js";
import { ask } from "./pages/ask.js";
import { data } from "./pages/data.js";
import { letters } from "./pages/letters.js";
import { models } from "./pages/models.js";
import { overview } from "./pages/overview.js";
import { request } from "./pages/request.js";
import { requests } from "./pages/requests.js";
import { run } from "./pages/run.js";
import { runs } from "./pages/runs.js";
import { topics } from "./pages/topics.js";

// Each makes { content, update?(kinds), each?(kind, value), close? } of what stands behind its name.
const PAGES = { "": overview, requests, request, runs, run, models, data, letters, topics, ask };

// An address may have been typed.
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

let shown;
let forget = () => {};

function show() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  const page = PAGES[name];
  forget();
  shown?.close?.();
  const root = document.getElementById("page");
  if (!page) {
    shown = undefined;
    root.replaceChildren(el("p", { class: "empty" }, "There is no such page."));
    return;
  }
  shown = page(...rest);
  root.replaceChildren(...[shown.content].flat());
  forget = follow(shown);
  shown.shown?.();
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.getAttribute("href") === `#/${name}` || (name === "request" && link.hash === "#/requests") || (name === "run" && link.hash === "#/runs");
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  document.title = name ? `${name} – Langevin` : "Langevin";
}

window.addEventListener("hashchange", () => {
  document.getElementById("detail").close();
  show();
  document.getElementById("page").focus();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the part of the address behind # names the page
  document.getElementById("page").focus();
});
show();
connect((state, text) => {
  const connection = document.getElementById("connection");
  connection.dataset.state = state;
  connection.textContent = text;
});
