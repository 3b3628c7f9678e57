// Elements, and how ids, moments and numbers are shown.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const short = (id) => id.slice(0, 12);

export function moment(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return el("time", { datetime: iso, title: at.toLocaleString() }, today ? at.toLocaleTimeString() : at.toLocaleString());
}

export const stage = (name) => el("span", { class: "stage", "data-stage": name }, name.toLowerCase());

export const number = (value, digits = 2) =>
  value === null || value === undefined ? "–" : typeof value === "string" ? value : value.toLocaleString(undefined, { maximumFractionDigits: digits });

export function button(text, action, attributes = {}) {
  return el("button", { type: "button", onclick: action, ...attributes }, text);
}

export const tableRow = (heads, cells, attributes = {}) =>
  el("tr", attributes, cells.map((cell, i) => el("td", { "data-head": heads[i] }, cell ?? "")));

// Rows are arrays of cells.
export function table(caption, heads, rows, attributes = {}) {
  return el(
    "table",
    attributes,
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows.map((cells) => tableRow(heads, cells))),
  );
}

// Names and values, side by side.
export function facts(entries) {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el("dl", {}, shown.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

export const section = (title, ...children) => el("section", { "aria-label": title }, el("h2", {}, title), children);

export const empty = (text) => el("p", { class: "empty" }, text);

export function detail(...children) {
  const dialog = document.getElementById("detail");
  document.getElementById("detail-content").replaceChildren(...children.flat());
  if (!dialog.open) dialog.showModal();
}
