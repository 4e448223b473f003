// What is compared, from the data beside its page.
(() => {
  "use strict";

  /**
   * @param {string} address Checked by `wattboard.basket.isAddress`.
   * @returns {Promise<ItemData>}
   * @throws {Error} there is no such page, or nothing on it that can be compared.
   */
  async function load(address) {
    const data = await wattboard.data(`${wattboard.root}${address}data.js`);
    if (!["run", "leaf", "group"].includes(data?.kind) || !Array.isArray(data.figures)) {
      throw new Error(`${address} is neither a run nor a group`);
    }
    return data;
  }

  Object.assign(wattboard.compare, { load });
})();
