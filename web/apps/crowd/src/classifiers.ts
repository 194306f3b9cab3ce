/** Elements that ask which class a text or picture is of: by button or by the keys 1 to 9. */

import { isPreview, make } from "./element";
import { Desk } from "./regions";

abstract class Classifier extends Desk {
  protected chosen: string[] = [];
  private buttons: HTMLButtonElement[] = [];
  protected abstract readonly many: boolean;

  protected target(): Node[] {
    const shown = this.querySelector("classification-target");
    return shown ? [make("div", { class: "target" }, make("slot", { name: "target" }))] : [];
  }

  protected draw(): void {
    const shown = this.querySelector("classification-target");
    if (shown) shown.slot = "target";
    const categories = this.json<unknown[]>("categories", []).map(String);
    this.buttons = categories.map((label, index) => {
      const button = make("button", { type: "button", "aria-pressed": "false", disabled: isPreview() }, label, ...(index < 9 ? [make("kbd", {}, String(index + 1))] : []));
      button.addEventListener("click", () => this.toggle(label));
      return button;
    });
    const choices = make("div", { class: "choices", role: "group", "aria-label": this.text("header", "Classes") }, ...this.buttons);
    this.work.append(...this.target(), choices);
    this.drawDesk();
    const comment = this.querySelector("worker-comment");
    if (comment) this.drawComment(comment);
    this.chosen = this.initial(categories);
    this.show(categories);
    this.onKey((key) => {
      const button = this.buttons[Number(key) - 1];
      if (!/^[1-9]$/.test(key) || !button || button.disabled) return false;
      button.click();
      return true;
    });
  }

  protected comment: HTMLTextAreaElement | null = null;

  private drawComment(around: Element): void {
    this.comment = make("textarea", { rows: "2", placeholder: around.getAttribute("placeholder") ?? "" });
    const label = make("label", { class: "field" }, make("span", {}, around.getAttribute("header") ?? "A comment, if you like"), this.comment);
    this.work.append(label);
  }

  private initial(categories: readonly string[]): string[] {
    const said = this.text("initial-value").trim();
    if (said === "") return [];
    const read: unknown = said.startsWith("{") || said.startsWith("[") ? JSON.parse(said) : said;
    const labels = Array.isArray(read) ? read : typeof read === "object" && read !== null ? Object.values(read).flat() : [read];
    return categories.filter((label) => labels.includes(label));
  }

  protected toggle(label: string): void {
    const was = this.chosen.includes(label);
    if (!this.many) this.chosen = [label];
    else this.chosen = was ? this.chosen.filter((one) => one !== label) : this.joined(label);
    this.show(this.json<unknown[]>("categories", []).map(String));
    this.showProblem(null);
    this.tell("change");
  }

  /** What excludes the others stands alone. */
  private joined(label: string): string[] {
    const alone = this.json<{ text?: string } | null>("exclusion-category", null)?.text;
    return label === alone ? [label] : [...this.chosen.filter((one) => one !== alone), label];
  }

  private show(categories: readonly string[]): void {
    for (const [index, button] of this.buttons.entries()) button.setAttribute("aria-pressed", String(this.chosen.includes(categories[index] ?? "")));
  }

  override get problem(): string | null {
    return this.chosen.length === 0 ? "Choose one of the classes." : null;
  }

  get answer(): unknown {
    const ordered = this.json<unknown[]>("categories", []).map(String).filter((label) => this.chosen.includes(label));
    const said = this.many ? { labels: ordered } : { label: ordered[0] ?? "" };
    return this.comment && this.comment.value !== "" ? { ...said, workerComment: this.comment.value } : said;
  }
}

export class CrowdClassifier extends Classifier {
  protected readonly many: boolean = false;
}

export class CrowdClassifierMultiSelect extends Classifier {
  protected readonly many: boolean = true;

  protected override draw(): void {
    const alone = this.json<{ text?: string } | null>("exclusion-category", null)?.text;
    const categories = this.json<unknown[]>("categories", []);
    if (alone !== undefined && !categories.includes(alone)) this.setAttribute("categories", JSON.stringify([...categories, alone]));
    super.draw();
  }
}

const picture = (element: HTMLElement): Node[] => {
  const overlay = element.querySelector("overlay")?.textContent ?? element.getAttribute("overlay");
  const image = make("img", { src: element.getAttribute("src") ?? "", alt: "What is to be classified" });
  return [make("div", { class: "target picture" }, image, ...(overlay ? [make("span", { class: "overlay" }, overlay)] : []))];
};

export class CrowdImageClassifier extends CrowdClassifier {
  protected override target(): Node[] {
    return picture(this);
  }
}

export class CrowdImageClassifierMultiSelect extends CrowdClassifierMultiSelect {
  protected override target(): Node[] {
    return picture(this);
  }
}
