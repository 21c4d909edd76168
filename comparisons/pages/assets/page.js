// Switches, copying, names that light up, keys. Without it, a page still reads.
"use strict";

// === Switches ===============================================================

const labels = {
  theme: { light: "Light", dark: "Dark" },
  columns: { one: "One column", two: "Two columns" },
  keys: { on: "Keys on", off: "Keys off" },
};
const meaning = {
  theme: "Colours",
  columns: "Columns of code",
  keys: "Single-letter keys",
};

function showSettings() {
  for (const button of document.querySelectorAll("[data-switch]")) {
    const name = button.dataset.switch;
    const label = labels[name][settings.get(name)];
    button.textContent = label;
    button.title = `${meaning[name]}: press to change`;
  }
}

document.querySelector(".switches").hidden = false;
document.addEventListener("settings", showSettings);
document.querySelector(".switches").addEventListener("click", (event) => {
  const name = event.target.dataset?.switch;
  if (name) settings.turn(name);
});
showSettings();

// === Copying ================================================================

async function copy(button, name, text) {
  const label = button.firstChild;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  label.data = done ? "copied" : "not copied";
  setTimeout(() => (label.data = name), 1500);
}

// `told` says to a screen reader what it is that is copied.
function copyButton(label, told, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  const more = document.createElement("span");
  more.className = "unseen";
  more.textContent = ` ${told}`;
  button.append(label, more);
  button.addEventListener("click", () => copy(button, label, text()));
  return button;
}

const textOf = (place, side) =>
  [...place.querySelectorAll(`.half.${side}`)]
    .map((half) => half.textContent)
    .join("");

for (const columns of document.querySelectorAll(".columns")) {
  for (const side of ["keras", "torch"]) {
    const caption = columns.querySelector(`.caption.${side}`);
    const told = `${caption.textContent}, ${columns.dataset.name}`;
    caption.append(copyButton("copy", told, () => textOf(columns, side)));
  }
}
for (const place of document.querySelectorAll("[data-copy-halves]")) {
  for (const [side, title] of [["keras", "Keras"], ["torch", "PyTorch"]]) {
    const label = `copy the ${title} half`;
    place.append(copyButton(label, "the whole file", () =>
      textOf(document, side)));
  }
}
for (const block of document.querySelectorAll(".report pre, .document pre")) {
  block.classList.add("block");
  const code = block.querySelector("code");
  block.append(copyButton("copy", "this block", () => code.textContent));
}

// === Names ==================================================================

const uses = new Map();
for (const word of document.querySelectorAll(".unit .w")) {
  const name = word.textContent;
  if (!uses.has(name)) uses.set(name, []);
  uses.get(name).push(word);
}
let shown = null;
let kept = null;

function light(name) {
  if (name === shown) return;
  for (const word of uses.get(shown) ?? []) word.classList.remove("lit");
  for (const word of uses.get(name) ?? []) word.classList.add("lit");
  shown = name;
}

const nameAt = (target) => target.closest?.(".unit .w")?.textContent ?? null;

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "mouse") light(nameAt(event.target) ?? kept);
});
document.addEventListener("click", (event) => {
  const name = nameAt(event.target);
  kept = name === kept ? null : name;
  light(kept);
});

// === Keys ===================================================================

const query = document.getElementById("query");

// Headings, or sections that have one, in the order of the page.
const stops = [...document.querySelectorAll("main h2")];

function go(step) {
  const edge = document.querySelector(".bar").getBoundingClientRect();
  const line = Math.max(0, edge.bottom) + 24;
  const tops = stops.map((stop) => stop.getBoundingClientRect().top);
  const next =
    step > 0
      ? tops.findIndex((top) => top > line)
      : tops.findLastIndex((top) => top < line - 24);
  const stop = stops[next];
  if (!stop) return;
  stop.tabIndex = -1;
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "start" });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    kept = null;
    light(null);
  }
  const typing = event.target.closest?.("input, textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (settings.get("keys") === "off") return;
  if (event.key === "/") {
    event.preventDefault();
    query.focus();
  } else if (event.key === "j" || event.key === "k") {
    go(event.key === "j" ? 1 : -1);
  }
});
