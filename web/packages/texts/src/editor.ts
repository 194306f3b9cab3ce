/**
 * One text being labelled: the answer with its history, the passage chosen, the span selected, the label in hand.
 *
 * Framework-free. State is a frozen value that changes once per gesture or command. All places are code points.
 */

import {
  type AttributeValue,
  type PlacedLabel,
  type PlacedProblem,
  type Problem,
  type RelationType,
  type Taxonomy,
  Watched,
  newId,
  placedLabels,
  sameValue,
} from "@assay/annotation";
import { type EntitiesAnswer, type Relation, type Span, inTextOrder } from "./answer";
import { problemsOf } from "./check";
import { relationRules, withEnds, withLabel, withRelation, withSpan, withSpanValue, withTextValue, withoutParts } from "./changes";
import { type Range, TextIndex } from "./offsets";
import { type TextHand, type TextSetup, type TextState, type TextVoice, startingState } from "./state";

const STEPS_MAX = 1000;

export class TextEditor extends Watched<TextState, EntitiesAnswer> {
  readonly taxonomy: Taxonomy;
  readonly index: TextIndex;
  /** Every label in its place, headings included. */
  readonly placed: readonly PlacedLabel[];
  /** The labels that spans can have, in the order of their keys. */
  readonly usable: readonly PlacedLabel[];
  readonly voices: readonly TextVoice[];
  readonly #byName: ReadonlyMap<string, PlacedLabel>;
  readonly #rules: ReturnType<typeof relationRules>;
  readonly #suggestions: ReadonlyMap<string, Span>;
  readonly #readOnly: boolean;

  constructor(setup: TextSetup) {
    const placed = placedLabels(setup.taxonomy);
    const usable = placed.filter(({ label }) => label.shapes.includes("span"));
    super(startingState(setup.answer, usable.find(({ label }) => label.name === setup.hand?.label)?.label.name ?? null));
    this.taxonomy = setup.taxonomy;
    this.index = new TextIndex(setup.text);
    this.placed = placed;
    this.usable = usable;
    this.voices = setup.voices ?? [];
    this.#byName = new Map(placed.map((one) => [one.label.name, one]));
    this.#rules = relationRules(setup.taxonomy);
    this.#suggestions = new Map((setup.suggestions?.annotations ?? []).map((span) => [span.id, span]));
    this.#readOnly = setup.readOnly ?? false;
  }

  // What is shown

  get answer(): EntitiesAnswer {
    return this.state.answer;
  }

  get hand(): TextHand {
    return { label: this.state.label };
  }

  get selectedSpan(): Span | null {
    return this.spanOf(this.state.selected);
  }

  get selectedRelation(): Relation | null {
    return this.answer.relations.find(({ id }) => id === this.state.selected) ?? null;
  }

  spanOf(id: string | null): Span | null {
    return this.answer.annotations.find((span) => span.id === id) ?? null;
  }

  placedOf(label: string): PlacedLabel | undefined {
    return this.#byName.get(label);
  }

  isSuggested(span: Span): boolean {
    const suggestion = this.#suggestions.get(span.id);
    return suggestion !== undefined && sameValue(suggestion, span);
  }

