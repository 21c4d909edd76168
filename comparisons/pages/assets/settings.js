// What a reader chose, on any page: runs before the page is drawn.
"use strict";

const settings = {
  // The first of each is what holds until something else is chosen.
  choices: {
    theme: () =>
      matchMedia("(prefers-color-scheme: dark)").matches
        ? ["dark", "light"]
        : ["light", "dark"],
    columns: () =>
      matchMedia("(max-width: 60rem)").matches
        ? ["one", "two"]
        : ["two", "one"],
    keys: () => ["on", "off"],
  },

  // Storage can be forbidden; then a choice holds for one page.
  chosen: {},

  get(name) {
    let value = this.chosen[name];
    try {
      value ??= localStorage.getItem(`pairs-${name}`);
    } catch {}
    const known = this.choices[name]();
    return known.includes(value) ? value : known[0];
  },

  set(name, value) {
    this.chosen[name] = value;
    try {
      localStorage.setItem(`pairs-${name}`, value);
    } catch {}
    this.apply();
  },

  turn(name) {
    const now = this.get(name);
    this.set(name, this.choices[name]().find((value) => value !== now));
  },

  apply() {
    for (const name of Object.keys(this.choices)) {
      document.documentElement.dataset[name] = this.get(name);
    }
    document.dispatchEvent(new Event("settings"));
  },
};

settings.apply();
for (const query of ["(prefers-color-scheme: dark)", "(max-width: 60rem)"]) {
  matchMedia(query).addEventListener("change", () => settings.apply());
}
