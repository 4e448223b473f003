// The rows of a long table, which lie in shards beside its page: see sitegen/pages/row_shards.py. They are loaded when a
// reader asks for more than the first rows, and a row becomes a part of the page when it is looked at.
(() => {
  "use strict";

  const AT_ONCE = 6;
  const LONG_NAME = 20;
  const MARKS = /** @type {Record<string, string>} */ ({ estimated: "≈", partial: "◐" });

  /** @typedef {{words: string[], links: [string, string][], rows: any[][]}} Shard */
  /** @typedef {{row: any[], shard: Shard}} Placed */

  /** What of a row stands before its cells: path, page, note. */
  const BEFORE_CELLS = 3;

  /** @param {HTMLTableElement} table @returns {Promise<RowIndex>} */
  const rowIndex = (table) => wattboard.data(table.dataset.rows ?? "");

  /** As `TitleRule` in sitegen/titles.py. @param {string} path @param {[number, number, number]} rule */
  function shortTitle(path, [head, tail, ending]) {
    const parts = path.split("/");
    const tokens = parts.slice(head, parts.length - tail).join("/").split(/(?=[_-])/);
    return tokens.slice(0, tokens.length - ending).join("");
  }

  /** The address of a row's page, null where it has none. @param {any[]} row @returns {string | null} */
  const addressOf = ([path, page]) => (page === 1 ? `runs/${path}/` : page || null);

  /** @param {string} tag @param {string} text @param {string} [css] */
  function element(tag, text, css) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  }

  /** A name that, if long, may be broken behind its slashes and underscores. @param {string} name */
  function breakable(name) {
    if ([...name].length <= LONG_NAME) return [name];
    return name.split(/([/_])/).flatMap((part) => (/^[/_]$/.test(part) ? [part, document.createElement("wbr")] : [part]));
  }

  /** @param {string | null} address "" is the front page's. @param {(Node | string)[]} content */
  function link(address, content) {
    const made = document.createElement(address === null ? "span" : "a");
    if (address !== null) /** @type {HTMLAnchorElement} */ (made).href = wattboard.basket.page(address);
    made.append(...content);
    return made;
  }

  /** @param {string} kind */
  function mark(kind) {
    const made = element("i", MARKS[kind]);
    made.role = "img";
    made.ariaLabel = kind;
    return made;
  }

  /** @param {string} words */
  function absent(words) {
    const cell = element("td", "", "wb-absent");
    const dash = element("span", "—");
    dash.ariaHidden = "true";
    cell.append(dash, element("span", words, "wb-sr"));
    return cell;
  }

  /** The rows of all shards as a table's rows. @param {TableModel} model @param {RowIndex} index @param {Shard[]} shards @returns {TableRows} */
  function rowsOfShards(model, index, shards) {
    const { columns, title: rule } = index;
    const placed = sorted(index, shards.flatMap((shard) => shard.rows.map((row) => ({ row, shard }))));
    const cell = (/** @type {number} */ row, /** @type {number} */ at) => placed[row].row[at - 1 + BEFORE_CELLS];
    const value = (/** @type {number} */ row, /** @type {number} */ at) => {
      const found = cell(row, at);
      return Array.isArray(found) ? found[0] : found;
    };
    const titleOf = (/** @type {number} */ row) => shortTitle(placed[row].row[0], rule);
    const noteOf = (/** @type {number} */ row) => {
      const { row: [, , note], shard } = placed[row];
      return note === null ? "" : shard.words[note];
    };

    /** @type {TableRows["items"]} */
    function items(row, at) {
      const found = cell(row, at);
      if (found === null) return [];
      const { kind } = columns[at - 1];
      const { words, links } = placed[row].shard;
      if (kind === "date") return [new Date(found * 1000).toISOString().slice(0, 10)];
      if (kind === "links") return found.map((/** @type {number} */ i) => links[i][0]);
      return [found].flat().map((/** @type {number} */ i) => words[i]);
    }

    /** @type {TableRows["value"]} */
    function shownValue(row, at) {
      const found = value(row, at);
      const { kind, factor = 1 } = columns[at - 1];
      return found === null || (kind !== "number" && kind !== "date") ? "" : String(found * factor);
    }

    /** @param {number} row @param {TableColumn} column */
    function td(row, column) {
      const of = columns[column.at - 1];
      const found = cell(row, column.at);
      if (found === null) {
        const made = absent(of.absent);
        if (of.kind !== "number") made.className = "wb-text wb-absent";
        return made;
      }
      const made = document.createElement("td");
      const inFull = shownValue(row, column.at);
      if (inFull) made.dataset.v = inFull;
      if (of.kind === "number") {
        const kind = Array.isArray(found) ? found[1] : "";
        const text = wattboard.numbers.number(value(row, column.at) * (of.factor ?? 1), of.digits);
        if (kind) made.append(mark(kind));
        if (value(row, column.at) === of.best) made.append(element("b", text), element("span", " best", "wb-sr"));
        else made.append(text);
        return made;
      }
      const texts = items(row, column.at);
      if (of.kind === "date") {
        made.append(...texts);
        return made;
      }
      made.className = "wb-text";
      if (of.kind === "links") {
        made.append(...found.map((/** @type {number} */ i) => link(placed[row].shard.links[i][1], [placed[row].shard.links[i][0]])));
      } else if (of.kind === "mark") {
        if (MARKS[texts[0]]) made.append(mark(texts[0]));
        made.append(texts[0]);
      } else if (Array.isArray(found)) made.append(...texts.map((text) => element("span", text)));
      else made.append(...texts);
      return made;
    }

    /** @type {TableRows["element"]} */
    function rowElement(row) {
      const made = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      const title = titleOf(row);
      const path = placed[row].row[0];
      const named = link(addressOf(placed[row].row), breakable(title));
      if (index.names_paths && path !== title) named.title = path;
      head.append(named);
      const note = noteOf(row);
      if (note) head.append(" ", element("span", note, "wb-row-note"));
      made.append(head, ...model.columns.slice(1).map((column) => td(row, column)));
      return made;
    }

    return {
      n: placed.length,
      element: rowElement,
      title: (row) => (index.names_paths ? placed[row].row[0] : titleOf(row)),
      path: (row) => (index.names_paths ? placed[row].row[0] : addressOf(placed[row].row) || placed[row].row[0]),
      isAbsent: (row, at) => at > 0 && cell(row, at) === null,
      value: shownValue,
      spread: () => "",
      mark(row, at) {
        const found = cell(row, at);
        return Array.isArray(found) && columns[at - 1].kind === "number" ? found[1] : "";
      },
      text(row, at) {
        if (at === 0) return [titleOf(row), noteOf(row)].filter(Boolean).join(" ");
        if (columns[at - 1].kind === "number") return shownValue(row, at);
        return items(row, at).join("");
      },
      items,
    };
  }

  /** In the page's order: shards keep theirs whatever a figure becomes. @param {RowIndex} index @param {Placed[]} placed */
  function sorted({ order }, placed) {
    if (!order) return placed;
    const at = BEFORE_CELLS + order.at;
    const key = (/** @type {Placed} */ { row }) => (Array.isArray(row[at]) ? row[at][0] : row[at]);
    const having = placed.filter((item) => key(item) !== null);
    const rest = placed.filter((item) => key(item) === null);
    return [...having.sort((a, b) => order.sign * (key(a) - key(b))), ...rest];
  }

  /** @type {WattboardTables["loadRows"]} */
  async function loadRows(model, progress) {
    const index = await rowIndex(model.table);
    const base = new URL(model.table.dataset.rows ?? "", location.href);
    /** @type {Shard[]} */
    const shards = [];
    let next = 0;
    let rows = 0;
    const work = async () => {
      while (next < index.shards.length) {
        const i = next++;
        shards[i] = await wattboard.data(new URL(`rows-${index.shards[i]}.js`, base).href);
        rows += shards[i].rows.length;
        progress(rows / index.n);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    model.rows = rowsOfShards(model, index, shards);
    model.isWhole = true;
    model.shardRows = shards.map(({ rows: own }) => own.length);
  }

  Object.assign(wattboardTables, { rowIndex, loadRows });
})();
