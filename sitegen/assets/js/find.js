// Search over more runs than the site's own search holds: see sitegen/run_index.py for the files. In the theme's search
// box the runs stand below the site's own results; the page of all runs has a box of its own, under any theme.
(() => {
  "use strict";

  const FOLDER = `${wattboard.root}search/runs/`;
  const MOST_SHOWN = 50;
  const MOST_WORD_CHARS = 40;
  const LEAST_PREFIX_CHARS = 2;
  const PAUSE_MS = 120;
  /** What a match is worth: in the name before in what it is about, a whole word before a beginning. */
  const WORTH = { named: 3, about: 1, whole: 1 };

  /** @typedef {{runs: number, block: number, shards: string[]}} Index */
  /** @typedef {[word: string, named: number[], about: number[]]} Entry */
  /** @typedef {[address: string, title: string, path: string, about: string]} Run */
  /** @typedef {{total: number, runs: Run[]}} Found */

  /** @param {string} text */
  const words = (text) =>
    (text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
      [...word].slice(0, MOST_WORD_CHARS).join(""),
    );

  /**
   * The entries of all words that begin with a prefix, or are the word.
   * @param {Index} index
   * @param {string} word
   * @param {boolean} isPrefix
   * @returns {Promise<Entry[]>}
   */
  async function entries({ shards }, word, isPrefix) {
    const after = shards.findIndex((first) => first >= word);
    const start = Math.max(0, (after < 0 ? shards.length : after) - 1);
    const numbers = [];
    for (let i = start; i < shards.length; i++) {
      if (i === start || shards[i] <= word || (isPrefix && shards[i].startsWith(word))) numbers.push(i);
    }
    const loaded = await Promise.all(numbers.map((i) => wattboard.data(`${FOLDER}terms-${i}.js`)));
    return loaded.flat().filter(([of]) => (isPrefix ? of.startsWith(word) : of === word));
  }

  /**
   * What each run is worth as a match for a word, 0 for none.
   * @param {Index} index
   * @param {string} word
   * @param {boolean} isPrefix
   */
  async function worth(index, word, isPrefix) {
    const values = new Uint8Array(index.runs);
    for (const [of, named, about] of await entries(index, word, isPrefix)) {
      const whole = of === word ? WORTH.whole : 0;
      for (const [ranges, value] of /** @type {[number[], number][]} */ ([
        [about, WORTH.about + whole],
        [named, WORTH.named + whole],
      ])) {
        let at = 0;
        for (let i = 0; i < ranges.length; i += 2) {
          at += ranges[i];
          for (const end = at + ranges[i + 1]; at < end; at++) values[at] = Math.max(values[at], value);
        }
      }
    }
    return values;
  }

  /**
   * The runs that have all words, the last of which may be the beginning of one; best first.
   * @param {string} query
   * @returns {Promise<Found>}
   */
  async function find(query) {
    const asked = words(query);
    if (!asked.length) return { total: 0, runs: [] };
    /** @type {Index} */
    const index = await wattboard.data(`${FOLDER}index.js`);
    const values = await Promise.all(
      asked.map((word, i) =>
        worth(index, word, i === asked.length - 1 && word.length >= LEAST_PREFIX_CHARS),
      ),
    );
    /** @type {number[][]} */
    const byWorth = [];
    let total = 0;
    for (let run = 0; run < index.runs; run++) {
      if (!values.every((of) => of[run])) continue;
      const sum = values.reduce((all, of) => all + of[run], 0);
      (byWorth[sum] ??= []).push(run);
      total += 1;
    }
    const best = byWorth.reverse().flat().slice(0, MOST_SHOWN);
    const runs = await Promise.all(
      best.map(async (run) => {
        const block = Math.floor(run / index.block);
        return (await wattboard.data(`${FOLDER}runs-${block}.js`))[run % index.block];
      }),
    );
    return { total, runs };
  }

  /** The link to a run's page, and what it is found by. @param {Run} run */
  function described([address, title, path, about]) {
    const link = document.createElement("a");
    const page = location.protocol === "file:" && address.endsWith("/") ? "index.html" : "";
    link.href = wattboard.root + address + page;
    link.textContent = title;
    return { link, detail: [path, about].filter(Boolean).join(" · ") };
  }

  /** @param {Run} run */
  function item(run) {
    const { link, detail } = described(run);
    const li = document.createElement("li");
    const span = document.createElement("span");
    span.textContent = detail;
    li.append(link, span);
    return li;
  }

  /** @param {Found} found */
  function inWords({ total, runs }) {
    if (total === 0) return "No run found";
    if (total > runs.length) return `The first ${runs.length} of ${total.toLocaleString("en")} runs`;
    return total === 1 ? "1 run" : `${total} runs`;
  }

  /** Where runs are shown: a line that screen readers are told of, and a list. Hidden until there is a search. */
  function resultsBox() {
    const element = document.createElement("div");
    const said = document.createElement("p");
    const list = document.createElement("ul");
    element.className = "wb wb-found";
    element.hidden = true;
    said.setAttribute("role", "status");
    list.className = "wb-list";
    element.append(said, list);
    return {
      element,
      /** @param {Found | null} found */
      show(found) {
        element.hidden = !found;
        said.textContent = found ? inWords(found) : "";
        list.replaceChildren(...(found?.runs ?? []).map(item));
        list.hidden = !found?.runs.length;
      },
    };
  }

  /**
   * Show what is found of what stands in a field.
   * @param {HTMLInputElement} input
   * @param {(found: Found | null) => void} show Is given null where nothing is searched for.
   */
  function connect(input, show) {
    let timer = 0;
    const search = async () => {
      const query = input.value;
      const found = query.trim() ? await find(query).catch(() => null) : null;
      if (query === input.value) show(found);
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(search, PAUSE_MS);
    });
    if (input.value) search();
  }

  /** What the theme "wattboard" asks for: see its search.js. @typedef {{query: string, results: HTMLElement}} Asked */
  /** @type {Asked | null} */
  let latest = null;

  /** @param {Run} run */
  function article(run) {
    const { link, detail } = described(run);
    const element = document.createElement("article");
    const heading = document.createElement("h3");
    const line = document.createElement("p");
    heading.append(link);
    line.textContent = detail;
    element.append(heading, line);
    return element;
  }

  /** Runs in the theme's search box, below the pages that it finds; from disk it finds runs alone. */
  async function answer(/** @type {Event} */ event) {
    const asked = /** @type {CustomEvent<Asked>} */ (event).detail;
    latest = asked;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (latest !== asked || !asked.query) return;
    const found = await find(asked.query).catch(() => null);
    if (!found || latest !== asked || (!found.total && location.protocol !== "file:")) return;
    const said = document.createElement("p");
    said.textContent = inWords(found);
    asked.results.replaceChildren(said, ...found.runs.map(article));
  }

  document.addEventListener("wattboard:search", answer);
  // From disk the site's own search does not work, and its box is hidden.
  if (location.protocol === "file:") document.dispatchEvent(new Event("wattboard:searchable"));

  /** The page of all runs has a place for a box. */
  function addBox() {
    const place = document.querySelector(".wb-find:empty");
    if (!place) return;
    const label = document.createElement("label");
    const input = document.createElement("input");
    const box = resultsBox();
    label.textContent = "Find runs by path, hardware, region or date";
    input.type = "search";
    input.autocomplete = "off";
    input.spellcheck = false;
    label.append(input);
    place.append(label, box.element);
    connect(input, box.show);
  }

  wattboard.ready(addBox);
})();
