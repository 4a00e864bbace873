/**
 * A tag's newest papers, narrowed to those with code. The page says without a script which these
 * are; that only they are shown stands in the address, so that it can be shared.
 */

import { button, make } from "./search-results.js";

const ASKED = "code";

class WithCode extends HTMLElement {
  connectedCallback() {
    const list = this.parentElement?.nextElementSibling;
    if (this.button || !list) return;
    this.lines = [...list.children].filter((line) => line instanceof HTMLElement);
    this.places = new Set(this.dataset.lines?.trim().split(" ").map(Number));
    this.all = this.textContent ?? "";
    this.said = make("span", { role: "status" }, this.all);
    this.button = button("Only with code", () => this.choose());
    this.replaceChildren(this.said, this.button);
    const isAsked = new URLSearchParams(location.search).get(ASKED) === "1";
    // What a page says from its start need not be announced.
    this.show(isAsked);
  }

  /** Shows only papers with code, or all again, and says so in the address. */
  choose() {
    const isOn = this.button?.getAttribute("aria-pressed") !== "true";
    this.show(isOn);
    const address = new URL(location.href);
    if (isOn) address.searchParams.set(ASKED, "1");
    else address.searchParams.delete(ASKED);
    history.replaceState(history.state, "", address);
  }

  /** @param {boolean} isOn Whether only papers with code are shown. */
  show(isOn) {
    const number = this.places?.size ?? 0;
    const few = `Only the ${number === 1 ? "one" : number} with code ${number === 1 ? "is" : "are"} shown.`;
    this.lines?.forEach((line, at) => (line.hidden = isOn && !this.places?.has(at + 1)));
    this.button?.setAttribute("aria-pressed", String(isOn));
    if (this.said) this.said.textContent = isOn ? few : (this.all ?? "");
  }
}

customElements.define("db-with-code", WithCode);
