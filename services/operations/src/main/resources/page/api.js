// What the HTTP API answers; docs/contract/http.md lists it.

import { el } from "./dom.js";

export async function get(path) {
  const response = await fetch(path);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  return body;
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const result = await response.json();
  if (!response.ok) throw new Error(result.detail);
  return result;
}

const SAID_FOR = 10000; // what went wrong stays until it is closed
let forgetting;

let closed = ""; // what somebody has read is not said again until something else is

export function say(text, bad = false) {
  const answer = document.getElementById("answer");
  if (bad && (text === closed || answer.dataset.said === text)) return;
  closed = "";
  answer.dataset.said = text;
  clearTimeout(forgetting);
  if (!bad) forgetting = setTimeout(forget, SAID_FOR);
  answer.dataset.bad = String(bad);
  const close = () => {
    closed = bad ? text : "";
    forget();
  };
  answer.replaceChildren(bad ? `Not done: ${text}` : text, el("button", { type: "button", "aria-label": "Close", onclick: close }, "×"));
}

function forget() {
  const answer = document.getElementById("answer");
  answer.replaceChildren();
  answer.dataset.said = "";
}

// Publishes an event and says what came of it; undefined where it was refused.
export async function publish(path, body) {
  try {
    const result = await post(path, body);
    say(result.id ? `published ${result.id}` : "done");
    return result;
  } catch (error) {
    say(error.message, true);
    return undefined;
  }
}
