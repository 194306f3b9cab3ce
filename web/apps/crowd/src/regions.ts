/** What annotating elements have in common: a header, instructions beside the work, and the work. */

import { Field, make } from "./element";

export abstract class Desk extends Field {
  protected readonly work = make("div");

  protected drawDesk(): void {
    const short = this.querySelector("short-instructions");
    const full = this.querySelector("full-instructions");
    const header = this.text("header");
    const side = make("aside", { "aria-label": "Instructions" });
    if (short) side.append(...[...short.childNodes].map((node) => node.cloneNode(true)));
    if (full) {
      const title = full.getAttribute("header") ?? "Instructions";
      const close = make("button", { type: "button" }, "Close");
      const dialog = make("dialog", { "aria-label": title }, make("h2", {}, title), ...[...full.childNodes].map((node) => node.cloneNode(true)), make("form", { method: "dialog" }, close));
      const open = make("button", { type: "button", class: "link" }, "Full instructions");
      close.addEventListener("click", () => dialog.close());
      open.addEventListener("click", () => dialog.showModal());
      side.append(make("p", {}, open), dialog);
    }
    if (header) this.work.prepend(make("h2", {}, header));
    this.shadow.append(side.hasChildNodes() ? make("div", { class: "desk" }, side, this.work) : this.work);
  }

  /** Keys that work wherever nothing is being typed: the elements of a page take turns by which was used last. */
  protected onKey(handle: (key: string) => boolean): void {
    document.addEventListener("keydown", (event) => {
      const target = event.composedPath()[0];
      if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable))) return;
      if (document.querySelector(this.localName) === this && handle(event.key)) event.preventDefault();
    });
  }
}
