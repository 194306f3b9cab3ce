/** `crowd-entity-annotation`: names of things marked in a text, by selecting words and choosing a label. */

import { isPreview, make } from "./element";
import { Desk } from "./regions";

interface Entity {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly label: string;
}

interface Label {
  readonly label: string;
  readonly shown: string;
  readonly short: string;
}

// Light and dark pages alike: the text keeps its colour.
const COLORS = ["#4c8dff55", "#ff8a3d55", "#2fb37a55", "#c56bff55", "#ff5d7a55", "#c9a80055", "#00b3c755", "#8a94a655"];

export class CrowdEntityAnnotation extends Desk {
  private labels: readonly Label[] = [];
  private entities: readonly Entity[] = [];
  private label = "";
  private readonly undoable: (readonly Entity[])[] = [];
  private readonly words = make("div", { class: "text", tabindex: "0" });
  private readonly choices = make("div", { class: "choices", role: "group", "aria-label": "Labels" });

  protected draw(): void {
    this.labels = this.json<unknown[]>("labels", []).map(readLabel);
    this.label = this.labels[0]?.label ?? "";
    this.entities = this.json<Entity[]>("initial-value", []).filter((one) => this.fits(one));
    this.words.setAttribute("aria-label", "The text: select words to mark them with the label that is chosen");
    const undo = make("button", { type: "button", class: "link" }, "Undo");
    undo.addEventListener("click", () => this.undo());
    for (const [index, label] of this.labels.entries()) {
      const button = make("button", { type: "button", title: label.shown }, label.shown, ...(index < 9 ? [make("kbd", {}, String(index + 1))] : []));
      button.addEventListener("click", () => this.choose(label.label));
      this.choices.append(button);
    }
    this.work.append(this.choices, this.words, make("p", {}, undo));
    this.drawDesk();
    if (!isPreview()) this.words.addEventListener("pointerup", () => this.mark());
    if (!isPreview()) this.words.addEventListener("keyup", (event) => event.key === "Enter" && this.mark());
    this.onKey((key) => {
      const label = this.labels[Number(key) - 1];
      if (!/^[1-9]$/.test(key) || !label) return false;
      this.choose(label.label);
      return true;
    });
    this.show();
  }

  get answer(): unknown {
    return { entities: [...this.entities].sort((a, b) => a.startOffset - b.startOffset || a.endOffset - b.endOffset) };
  }

  private get source(): string {
    return this.text("text");
  }

  private fits(one: Entity): boolean {
    return this.labels.some((label) => label.label === one.label) && one.startOffset >= 0 && one.startOffset < one.endOffset && one.endOffset <= [...this.source].length;
  }

  /** Choosing a label with words selected marks them. */
  private choose(label: string): void {
    this.label = label;
    this.mark();
    this.show();
  }

  private mark(): void {
    const range = this.selected();
    if (range === null || isPreview()) return;
    const [startOffset, endOffset] = range;
    const free = this.is("allow-overlap")
      ? this.entities.filter((one) => one.startOffset !== startOffset || one.endOffset !== endOffset)
      : this.entities.filter((one) => one.endOffset <= startOffset || one.startOffset >= endOffset);
    this.put([...free, { startOffset, endOffset, label: this.label }]);
    document.getSelection()?.removeAllRanges();
  }

  private put(entities: readonly Entity[]): void {
    this.undoable.push(this.entities);
    this.entities = entities;
    this.show();
    this.tell("change");
  }

  private undo(): void {
    const before = this.undoable.pop();
    if (before === undefined) return;
    this.entities = before;
    this.show();
    this.tell("change");
  }

  /** What is selected, in characters of the text, without the space around it; null: nothing. */
  private selected(): [number, number] | null {
    const selection = (this.shadow as unknown as { getSelection?: () => Selection | null }).getSelection?.() ?? document.getSelection();
    if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    const from = this.offsetOf(range.startContainer, range.startOffset);
    const to = this.offsetOf(range.endContainer, range.endOffset);
    if (from === null || to === null || from >= to) return null;
    const letters = [...this.source];
    let [start, end] = [from, to];
    while (start < end && /\s/.test(letters[start] ?? "")) start += 1;
    while (end > start && /\s/.test(letters[end - 1] ?? "")) end -= 1;
    return start < end ? [start, end] : null;
  }

  /** Each piece of text knows where it begins; the buttons among them are no text. */
  private offsetOf(node: Node, offset: number): number | null {
    const around = node instanceof Text ? node.parentElement : (node as Element);
    const piece = around?.closest<HTMLElement>("[data-at]");
    if (!piece || !this.words.contains(piece)) return node === this.words ? (offset === 0 ? 0 : [...this.source].length) : null;
    const before = node instanceof Text ? node.data.slice(0, offset) : "";
    return Number(piece.dataset.at) + [...before].length;
  }

  private show(): void {
    for (const [index, button] of [...this.choices.children].entries()) {
      const label = this.labels[index];
      button.setAttribute("aria-pressed", String(label?.label === this.label));
      (button as HTMLElement).style.borderLeft = `6px solid ${colorOf(index)}`;
    }
    const letters = [...this.source];
    const cuts = [...new Set([0, letters.length, ...this.entities.flatMap((one) => [one.startOffset, one.endOffset])])].sort((a, b) => a - b);
    const pieces = cuts.slice(0, -1).map((from, index) => {
      const to = cuts[index + 1] ?? letters.length;
      const piece = make("span", { "data-at": String(from) }, letters.slice(from, to).join(""));
      const inside = this.entities.filter((one) => one.startOffset <= from && one.endOffset >= to);
      const last = inside.at(-1);
      if (last === undefined) return piece;
      const around = make("mark", { style: `background:${colorOf(this.labels.findIndex((label) => label.label === last.label))}` }, piece);
      for (const ended of inside.filter((one) => one.endOffset === to)) around.append(this.remover(ended));
      return around;
    });
    this.words.replaceChildren(...pieces);
  }

  private remover(one: Entity): HTMLElement {
    const label = this.labels.find((known) => known.label === one.label);
    const text = [...this.source].slice(one.startOffset, one.endOffset).join("");
    const button = make("button", { type: "button", "aria-label": `Remove ${label?.shown ?? one.label} from ${text}`, disabled: isPreview() }, `${label?.short ?? one.label} ✕`);
    button.addEventListener("click", () => this.put(this.entities.filter((other) => other !== one)));
    return button;
  }
}

const colorOf = (index: number): string => COLORS[index % COLORS.length] as string;

function readLabel(said: unknown): Label {
  if (typeof said === "object" && said !== null && "label" in said) {
    const one = said as { label: unknown; fullDisplayName?: unknown; shortDisplayName?: unknown };
    const label = String(one.label);
    return { label, shown: String(one.fullDisplayName ?? label), short: String(one.shortDisplayName ?? label) };
  }
  return { label: String(said), shown: String(said), short: String(said) };
}
