// What the list of all runs can be narrowed by. The address holds it: runs/?hardware=TITAN+V&package=numpy
(() => {
  "use strict";

  const { fromAddress, toAddress, button } = wattboardTables;

  const LABELS = {
    group: "Part of",
    hardware: "Hardware",
    region: "Region",
    provenance: "How measured",
    date: "Date",
  };

  /**
   * @typedef {{name: string, values: () => string[][], chosen: string, show: () => void}} Facet
   *   A row passes where the chosen value is among its values.
   */

  /** What an item is found by, the broader first. @param {string} facet @param {string} item */
  function levels(facet, item) {
    if (facet === "date") return [item.slice(0, 4), item.slice(0, 7)];
    if (facet === "hardware") return [item.replace(/^\d+ × /, "")];
    if (facet !== "group") return [item];
    const titles = item.split(" › ");
    return titles.map((_, i) => titles.slice(0, i + 1).join(" › "));
  }

  /** @param {TableModel} model */
  const everyRow = (model) => Array.from({ length: model.rows.n }, (_, row) => row);

  /** Each row's values. @param {TableModel} model @param {string} facet */
  function valuesOf(model, facet) {
    const columns = model.columns.filter(({ head }) => head.dataset.facet === facet);
    return everyRow(model).map((row) => [
      ...new Set(
        columns.flatMap(({ at }) => model.rows.items(row, at).flatMap((item) => levels(facet, item))),
      ),
    ]);
  }

  /** @param {string} text @param {HTMLElement} control */
  function labelled(text, control) {
    const label = document.createElement("label");
    const name = document.createElement("span");
    name.textContent = text;
    label.append(name, control);
    control.ariaLabel = text; // the label's own words would take in all options
    return label;
  }

  /** How many of some rows have each value. @param {string[][]} values @param {number[]} rows */
  function counts(values, rows) {
    /** @type {Map<string, number>} */
    const found = new Map();
    for (const row of rows) {
      for (const value of values[row]) found.set(value, (found.get(value) ?? 0) + 1);
    }
    return found;
  }

  /**
   * @param {TableModel} model @param {string} name @param {[string, number][] | null} counted While not all rows are at
   *   hand, what they have @param {(facet: Facet) => number[]} others @param {() => void} changed
   */
  function selectFacet(model, name, counted, others, changed) {
    const select = document.createElement("select");
    /** @type {string[][] | null} */
    let read = null;
    const values = () => (read ??= valuesOf(model, name));
    const known = new Set(counted ? counted.map(([value]) => value) : values().flat());
    const collator = new Intl.Collator(undefined, { numeric: true });
    /** @type {Facet} */
    const facet = { name, values, chosen: fromAddress(name)[0] ?? "", show };
    if (facet.chosen) known.add(facet.chosen);
    select.append(new Option("Any", ""));
    for (const value of [...known].sort(collator.compare)) select.append(new Option(value, value));
    select.addEventListener("change", () => {
      facet.chosen = select.value;
      toAddress(name, facet.chosen ? [facet.chosen] : []);
      changed();
    });

    function show() {
      const found = model.isWhole ? counts(values(), others(facet)) : new Map(counted);
      for (const option of select.options) {
        if (option.value) option.textContent = `${option.value} (${found.get(option.value) ?? 0})`;
      }
      select.value = facet.chosen;
    }

    return { facet, control: labelled(LABELS[/** @type {keyof LABELS} */ (name)], select) };
  }

  /** @typedef {Record<string, Record<string, number[]>>} PackageIndex */

  /** The rows that have a package: "numpy", or "numpy==2.1.0". @param {PackageIndex} index @param {string} text */
  function rowsWith(index, text) {
    const [wanted, version] = text.split("==").map((part) => part.trim().toLowerCase());
    const names = Object.keys(index).filter((name) => name.toLowerCase() === wanted);
    return names.flatMap((name) =>
      Object.entries(index[name]).flatMap(([has, rows]) =>
        version === undefined || has.toLowerCase() === version ? rows : [],
      ),
    );
  }

  /** @typedef {{names: string[], shards: string[]}} PackageNames */

  /** The same where the index lies in shards, whose rows are ranges that count from the shard's first.
   * @param {TableView} view @param {string} url @param {PackageNames} head @param {string} text */
  async function rowsOfShardsWith(view, url, { shards }, text) {
    const load = (/** @type {string} */ name) => wattboard.data(new URL(`packages-${name}.js`, url).href);
    const [, ...indexes] = await Promise.all([view.whole(), ...shards.map(load)]);
    /** @type {number[]} */
    const rows = [];
    let start = 0;
    indexes.forEach((index, i) => {
      const ranges = rowsWith(index, text);
      for (let k = 0; k < ranges.length; k += 2) {
        for (let row = 0; row < ranges[k + 1]; row++) rows.push(start + ranges[k] + row);
      }
      start += view.model.shardRows?.[i] ?? 0;
    });
    return rows;
  }

  /** @param {TableView} view @param {string} url @param {() => void} changed */
  function packageFacet(view, url, changed) {
    const input = document.createElement("input");
    input.placeholder = "Any";
    input.autocomplete = "off";
    const list = document.createElement("datalist");
    list.id = "wb-packages";
    input.setAttribute("list", list.id);
    const facet = { chosen: fromAddress("package")[0] ?? "", rows: /** @type {Set<number> | null} */ (null), clear };
    input.value = facet.chosen;

    const inShards = "rows" in view.model.table.dataset;
    /** @type {Promise<any> | null} */
    let index = null;
    /** The index, or where it lies in shards what they are called. */
    function load() {
      index ??= wattboard.data(url).then((loaded) => {
        const names = inShards ? loaded.names : Object.keys(loaded);
        list.append(...names.map((/** @type {string} */ name) => new Option(name)));
        return loaded;
      });
      return index;
    }

    /** @param {string} text */
    async function found(text) {
      const loaded = await load();
      return new Set(inShards ? await rowsOfShardsWith(view, url, loaded, text) : rowsWith(loaded, text));
    }

    async function choose() {
      const text = input.value.trim();
      facet.chosen = text;
      toAddress("package", text ? [text] : []);
      const rows = text ? await found(text) : null;
      if (facet.chosen !== text) return;
      facet.rows = rows;
      changed();
    }

    function clear() {
      input.value = "";
      facet.chosen = "";
      facet.rows = null;
      toAddress("package", []);
    }

    input.addEventListener("focus", load, { once: true });
    input.addEventListener("change", choose);
    if (facet.chosen) choose();
    const control = labelled("Package", input);
    control.append(list);
    return { facet, control };
  }

  /** @param {HTMLElement} place @param {TableView} view @param {RowIndex["facets"] | null} counted */
  function addFacets(place, view, counted) {
    /** @type {Facet[]} */
    const facets = [];
    const packages = packageFacet(view, new URL(place.dataset.packages ?? "", location.href).href, update);

    /** @param {number} row @param {Facet} [besides] */
    function passes(row, besides) {
      return (
        (packages.facet.rows?.has(row) ?? true) &&
        facets.every((f) => f === besides || !f.chosen || f.values()[row].includes(f.chosen))
      );
    }

    const clear = button("Clear", () => {
      for (const facet of facets) {
        facet.chosen = "";
        toAddress(facet.name, []);
      }
      packages.facet.clear();
      update();
      place.querySelector("select")?.focus();
    });

    function update() {
      const isNarrowed = Boolean(packages.facet.rows) || facets.some(({ chosen }) => chosen);
      view.change({ allowed: isNarrowed ? (row) => passes(row) : null });
      showCounts();
      clear.hidden = !packages.facet.chosen && facets.every(({ chosen }) => !chosen);
    }

    function showCounts() {
      for (const facet of facets) facet.show();
    }

    for (const name of Object.keys(LABELS)) {
      const made = selectFacet(
        view.model,
        name,
        counted && counted[name],
        (facet) => everyRow(view.model).filter((row) => passes(row, facet)),
        update,
      );
      facets.push(made.facet);
      place.append(made.control);
    }
    place.append(packages.control, clear);
    const { page } = view.choice;
    update();
    view.change({ page });
    if (view.model.isWhole) return;
    // Once all rows are there, each choice is counted among those that the others leave.
    let isCounted = false;
    view.listeners.push(() => {
      if (isCounted || !view.model.isWhole) return;
      isCounted = true;
      showCounts();
    });
  }

  wattboard.ready(() => {
    const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-facets]"));
    const table = /** @type {HTMLTableElement | null} */ (document.querySelector(".wb-table[data-sortable]"));
    const view = table && wattboardTables.views.get(table);
    if (!place || !view || place.childElementCount) return;
    if (view.model.isWhole) addFacets(place, view, null);
    else wattboardTables.rowIndex(view.model.table).then(({ facets }) => place.childElementCount || addFacets(place, view, facets), () => {});
  });
})();
