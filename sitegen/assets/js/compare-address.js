// The choice in the page's address: "?of=digits/random-forest,runs/pong/seed_0&from=2". Addresses of pages hold only
// letters, digits, "-", "_", "." and "/", so they need no escapes and stay readable.
(() => {
  "use strict";

  /** @param {string} search */
  function read(search) {
    const given = new URLSearchParams(search);
    const parts = (given.get("of") ?? "").split(",").filter(Boolean);
    const wanted = parts.map((part) => (part === "." ? "" : `${part.replace(/\/$/, "")}/`));
    const { isAddress, most } = wattboard.basket;
    const addresses = [...new Set(wanted.filter(isAddress))];
    const from = Number(given.get("from") ?? "1");
    const reference = Number.isInteger(from) && from >= 1 && from <= addresses.length ? from - 1 : 0;
    return {
      state: {
        addresses: addresses.slice(0, most),
        reference: Math.min(reference, most - 1),
        test: given.get("test") ?? "",
        all: given.has("all"),
        share: given.has("share") ? given.get("share") !== "no" : null,
      },
      chooses: given.has("of"),
      refused: parts.filter((_, i) => !isAddress(wanted[i])),
      tooMany: Math.max(0, addresses.length - most),
    };
  }

  /** @param {CompareState} state */
  function written(state) {
    const said = [];
    const short = state.addresses.map((address) => address.replace(/\/$/, "") || ".");
    if (short.length) said.push(`of=${short.join(",")}`);
    if (state.reference) said.push(`from=${state.reference + 1}`);
    if (state.test) said.push(`test=${encodeURIComponent(state.test)}`);
    if (state.all) said.push("all");
    if (state.share !== null) said.push(state.share ? "share" : "share=no");
    return said.length ? `?${said.join("&")}` : "";
  }

  Object.assign(wattboard.compare, { read, written });
})();
