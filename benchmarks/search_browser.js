// Runs in each page before its own scripts: notes when a key was pressed in the search box, when
// results for it had been painted, and what held the page's thread up.

window.measured = {
  /** @type {{ query: string, at: number } | undefined} What was typed and is not answered yet. */
  asked: undefined,
  /** @type {{ query: string, ms: number }[]} */
  answered: [],
  /** @type {number[]} Milliseconds of each task over 50 ms. */
  long: [],
};

/** Resolves after the next frame was painted. */
window.painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage("");
    });
  });

/**
 * Resolves to the milliseconds from the key to the results, or to nothing after twenty seconds.
 *
 * @param {string} query
 */
window.answerTo = async (query) => {
  const until = performance.now() + 20_000;
  while (performance.now() < until) {
    const last = measured.answered.at(-1);
    if (last?.query === query) return last.ms;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return null;
};

document.addEventListener(
  "input",
  ({ target, timeStamp }) => {
    if (target.matches(".db-box__input")) measured.asked = { query: target.value, at: timeStamp };
  },
  true,
);

// The link to all results says which query the list is for.
const watcher = new MutationObserver(async () => {
  const { asked } = measured;
  const link = document.querySelector(".db-box__panel:not([hidden]) #db-box-all");
  if (!asked || !link || new URL(link.href).searchParams.get("q") !== asked.query) return;
  measured.asked = undefined;
  const ms = (await painted()) - asked.at;
  measured.answered.push({ query: asked.query, ms });
});
watcher.observe(document, { subtree: true, childList: true, attributes: true });

new PerformanceObserver((found) => {
  measured.long.push(...found.getEntries().map((each) => each.duration));
}).observe({ type: "longtask" });
