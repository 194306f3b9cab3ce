/** Elements that show and lead, and answer nothing. */

import { CrowdElement, isPreview, make } from "./element";

export class CrowdAlert extends CrowdElement {
  protected draw(): void {
    const box = make("div", { class: `alert ${this.text("type", "info")}`, role: this.text("type") === "error" ? "alert" : "status" }, make("div", {}, make("slot")));
    if (this.is("dismissible")) {
      const close = make("button", { type: "button", class: "link" }, "Dismiss");
      close.addEventListener("click", () => (this.hidden = true));
      box.append(close);
    }
    this.shadow.append(box);
  }
}

export class CrowdBadge extends CrowdElement {
  protected draw(): void {
    this.style.display = "inline-block";
    this.shadow.append(make("span", { class: "badge" }, this.text("label") || this.text("icon")));
  }
}

export class CrowdButton extends CrowdElement {
  static readonly observedAttributes = ["disabled", "loading"];
  private button: HTMLButtonElement | null = null;

  attributeChangedCallback(): void {
    if (this.button) this.button.disabled = this.is("disabled") || this.is("loading");
  }

  protected draw(): void {
    this.style.display = "inline-block";
    const face = this.text("variant", "normal");
    const icon = this.text("icon-url") ? [make("img", { src: this.text("icon-url"), alt: "", height: "16" })] : [];
    const label = make("span", {}, make("slot"));
    const parts = this.text("icon-align", "left") === "right" ? [label, ...icon] : [...icon, label];
    if (this.text("href")) {
      this.shadow.append(make("a", { class: `button ${face}`, href: this.text("href"), target: this.text("target", "_blank"), rel: "noopener" }, ...parts));
      return;
    }
    this.button = make("button", { type: "button", class: face }, ...parts);
    this.attributeChangedCallback();
    this.button.addEventListener("click", () => this.act());
    this.shadow.append(this.button);
  }

  private act(): void {
    const form = this.closest("form");
    const action = this.text("form-action", "submit");
    if (form === null || isPreview()) return;
    if (action === "reset") form.reset();
    else if (action === "submit") form.requestSubmit();
  }
}

export class CrowdCard extends CrowdElement {
  protected draw(): void {
    const heading = this.text("heading");
    const image = this.text("image");
    this.shadow.append(
      make("section", { class: "card" }, ...(heading ? [make("h3", {}, heading)] : []), ...(image ? [make("img", { src: image, alt: "" })] : []), make("slot")),
    );
  }
}

export class CrowdFab extends CrowdElement {
  protected draw(): void {
    this.shadow.append(
      make("button", { type: "button", class: "primary fab", title: this.text("title") || null, disabled: this.is("disabled") }, this.text("label") || this.text("title") || "+"),
    );
  }
}

export class CrowdIconButton extends CrowdElement {
  protected draw(): void {
    this.style.display = "inline-block";
    const name = this.text("icon", "button").replace(/^.*:/, "");
    this.shadow.append(make("button", { type: "button", class: "icon", "aria-label": name.replace(/-/g, " "), disabled: this.is("disabled") }, SIGNS[name] ?? name));
  }
}

const SIGNS: Readonly<Record<string, string>> = { close: "✕", add: "+", remove: "−", delete: "✕", search: "⌕", help: "?", refresh: "↻", check: "✓", undo: "↶", redo: "↷" };

/** A button, and what it opens. */
abstract class Opening extends CrowdElement {
  protected readonly dialog = make("dialog");

  get open(): boolean {
    return this.dialog.open;
  }

  set open(on: boolean) {
    if (on && !this.dialog.open && this.dialog.isConnected) this.dialog.showModal();
    if (!on) this.dialog.close();
  }

  protected drawWith(label: string, ...contents: Node[]): void {
    const link = make("button", { type: "button", class: this.text("link-type", "link") === "button" ? "" : "link" }, label);
    link.addEventListener("click", () => (this.open = true));
    const close = make("button", { type: "button" }, "Close");
    close.addEventListener("click", () => (this.open = false));
    this.dialog.append(...contents, make("form", { method: "dialog" }, close));
    this.shadow.append(link, this.dialog);
    if (this.is("open")) this.open = true;
  }
}

export class CrowdModal extends Opening {
  protected draw(): void {
    this.drawWith(this.text("link-text", "Open"), make("slot"));
  }
}

export class CrowdInstructions extends Opening {
  protected draw(): void {
    const short = this.querySelector("short-summary");
    const parts = [
      ["detailed-instructions", "Instructions"],
      ["positive-example", "A good example"],
      ["negative-example", "A bad example"],
    ] as const;
    const shown = parts.flatMap(([tag, title]) => {
      const part = this.querySelector(tag);
      return part ? [make("h2", {}, title), ...part.childNodes] : [];
    });
    if (short) this.shadow.append(make("div", {}, ...short.childNodes));
    this.drawWith(this.text("link-text", "Instructions"), ...shown);
  }
}

export class CrowdTab extends CrowdElement {
  protected draw(): void {
    this.shadow.append(make("slot"));
  }
}

export class CrowdTabs extends CrowdElement {
  protected draw(): void {
    const tabs = [...this.querySelectorAll<HTMLElement>(":scope > crowd-tab")];
    const list = make("div", { role: "tablist" });
    const choose = (index: number, focus: boolean) => {
      for (const [at, tab] of tabs.entries()) {
        tab.hidden = at !== index;
        const button = list.children[at] as HTMLButtonElement;
        button.setAttribute("aria-selected", String(at === index));
        button.tabIndex = at === index ? 0 : -1;
        if (at === index && focus) button.focus();
      }
    };
    for (const [index, tab] of tabs.entries()) {
      const button = make("button", { type: "button", role: "tab" }, tab.getAttribute("header") ?? `Tab ${index + 1}`);
      button.addEventListener("click", () => choose(index, false));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) choose((index + step + tabs.length) % tabs.length, true);
      });
      list.append(button);
    }
    this.shadow.append(list, make("slot"));
    if (tabs.length > 0) choose(0, false);
  }
}

export class CrowdToast extends CrowdElement {
  protected draw(): void {
    const box = make("div", { class: "toast", role: "status", hidden: !this.is("opened") }, this.text("text"), make("slot"));
    this.shadow.append(box);
    const seconds = this.number("duration", 3000);
    if (!box.hidden) setTimeout(() => (box.hidden = true), seconds);
  }
}
