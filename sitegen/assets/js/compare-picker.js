// A search among all groups and runs. What can be chosen is loaded when a reader first turns to the search.
(() => {
  "use strict";

  const { element } = wattboard.compare;
  const MOST_SHOWN = 20;
  const FOLDER = `${wattboard.root}compare/`;

  /** @typedef {{title: string, address: string, above: string, haystack: string}} Found */

  /** @typedef {[title: string, leaf: number, address: string]} Run */

  /** @type {Promise<Found[]> | undefined} */
  let choices;
  function load() {
    choices ??= wattboard.data(`${FOLDER}choices.js`).then(listed);
    choices.catch(() => (choices = undefined));
    return choices;
  }

  /** @param {{groups: [string, string, string[]][], runs: Run[], shards?: string[]}} data */
  async function listed({ groups, runs, shards = [] }) {
    const found = groups.map(([title, address, above]) => choice(title, address, above));
    /** @type {Run[][]} */
    const parts = await Promise.all(shards.map((name) => wattboard.data(`${FOLDER}choices-${name}.js`)));
    for (const [title, leaf, address] of [runs, ...parts].flat()) {
      const of = groups[leaf];
      found.push(choice(title, address, of ? [...of[2], of[0]] : []));
    }
    return found;
  }

  /** @param {string} title @param {string} address @param {string[]} above @returns {Found} */
  function choice(title, address, above) {
    const path = above.join(" › ");
    return { title, address, above: path, haystack: `${path} ${title} ${address}`.toLowerCase() };
  }

  /** @param {Found} found @param {(address: string) => void} add */
  function offer({ title, address, above }, add) {
    const button = element(
      "button",
      { type: "button", className: "wb-choice" },
      element("span", {}, title),
      element("span", { className: "wb-words" }, above),
    );
    button.addEventListener("click", () => add(address));
    return element("li", {}, button);
  }

  /** @param {(address: string) => void} add */
  function picker(add) {
    const input = element("input", { type: "search", id: "wb-picker", autocomplete: "off", placeholder: "Name of a group, run or folder" });
    const status = element("p", { className: "wb-legend-text", role: "status" });
    const list = element("ul", { className: "wb-list wb-choices" });
    const search = async () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      status.textContent ||= "Loading what can be chosen …";
      const found = await load();
      const hits = found.filter(({ haystack }) => words.every((/** @type {string} */ word) => haystack.includes(word)));
      list.replaceChildren(...hits.slice(0, MOST_SHOWN).map((hit) => offer(hit, add)));
      const more = hits.length > MOST_SHOWN ? `, the first ${MOST_SHOWN} are shown: type more to find others` : "";
      status.textContent = `${hits.length} found${more}.`;
    };
    const failed = () => (status.textContent = "What can be chosen cannot be loaded.");
    input.addEventListener("input", () => search().catch(failed));
    input.addEventListener("focus", () => search().catch(failed), { once: true });
    return element(
      "div",
      { className: "wb-picker", role: "search", "aria-label": "Groups and runs to compare" },
      element("label", { htmlFor: "wb-picker" }, "Add a group or a run"),
      input,
      status,
      list,
    );
  }

  Object.assign(wattboard.compare, { picker });
})();
