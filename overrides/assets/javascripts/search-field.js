// What the field in the header and the one on the search page share.

/** Milliseconds of quiet after a key before the worker is asked: a quick hand types several. */
export const QUIET = 60;

/**
 * @param {Document} document
 * @param {AbortSignal} signal
 * @param {() => void} enter Called where a slash asks for the search, and is typed into nothing.
 */
export function onSlash(document, signal, enter) {
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (event.key !== "/" || !isPlain || isTyped(event.target)) return;
    event.preventDefault();
    enter();
  };
  document.addEventListener("keydown", press, { signal });
}

/**
 * @param {EventTarget | null} target
 * @returns {boolean} Whether a key is written into it.
 */
export function isTyped(target) {
  if (!(target instanceof HTMLElement)) return false;
  const written = "input:not([type=radio], [type=checkbox], [type=button]), textarea, select";
  return target.isContentEditable || target.matches(written);
}
