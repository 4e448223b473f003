// The page that compares: reads the choice from the address, loads it, fills the page, and keeps the address in step.
(() => {
  "use strict";

  const { element } = wattboard.compare;

  /** @typedef {{data: ItemData | null, address: string}} Loaded */

  /** @param {string} address @returns {Promise<Loaded>} */
  async function loaded(address) {
    try {
      return { address, data: await wattboard.compare.load(address) };
    } catch {
      return { address, data: null };
    }
  }

  /**
   * With titles that tell them apart: where two are called the same, with the groups that they lie in.
   * @param {ItemData[]} items @returns {ItemData[]}
   */
  function toldApart(items) {
    return items.map((item) => {
      const namesakes = items.filter((other) => other !== item && other.title === item.title);
      const path = (/** @type {ItemData} */ of, /** @type {number} */ depth) =>
        [...of.above.slice(of.above.length - Math.min(depth, of.above.length)), of.title].join(" › ");
      let depth = 0;
      while (depth < item.above.length && namesakes.some((other) => path(other, depth) === path(item, depth))) depth++;
      return { ...item, title: path(item, depth), name: item.title };
    });
  }

  /** Words on what of the address could not be followed. @param {string[]} refused @param {number} tooMany */
  function complaints(refused, tooMany) {
    const said = refused.map((text) => `“${text}” is no address of this leaderboard and was left out.`);
    if (tooMany) said.push(`${wattboard.basket.most} can be compared at once: ${tooMany} more were left out.`);
    return said;
  }

  /** @param {(string | Node)[]} lines */
  function notes(lines) {
    if (!lines.length) return [];
    return [
      element(
        "div",
        { className: "wb-notes", role: "note" },
        element("strong", {}, "Please note"),
        element("ul", {}, ...lines.map((line) => element("li", {}, line))),
      ),
    ];
  }

  class Page {
    /** @param {Element} root */
    constructor(root) {
      const { state, chooses, refused, tooMany } = wattboard.compare.read(location.search);
      this.state = state;
      this.complaints = complaints(refused, tooMany);
      this.result = /** @type {Element} */ (root.querySelector("[data-result]"));
      this.status = /** @type {Element} */ (root.querySelector("[data-status]"));
      const place = /** @type {Element} */ (root.querySelector("[data-picker]"));
      this.picker = wattboard.compare.picker((address) => this.add(address));
      place.replaceChildren(this.picker);
      this.drawing = 0;
      if (!chooses) this.takeChosen();
    }

    /** From the site's menu a reader comes without a choice in the address: what was ticked is meant. */
    takeChosen() {
      const addresses = wattboard.basket.chosen().map(({ address }) => address);
      if (!addresses.length) return;
      this.state = { ...this.state, addresses };
      this.write();
    }

    /** @param {string} address */
    add(address) {
      const { addresses } = this.state;
      if (addresses.includes(address)) {
        this.status.textContent = "That is in the comparison already.";
      } else if (addresses.length >= wattboard.basket.most) {
        this.status.textContent = `At most ${wattboard.basket.most} can be compared: remove one first.`;
      } else {
        this.change({ addresses: [...addresses, address] });
      }
    }

    /** @param {Partial<CompareState>} next */
    change(next) {
      const before = this.state;
      this.state = { ...before, ...next };
      if (next.addresses) {
        const reference = next.addresses.indexOf(before.addresses[before.reference]);
        this.state.reference = Math.max(0, reference);
        this.complaints = [];
        this.forgetRemoved();
      }
      this.write();
      if (next.addresses || next.reference !== undefined) this.draw(next.reference === undefined ? "" : "#wb-reference");
    }

    forgetRemoved() {
      const { chosen, set } = wattboard.basket;
      set(chosen().filter(({ address }) => this.state.addresses.includes(address)));
    }

    write() {
      try {
        history.replaceState(history.state, "", location.pathname + wattboard.compare.written(this.state));
      } catch {
        // Some browsers keep the addresses of files as they are.
      }
    }

    /** @param {string} focus What to give the focus to that its element lost. */
    async draw(focus = "") {
      const turn = ++this.drawing;
      const [rules, all] = await Promise.all([
        wattboard.data(`${wattboard.root}compare/data.js`),
        Promise.all(this.state.addresses.map(loaded)),
      ]);
      if (turn !== this.drawing) return;
      this.result.replaceChildren(...this.parts(rules, all));
      const items = shown(all);
      // Addresses that lead nowhere are no reason to forget what was ticked.
      if (items.length) wattboard.basket.set(items.map(({ address, title }) => ({ address, title })));
      this.status.textContent = items.length ? `${items.length} compared: ${items.map(({ title }) => title).join(", ")}` : "";
      if (focus) /** @type {HTMLElement | null} */ (this.result.querySelector(focus))?.focus();
    }

    /** @param {CompareRules} rules @param {Loaded[]} all @returns {Node[]} */
    parts(rules, all) {
      const items = shown(all);
      const missing = all.filter(({ data }) => !data).map(({ address }) => this.missing(address));
      const context = this.context(items, rules);
      const warned = notes([...this.complaints, ...missing, ...wattboard.compare.notes(items, context.rows)]);
      if (!items.length) return warned;
      const { figures, differences, tests, facts, charts } = wattboard.compare;
      const apart = items.length > 1 ? [differences(context), tests(context)] : [alone()];
      return [...warned, figures(context), ...apart, facts(context), charts(context)];
    }

    /** @param {string} address */
    missing(address) {
      const remove = element("button", { type: "button", className: "wb-button" }, "Remove");
      remove.addEventListener("click", () => {
        this.change({ addresses: this.state.addresses.filter((other) => other !== address) });
      });
      return element("span", {}, `“${address}” cannot be loaded: it may have been renamed or taken away. `, remove);
    }

    /** @param {ItemData[]} items @param {CompareRules} rules @returns {CompareContext} */
    context(items, rules) {
      // What could not be loaded has no column; the reference counts those that have one.
      const wanted = this.state.addresses[this.state.reference];
      const reference = Math.max(0, items.findIndex(({ address }) => address === wanted));
      const addresses = this.state.addresses;
      return {
        items,
        rows: wattboard.compare.rows(items, rules),
        rules,
        state: { ...this.state, reference },
        change: (next) => {
          const at = next.reference === undefined ? {} : { reference: addresses.indexOf(items[next.reference].address) };
          this.change({ ...next, ...at });
        },
      };
    }
  }

  /** @param {Loaded[]} all */
  const shown = (all) => toldApart(all.flatMap(({ data }) => (data ? [data] : [])));

  const alone = () => element("p", {}, "Add another to see differences.");

  function start() {
    const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-compare]:not([data-started])"));
    if (!root) return;
    root.dataset.started = "";
    new Page(root).draw();
  }

  wattboard.ready(start);
})();
