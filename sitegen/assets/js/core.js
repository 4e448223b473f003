// What the other scripts share: when a page is ready, where the leaderboard lies, and how data is loaded.
(() => {
  "use strict";

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);

  /** Requests for data by address. @type {Map<string, {resolve: (data: any) => void, promise: Promise<any>}>} */
  const requests = new Map();

  /**
   * Load a data file: a script that calls `wattboard.receive` once. Unlike `fetch` this works from disk, too.
   * @param {string} url
   * @returns {Promise<any>}
   */
  function data(url) {
    const { href } = new URL(url, location.href);
    const known = requests.get(href);
    if (known) return known.promise;
    /** @type {(data: any) => void} */
    let resolve = () => {};
    /** @type {(error: Error) => void} */
    let reject = () => {};
    const promise = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    requests.set(href, { resolve, promise });
    const element = document.createElement("script");
    element.src = href;
    element.onerror = () => {
      requests.delete(href);
      reject(new Error(`${href} cannot be loaded`));
    };
    // It has come and was no data file: what waits for it must learn so.
    element.onload = () => reject(new Error(`${href} holds no data`));
    document.head.append(element);
    return promise;
  }

  /** @param {any} content */
  function receive(content) {
    const element = /** @type {HTMLScriptElement} */ (document.currentScript);
    requests.get(element.src)?.resolve(content);
    element.remove();
  }

  /**
   * Call now, and again where a theme swaps pages without loading scripts again.
   * @param {() => void} start
   */
  function ready(start) {
    start();
    // Material's instant navigation.
    /** @type {any} */ (globalThis).document$?.subscribe(start);
  }

  // The other scripts add what they offer.
  globalThis.wattboard = /** @type {Wattboard} */ ({
    assets: new URL(".", script.src).href,
    root: new URL("../../", script.src).href,
    data,
    receive,
    ready,
  });
})();
