// Looks through the index, which search-index.js has loaded.
"use strict";

{
  const input = document.getElementById("query");
  const box = document.getElementById("results");
  const count = document.getElementById("count");
  const list = document.getElementById("found");
  const root = document.documentElement.dataset.root;
  const most = 30;
  const flat = (text) => text.normalize("NFC").toLowerCase();
  // The first further word is a name: of a task, of a difference.
  const rows = window.searchIndex.map(([title, kind, address, more]) => ({
    title,
    kind,
    address,
    key: kind === "pair" || kind === "difference" ? more.split(" ")[0] : "",
    name: flat(title),
    all: flat(`${title} ${more}`),
  }));

  // Exact names come first, then titles that begin with the words, then
  // titles and names that have them.
  function rank(row, words) {
    const has = (text) => words.every((word) => text.includes(word));
    if (!has(row.all)) return 0;
    if (row.key && row.key === words.join("_")) return 5;
    if (row.name.startsWith(words[0]) && has(row.name)) return 4;
    if (has(`${row.name} ${row.key}`)) return 3;
    return row.kind === "section" ? 1 : 2;
  }

  function look() {
    const words = flat(input.value).split(/\s+/).filter(Boolean);
    box.hidden = !words.length;
    list.replaceChildren();
    if (!words.length) return;
    const found = rows
      .map((row) => [rank(row, words), row])
      .filter(([worth]) => worth)
      .sort(([a], [b]) => b - a);
    const shown = found.length > most ? `, the first ${most} shown` : "";
    count.textContent = `${found.length} found${shown}`;
    for (const [, row] of found.slice(0, most)) {
      const link = document.createElement("a");
      link.href = root + row.address;
      link.textContent = `${row.title} `;
      const kind = document.createElement("small");
      kind.textContent = row.kind;
      link.append(kind);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
  }

  function close() {
    box.hidden = true;
  }

  input.disabled = false;
  input.addEventListener("input", look);
  input.addEventListener("focus", look);
  input.parentElement.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      input.blur();
    } else if (event.key === "Enter" && at < 0) {
      links[0]?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)]?.focus();
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      (at > 0 ? links[at - 1] : input).focus();
    }
  });
  list.addEventListener("click", close);
  document.addEventListener("click", (event) => {
    if (!input.parentElement.contains(event.target)) close();
  });
}
