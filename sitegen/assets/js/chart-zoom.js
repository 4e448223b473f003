// All time charts of a page show the same part of the time: zooming one zooms the others.
(() => {
  "use strict";

  /** In seconds. @type {[number, number] | null} */
  let shown = null;
  /** While we zoom the others, their own reports are not news. */
  let sharing = false;

  /** @param {LiveChart} live */
  const isTime = (live) => live.figure.kind === "time";

  /** @param {LiveChart} live */
  function follow({ canvas, figure }) {
    const scale = wattboardCharts.secondsPerUnit(/** @type {TimeFigure} */ (figure));
    const changes = shown
      ? { "xaxis.range": shown.map((s) => s / scale), "xaxis.autorange": false }
      : { "xaxis.autorange": true, "yaxis.autorange": true };
    return globalThis.Plotly?.relayout(canvas, changes);
  }

  /** @param {[number, number] | null} range @param {LiveChart | null} from */
  async function share(range, from) {
    shown = range;
    sharing = true;
    document.querySelectorAll("[data-zoom]").forEach((button) => button.classList.toggle("wb-zoomed", range !== null));
    await Promise.all(wattboardCharts.live().filter((live) => isTime(live) && live !== from).map(follow));
    sharing = false;
  }

  /** @param {LiveChart} live */
  function shareZoom(live) {
    const scale = wattboardCharts.secondsPerUnit(/** @type {TimeFigure} */ (live.figure));
    live.canvas.on("plotly_relayout", (event) => {
      if (sharing) return;
      const range = event["xaxis.range"] ?? [event["xaxis.range[0]"], event["xaxis.range[1]"]];
      if (event["xaxis.autorange"]) share(null, live);
      else if (Number.isFinite(range[0])) share([range[0] * scale, range[1] * scale], live);
    });
  }

  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest?.("[data-zoom]");
    if (!button) return;
    // The button is about to hide: whoever uses the keyboard goes on from what follows it.
    /** @type {HTMLElement | null | undefined} */ (button.closest(".wb-chart")?.querySelector("summary"))?.focus();
    share(null, null);
  });

  wattboard.ready(() => (shown = null));
  wattboardCharts.timeRange = () => shown;
  wattboardCharts.resetZoom = () => share(null, null);
  wattboardCharts.shareZoom = shareZoom;
})();