  /** The kinds of relation that could join the selected span to another one, or to that one. */
  relationsFrom(source: Span, target: Span | null = null): RelationType[] {
    const others = target ? [target] : this.answer.annotations.filter(({ id }) => id !== source.id);
    return this.taxonomy.relations.filter((type) => others.some((other) => this.#rules(type, source.label, other.label) !== null));
  }

  // Passages

  /** Chooses a passage to be marked. */
  choose(range: Range | null): void {
    if (this.#readOnly) return;
    this.change({ passage: range, selected: range ? null : this.state.selected, joining: false });
  }

  /** What a hand has drawn over: marked at once when a label is in hand. `exact`: not widened to whole words. */
  draw(range: Range, exact: boolean): void {
    if (this.#readOnly) return;
    const passage = exact ? this.index.trimmed(range) : this.index.widened(range);
    if (passage === null) return;
    const { label } = this.state;
    if (label === null) this.choose(passage);
    else this.mark(passage, label);
  }

  mark(range: Range, label: string): void {
    const span: Span = { type: "span", id: newId(), label, start: range.start, end: range.end };
    const there = this.answer.annotations.find((each) => each.label === label && each.start === range.start && each.end === range.end);
    if (there) return this.change({ passage: null, selected: there.id });
    this.#commit(withSpan(this.answer, span), { passage: null, selected: span.id });
  }

  /** Moves to the next or previous word, from the passage, the selected span, or the text's beginning. */
  step(direction: 1 | -1): void {
    const from = this.state.passage ?? this.selectedSpan;
    if (from === null) return this.choose(direction === 1 ? this.index.wordFrom(0) : this.index.wordBefore(this.index.length));
    const next = direction === 1 ? this.index.wordFrom(from.end) : this.index.wordBefore(from.start);
    if (next) this.choose(next);
  }

  /** Moves an end of the passage or of the selected span by a word or a letter; never past the other end. */
  stretch(edge: "start" | "end", direction: 1 | -1, by: "word" | "letter"): void {
    const span = this.selectedSpan;
    const range = this.state.passage ?? span;
    if (range === null) return;
    const moved = this.#moved(range, edge, direction, by);
    if (moved.end <= moved.start) return;
    if (this.state.passage) this.choose(moved);
    else if (span) this.#commit(withEnds(this.answer, span.id, moved));
  }

  #moved(range: Range, edge: "start" | "end", direction: 1 | -1, by: "word" | "letter"): Range {
    const { index } = this;
    if (by === "letter") {
      const to = Math.max(0, Math.min(index.length, range[edge] + direction));
      return { ...range, [edge]: to };
    }
    if (edge === "end") {
      if (direction === 1) return { ...range, end: index.wordFrom(range.end)?.end ?? range.end };
      const last = index.wordBefore(range.end - 1);
      return last && last.end > range.start ? { ...range, end: last.end } : range;
    }
    if (direction === -1) return { ...range, start: index.wordBefore(range.start)?.start ?? range.start };
    const second = index.wordFrom(range.start);
    const next = second && index.wordFrom(Math.max(second.end, range.start + 1));
    return next && next.start < range.end ? { ...range, start: next.start } : range;
  }

  // Commands

  /** Marks the passage, relabels the selected span, and keeps the label in hand. A second time puts it away. */
  chooseLabel(name: string): void {
    const placed = this.#byName.get(name);
    if (placed === undefined || !placed.label.shapes.includes("span")) return;
    const { passage, selected, label } = this.state;
    if (passage) {
      this.mark(passage, name);
      return;
    }
    const span = this.spanOf(selected);
    if (span) {
      this.#commit(withLabel(this.answer, span.id, placed.label, this.taxonomy));
      return;
    }
    this.change({ label: label === name ? null : name });
  }

  /** The label that what is drawn next gets at once; null: each passage waits for its label. */
  takeLabel(name: string | null): void {
    this.change({ label: name });
  }

  /** Selects a span or a relation; while joining, the other end. */
  select(id: string | null): void {
    const target = this.spanOf(id);
    if (this.state.joining && target) return this.join(target);
    this.change({ selected: id, passage: null, joining: false });
  }

  /** The next or previous span in the order of the text; past either end nothing is selected and the answer is false. */
  cycle(direction: 1 | -1): boolean {
    const spans = inTextOrder(this.answer.annotations);
    const at = spans.findIndex(({ id }) => id === this.state.selected);
    const from = this.state.passage;
    const next =
      at >= 0 ? spans[at + direction]
      : from ? (direction === 1 ? spans.find(({ start }) => start >= from.start) : spans.findLast(({ start }) => start < from.start))
      : direction === 1 ? spans[0] : undefined;
    this.change({ selected: next?.id ?? null, passage: null, joining: false });
    return next !== undefined;
  }

  /** Gives up what was begun last: a relation, a passage, the selection, the label in hand. */
  letGo(): void {
    const { joining, passage, selected } = this.state;
    if (joining) this.change({ joining: false });
    else if (passage) this.change({ passage: null });
    else if (selected !== null) this.change({ selected: null });
    else this.change({ label: null });
  }

  remove(): void {
    const { selected } = this.state;
    if (selected !== null) this.#commit(withoutParts(this.answer, new Set([selected])));
  }

  /** Begins a relation at the selected span. */
  startJoining(name: string | null = null): void {
    const span = this.selectedSpan;
    if (span === null || this.relationsFrom(span).length === 0) return;
    this.change({ joining: true, relation: name ?? this.state.relation });
  }

  /** Takes the span for the other end of the relation that was begun. */
  join(target: Span): void {
    const source = this.selectedSpan;
    if (source === null || source.id === target.id) return this.change({ joining: false });
    const fitting = this.relationsFrom(source, target);
    const type = fitting.find(({ name }) => name === this.state.relation) ?? fitting[0];
    if (type === undefined) return this.change({ joining: false });
    this.#commit(withRelation(this.answer, type, newId(), source, target, this.taxonomy), { joining: false });
    this.change({ joining: false });
  }

  /** Gives the selected relation another name, where that joins the same labels. */
  renameRelation(name: string): void {
    const relation = this.selectedRelation;
    const type = this.taxonomy.relations.find((each) => each.name === name);
    const [source, target] = [this.spanOf(relation?.source ?? null), this.spanOf(relation?.target ?? null)];
    if (!relation || !type || !source || !target || relation.name === name) return;
    const without = withoutParts(this.answer, new Set([relation.id]));
    const renamed = withRelation(without, type, relation.id, source, target, this.taxonomy);
    if (renamed !== without) this.#commit(renamed);
  }

  setSpanAttribute(name: string, value: AttributeValue | undefined): void {
    const span = this.selectedSpan;
    const label = span && this.#byName.get(span.label)?.label;
    if (label) this.#commit(withSpanValue(this.answer, span.id, label.attributes, name, value));
  }

  setTextAttribute(name: string, value: AttributeValue | undefined): void {
    this.#commit(withTextValue(this.answer, this.taxonomy.attributes, name, value));
  }

  undo(): void {
    const { answer, done, undone } = this.state;
    const before = done.at(-1);
    if (before) this.#travel({ answer: before, done: done.slice(0, -1), undone: [...undone, answer] });
  }

  redo(): void {
    const { answer, done, undone } = this.state;
    const after = undone.at(-1);
    if (after) this.#travel({ answer: after, done: [...done, answer], undone: undone.slice(0, -1) });
  }

  toggleOverlay(name: string): void {
    const overlays = new Set(this.state.overlays);
    if (!overlays.delete(name)) overlays.add(name);
    this.change({ overlays });
  }

  pointOut(span: Span | null): void {
    this.change({ pointedOut: span });
  }

  /** Takes over a span that was voted out. */
  adopt(span: Span): void {
    const own = { ...span, id: newId() };
    this.#commit(withSpan(this.answer, own), { selected: own.id, pointedOut: null, passage: null });
  }

  // Problems

  check(): readonly PlacedProblem[] {
    const problems = problemsOf(this.answer, this.taxonomy, this.#byName);
    this.change({ problems });
    this.goTo(problems[0]);
    return problems;
  }

  showProblems(given: readonly Problem[]): void {
    const problems = given.map((problem): PlacedProblem => {
      const [, list, index] = /^(?:answer\.)?(annotations|relations)\[(\d+)\]/.exec(problem.field) ?? [];
      const part = list === undefined ? undefined : this.answer[list as "annotations" | "relations"][Number(index)];
      return { ...problem, markId: part?.id ?? null, attribute: /attributes\.(.+)$/.exec(problem.field)?.[1] ?? null };
    });
    this.change({ problems });
    this.goTo(problems[0]);
  }

  goTo(problem: PlacedProblem | undefined): void {
    if (problem) this.change({ selected: problem.markId, passage: null, joining: false });
  }

  // How state changes

  #commit(answer: EntitiesAnswer, change: Partial<TextState> = {}): void {
    const { answer: before, done } = this.state;
    if (answer !== before && !this.#readOnly) this.#travel({ ...change, answer, done: [...done, before].slice(-STEPS_MAX), undone: [] });
  }

  #travel(change: Partial<TextState> & Pick<TextState, "answer">): void {
    const { answer } = change;
    const alive = new Set([...answer.annotations, ...answer.relations].map(({ id }) => id));
    const selected = change.selected === undefined ? this.state.selected : change.selected;
    // Once problems were shown they follow the answer, so that a solved one disappears by itself.
    const problems = this.state.problems.length > 0 ? problemsOf(answer, this.taxonomy, this.#byName) : [];
    this.change({ joining: false, ...change, selected: selected !== null && alive.has(selected) ? selected : null, problems });
    this.tellAnswer(answer);
  }
}
