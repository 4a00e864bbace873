/**
 * What must be known before anything is painted, hence no module. Light or dark colours: as the
 * system has them, until a reader chooses; the page names the colours, this only says which are on.
 */
{
  const CHOICES = ["system", "light", "dark"];
  const NAMES = ["scheme", "primary", "accent"].map((name) => `data-md-color-${name}`);
  const root = document.documentElement;
  const light = NAMES.map((name) => root.getAttribute(name) ?? "");
  const dark = (root.dataset.dark ?? "").split(" ");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  // Archives of one host keep their readers' choices apart.
  const place = new URL("../..", script.src).pathname;
  const key = `${place}.palette`;

  /** @returns {string} What the reader chose. */
  const read = () => {
    try {
      return localStorage.getItem(key) ?? CHOICES[0];
    } catch {
      // Without leave to keep anything, a choice lasts as long as the page.
      return root.dataset.palette ?? CHOICES[0];
    }
  };

  /** @param {string} choice */
  const keep = (choice) => {
    try {
      localStorage.setItem(key, choice);
    } catch {
      // As above.
    }
  };

  /** @param {string} choice */
  const show = (choice) => {
    const isDark = choice === "dark" || (choice !== "light" && system.matches);
    root.dataset.palette = CHOICES.includes(choice) ? choice : CHOICES[0];
    NAMES.forEach((name, at) => root.setAttribute(name, (isDark ? dark : light)[at]));
    const button = document.querySelector(".db-palette");
    const words = { system: "as the system", light: "light", dark: "dark" };
    const label = `Colours: ${words[/** @type {keyof typeof words} */ (root.dataset.palette)]}`;
    button?.setAttribute("aria-label", label);
    button?.setAttribute("title", label);
  };

  // Opened from a disk, pages need some help, and this is the one script that runs there.
  if (location.protocol === "file:") {
    const offline = document.createElement("script");
    offline.src = new URL("offline.js", script.src).href;
    script.after(offline);
  }

  // How lists look, too, must be known before they are painted: views.js has the buttons.
  try {
    root.dataset.view = localStorage.getItem(`${place}.view`) ?? "";
  } catch {
    // Then they look as they always do.
  }
  if (/[?&]tag=/.test(location.search)) root.dataset.narrowing = "";

  show(read());
  document.addEventListener("DOMContentLoaded", () => show(read()));
  system.addEventListener("change", () => show(read()));
  // No key: everything was cleared.
  addEventListener("storage", (event) => [key, null].includes(event.key) && show(read()));
  // A page that Back brings again may be older than the choice.
  addEventListener("pageshow", (event) => event.persisted && show(read()));
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest(".db-palette")) return;
    const at = CHOICES.indexOf(root.dataset.palette ?? CHOICES[0]);
    const next = CHOICES[(at + 1) % CHOICES.length];
    keep(next);
    show(next);
  });
}
