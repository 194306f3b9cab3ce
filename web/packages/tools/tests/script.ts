/** Runs a tool by a script of pointer and key events, the way an editor would, and keeps what came of it. */

import { type Edit, type ImageAnswer, type Mark, EMPTY_ANSWER, applied, readTaxonomy, placedLabels } from "@assay/annotation";
import { imagePoint } from "@assay/geometry";
import { type Preview, type Tool, type ToolEvent, type ToolName, IMAGE_TOOLS, toolView } from "../src";

const taxonomy = readTaxonomy({
  labels: [
    { name: "car", shapes: ["box", "polygon", "polyline", "point"] },
    { name: "sign", shapes: ["box"], rotatable: true },
  ],
});
export const LABELS = new Map(placedLabels(taxonomy).map(({ label }) => [label.name, label]));

interface Keys {
  readonly shift?: boolean;
  readonly alt?: boolean;
  readonly mod?: boolean;
  readonly touch?: boolean;
}

export class Script {
  answer: ImageAnswer;
  selection: readonly string[];
  gestures: (readonly Edit[])[] = [];
  panned = false;
  cutting = false;
  label: string | null = "car";
  locked = new Set<string>();
  #tool: Tool<unknown>;
  #state: unknown;
  #ids = 0;

  constructor(tool: ToolName, marks: readonly Mark[] = [], selection: readonly string[] = []) {
    this.#tool = IMAGE_TOOLS[tool];
    this.#state = this.#tool.initial;
    this.answer = { ...EMPTY_ANSWER, annotations: marks };
    this.selection = selection;
  }

  down = (x: number, y: number, keys: Keys = {}): this => this.#pointer("down", x, y, keys);
  move = (x: number, y: number, keys: Keys = {}): this => this.#pointer("move", x, y, keys);
  up = (x: number, y: number, keys: Keys = {}): this => this.#pointer("up", x, y, keys);
  click = (x: number, y: number, keys: Keys = {}): this => this.down(x, y, keys).up(x, y, keys);
  drag = (x: number, y: number, toX: number, toY: number, keys: Keys = {}): this =>
    this.down(x, y, keys).move((x + toX) / 2, (y + toY) / 2, keys).move(toX, toY, keys).up(toX, toY, keys);
  key = (key: "Enter" | "Escape" | "Backspace" | "Delete"): this => this.send({ type: "key", key });
  cancel = (): this => this.send({ type: "cancel" });

  get marks(): readonly Mark[] {
    return this.answer.annotations;
  }

  get preview(): Preview {
    return this.#tool.preview(this.#state, this.#view());
  }

  get isBusy(): boolean {
    return this.#tool.isBusy(this.#state);
  }

  cursor(x: number, y: number): string {
    return this.#tool.cursor(this.#state, imagePoint(x, y), this.#view());
  }

  send(event: ToolEvent): this {
    const step = this.#tool.step(this.#state, event, this.#view());
    if (step === null) return this;
    this.#state = step.state;
    if (step.edits && step.edits.length > 0) {
      this.gestures.push(step.edits);
      this.answer = applied(this.answer, step.edits);
    }
    this.selection = step.selection ?? this.selection;
    this.panned ||= step.pan ?? false;
    return this;
  }

  #pointer(type: "down" | "move" | "up", x: number, y: number, keys: Keys): this {
    return this.send({ type, at: imagePoint(x, y), shift: false, alt: false, mod: false, touch: false, ...keys });
  }

  #view() {
    return toolView({
      answer: this.answer,
      selection: new Set(this.selection),
      untouchable: this.locked,
      labels: LABELS,
      label: this.label === null ? null : (LABELS.get(this.label) ?? null),
      media: { width: 1000, height: 800 },
      pixel: 1,
      cutting: this.cutting,
      newId: () => `new${(this.#ids += 1)}`,
    });
  }
}

export const box = (id: string, x: number, y: number, width: number, height: number, label = "car"): Mark => ({ id, type: "box", label, x, y, width, height });
