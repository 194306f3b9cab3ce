/**
 * One document being transcribed: the answer with its history, the page in sight, the tool in hand, what is selected.
 *
 * Framework-free. Regions are drawn by the tools of photos, on one page at a time; history is one for all pages, and
 * undoing goes to the page that it changes. Typing into a region is one step of it, however many letters.
 */

import {
  type AttributeValue,
  type Edit,
  type Label,
  type PlacedLabel,
  type PlacedProblem,
  type Taxonomy,
  boundsOf,
  duplicateMarks,
  imageShapes,
  markInMiddle,
  moveMarks,
  newId,
  placedLabels,
  relabelMarks,
  stretchBoxes,
} from "@assay/annotation";
import { NOTHING, type Scene, type StageHost, Staged, toggled, visibleRect } from "@assay/canvas";
import { type ImagePoint, type Rect, type Size, rectUnion } from "@assay/geometry";
import { IMAGE_TOOLS, type Preview, type ToolEvent, type ToolName, type ToolView, toolView } from "@assay/tools";
import type { DocumentAnswer, Group, Region } from "./answer";
import { withEdits, withGroup, withGroupValue, withRegionValue, withText, withWholeValue, without } from "./changes";
import { checkDocument } from "./check";
import { type DocumentHistory, stepBack, stepForth, stepped, whereChanged } from "./history";
import { type Direction, directionOf, inReadingOrder } from "./reading";
import { documentScene } from "./scene";
import { type DocumentHand, type DocumentSetup, type DocumentState, type DocumentVoice, startingState } from "./state";

/** Screen pixels a duplicate is set off by. */
const DUPLICATE_OFFSET = 12;

export class DocumentEditor extends Staged<DocumentState, DocumentAnswer> implements StageHost {
  readonly taxonomy: Taxonomy;
  readonly pages: readonly Size[];
  readonly placed: readonly PlacedLabel[];
  /** The labels that regions can have, in the order of the number keys, then those of groups. */
  readonly usable: readonly PlacedLabel[];
  readonly groupLabels: readonly PlacedLabel[];
  readonly tools: readonly ToolName[];
  readonly voices: readonly DocumentVoice[];
  readonly doubts: ReadonlyMap<string, string>;
  /** Of what is typed; null where the language is not said. */
  readonly direction: Direction | null;
  readonly readOnly: boolean;
  readonly #labels: ReadonlyMap<string, PlacedLabel>;
  readonly #byName: ReadonlyMap<string, Label>;
  readonly #suggestions: ReadonlyMap<string, Region>;
  #toolState: unknown;
  /** The region whose typing is the last step, still going on. */
  #typing: string | null = null;

  constructor(setup: DocumentSetup) {
    const placed = placedLabels(setup.taxonomy);
    const drawable = placed.filter(({ label }) => imageShapes(label).length > 0);
    super(startingState(setup, drawable.map(({ label }) => label)));
    this.taxonomy = setup.taxonomy;
    this.pages = setup.pages.length > 0 ? setup.pages : [{ width: 1, height: 1 }];
    this.placed = placed;
    this.groupLabels = this.placed.filter(({ label }) => label.shapes.includes("group"));
    this.usable = [...drawable, ...this.groupLabels];
    this.#labels = new Map(this.placed.map((placed) => [placed.label.name, placed]));
    this.#byName = new Map(this.placed.map(({ label }) => [label.name, label]));
    const shapes = new Set(this.usable.flatMap(({ label }) => label.shapes));
    this.tools = ["select", ...(["box", "polygon"] as const).filter((shape) => shapes.has(shape) && !setup.readOnly)];
    this.voices = setup.voices ?? [];
    this.doubts = setup.doubts ?? new Map();
    this.direction = directionOf(setup.taxonomy.language);
    this.readOnly = setup.readOnly ?? false;
    this.#suggestions = new Map((setup.suggestions?.annotations ?? []).map((region) => [region.id, region]));
    this.#toolState = IMAGE_TOOLS[this.state.tool].initial;
  }

  // What is shown

  get answer(): DocumentAnswer {
    return this.state.history.answer;
  }

  /** The page in sight. */
  get media(): Size {
    return this.pages[this.state.page] ?? this.pages[0]!;
  }

  get hand(): DocumentHand {
    const { tool, label, tags, crosshair } = this.state;
    return { tool, label, tags, crosshair };
  }

  /** Regions of all pages, as they are read. */
  get ordered(): readonly Region[] {
    return inReadingOrder(this.answer.annotations, this.direction);
  }

  get selected(): readonly Region[] {
    const { selection } = this.state;
    return selection.size === 0 ? [] : this.answer.annotations.filter(({ id }) => selection.has(id));
  }

  get selectedGroup(): Group | null {
    return this.answer.groups.find(({ id }) => id === this.state.group) ?? null;
  }

  placedOf(label: string): PlacedLabel | undefined {
    return this.#labels.get(label);
  }

  /** Proposed by a model and not changed since. */
  isSuggested(region: Region): boolean {
    const proposed = this.#suggestions.get(region.id);
    return proposed !== undefined && (proposed === region || JSON.stringify(proposed) === JSON.stringify(region));
  }

  // The stage

  scene = (): Scene => documentScene(this.state, this);

  preview = (): Preview => IMAGE_TOOLS[this.state.tool].preview(this.#toolState, this.#toolView());

  send = (event: ToolEvent): boolean => {
    const step = IMAGE_TOOLS[this.state.tool].step(this.#toolState, event, this.#toolView());
    if (step === null) return false;
    this.#toolState = step.state;
    const drawing = IMAGE_TOOLS[this.state.tool].isBusy(step.state) && this.preview().path !== undefined;
    const change: Partial<DocumentState> = {
      ...(drawing === this.state.drawing ? {} : { drawing }),
      // With Shift the group in hand stays there, to be changed.
      ...(step.selection ? { selection: new Set(step.selection), ...("shift" in event && event.shift ? {} : { group: null }) } : {}),
    };
    const edits = this.readOnly ? [] : (step.edits ?? []);
    const inserted = edits.find((edit) => edit.kind === "insert");
    if (edits.length > 0) this.#edit(edits, { ...change, drawn: inserted?.kind === "insert" ? inserted.mark.id : null });
    else if (Object.keys(change).length > 0) this.change(change);
    else this.stage?.invalidate("active");
    return step.pan ?? false;
  };

  hover = (at: ImagePoint): { cursor: string; markId: string | null } => {
    const view = this.#toolView();
    const cursor = IMAGE_TOOLS[this.state.tool].cursor(this.#toolState, at, view);
    return { cursor, markId: this.state.drawing ? null : (view.marksAt(at, false)[0]?.id ?? null) };
  };

  crosshair = (): boolean => this.state.crosshair && this.state.tool !== "select";

  #toolView(): ToolView {
    const { selection, hidden, label, page } = this.state;
    return toolView({
      answer: { annotations: this.answer.annotations.filter((region) => region.page === page), attributes: {} },
      selection,
      untouchable: hidden,
      labels: this.#byName,
      label: this.readOnly || label === null ? null : (this.#byName.get(label) ?? null),
      media: this.media,
      pixel: this.stage?.pixel ?? 1,
      cutting: false,
      newId,
    });
  }

  // Commands: what keys and buttons do

  goToPage(page: number): void {
    if (page < 0 || page >= this.pages.length || page === this.state.page) return;
    this.#toolState = IMAGE_TOOLS[this.state.tool].initial;
    this.change({ page, drawing: false });
  }

  setTool(tool: ToolName): void {
    if (!this.tools.includes(tool)) return;
    const allows = (name: string | null): boolean => tool === "select" || (this.#byName.get(name ?? "")?.shapes.includes(tool) ?? false);
    const label = allows(this.state.label) ? this.state.label : (this.usable.find(({ label: each }) => allows(each.name))?.label.name ?? null);
    this.#takeTool(tool, { label });
  }

  /** A label of regions names the selected ones and the next that is drawn; one of groups puts the selected together. */
  chooseLabel(name: string): void {
    const label = this.#byName.get(name);
    if (label === undefined || label.shapes.length === 0 || this.readOnly) return;
    if (label.shapes.includes("group")) return this.group(name);
    // What has no text asked of it has none: kept unseen it would be refused.
    const bare = label.text === "none" ? { text: "" } : {};
    this.#edit(relabelMarks(this.selected, label).map((edit) => (edit.kind === "replace" ? { ...edit, after: { ...edit.after, ...bare } } : edit)), {});
    const { tool } = this.state;
    if (tool === "select" || label.shapes.includes(tool)) this.change({ label: name });
    else this.#takeTool(imageShapes(label)[0] ?? "select", { label: name });
  }

  /** Puts the selected regions together, in the order they are read; or renames the group in hand. */
  group(name: string): void {
    const held = this.selectedGroup;
    if (held !== null) return this.#commit(withGroup(this.answer, { ...held, label: name }), {});
    const members = this.#inOrder(this.state.selection);
    if (members.length === 0) return;
    const made: Group = { id: newId(), label: name, members };
    this.#commit(withGroup(this.answer, made), { group: made.id });
  }

  /** Makes the selected regions those of the group in hand. */
  regroup(): void {
    const held = this.selectedGroup;
    const members = this.#inOrder(this.state.selection);
    if (held === null || members.length === 0) return;
    this.#commit(withGroup(this.answer, { ...held, members }), {});
  }

  /** Takes a group in hand, with its regions selected. */
  selectGroup(id: string | null): void {
    const group = this.answer.groups.find((each) => each.id === id);
    const first = this.answer.annotations.find((region) => region.id === group?.members[0]);
    this.change({ group: group?.id ?? null, selection: new Set(group?.members), ...(first ? { page: first.page } : {}) });
  }

  /** Selects regions and goes to the page of the first. `keepsGroup`: the group in hand stays there, to be changed. */
  select(ids: Iterable<string>, keepsGroup = false): void {
    const selection = new Set(ids);
    const first = this.answer.annotations.find(({ id }) => selection.has(id));
    const isInSight = this.answer.annotations.some(({ id, page }) => selection.has(id) && page === this.state.page);
    this.change({ selection, ...(first && !isInSight ? { page: first.page } : {}), ...(keepsGroup ? {} : { group: null }) });
  }

  /** Adds a region to what is selected, or takes it away. */
  toggleSelected(id: string): void {
    const { selection } = this.state;
    this.select(selection.has(id) ? [...selection].filter((each) => each !== id) : [...selection, id], true);
  }

  /** The next or previous region as they are read; past either end nothing is selected and the answer is false. */
  cycle(direction: 1 | -1): boolean {
    const regions = this.ordered.filter(({ id }) => !this.state.hidden.has(id));
    const at = regions.findIndex(({ id }) => this.state.selection.has(id));
    const next = at < 0 && direction === -1 ? undefined : regions[at + direction];
    this.select(next ? [next.id] : []);
    return next !== undefined;
  }

  /** Deletes the group in hand and keeps its regions; without one, the selected regions. */
  remove(): void {
    const { group, selection } = this.state;
    if (group !== null) return this.#commit(without(this.answer, new Set([group])), { group: null });
    this.#commit(without(this.answer, selection), { selection: NOTHING });
  }

  duplicate(): void {
    const offset = DUPLICATE_OFFSET * (this.stage?.pixel ?? 1);
    const { edits, ids } = duplicateMarks(this.answer, this.selected, newId, offset, this.media);
    this.#edit(edits, { selection: new Set(ids), group: null });
  }

  pointOut(region: Region | null): void {
    this.change({ pointedOut: region, ...(region ? { page: region.page } : {}) });
  }

  /** Takes over another annotator's region as one's own. */
  adopt(region: Region): void {
    const own = { ...region, id: newId() };
    this.#commit({ ...this.answer, annotations: [...this.answer.annotations, own] }, { selection: new Set([own.id]), pointedOut: null, page: own.page });
    this.focusSelection();
  }

  /** Page pixels. */
  nudge(dx: number, dy: number): void {
    this.#edit(moveMarks(this.#inSight(), dx, dy, this.media), {});
  }

  stretch(dx: number, dy: number): void {
    this.#edit(stretchBoxes(this.#inSight(), dx, dy, this.media), {});
  }

  /** A box in the middle of what is in sight, for those who draw with the keyboard. */
  addInMiddle(): void {
    const label = this.#byName.get(this.state.label ?? "");
    const sight = this.stage ? visibleRect(this.stage.view) : { x: 0, y: 0, ...this.media };
    const mark = label && markInMiddle(label, sight, this.media, newId());
    if (mark) this.#edit([{ kind: "insert", index: 0, mark }], { selection: new Set([mark.id]), group: null });
  }

  /** Takes what was typed so far; all that is typed at one go is one step. */
  type(id: string, text: string): void {
    const next = withText(this.answer, id, text);
    if (next === this.answer) return;
    if (this.#typing === id) this.#travel({ ...this.state.history, answer: next }, {});
    else this.#commit(next, {});
    this.#typing = id;
  }

  /** The text of the region drawn last is in hand now. */
  takeDrawn(): void {
    this.change({ drawn: null });
  }

  /** What is typed next is a step of its own. */
  endTyping(): void {
    this.#typing = null;
  }

  undo(): void {
    this.#retrace(stepBack(this.state.history));
  }

  redo(): void {
    this.#retrace(stepForth(this.state.history));
  }

  setRegionAttribute(name: string, value: AttributeValue | undefined): void {
    const [first] = this.selected;
    const label = first && this.#byName.get(first.label);
    if (label) this.#commit(withRegionValue(this.answer, this.selected.filter((region) => region.label === label.name), label.attributes, name, value), {});
  }

  setGroupAttribute(name: string, value: AttributeValue | undefined): void {
    const group = this.selectedGroup;
    const label = group && this.#byName.get(group.label);
    if (group && label) this.#commit(withGroupValue(this.answer, group, label.attributes, name, value), {});
  }

  setWholeAttribute(name: string, value: AttributeValue | undefined): void {
    this.#commit(withWholeValue(this.answer, this.taxonomy, name, value), {});
  }

  toggleHidden(ids: Iterable<string>): void {
    this.change({ hidden: toggled(this.state.hidden, ids) });
  }

  /** Checks the answer, shows what is wrong, and gives it back. */
  check(): readonly PlacedProblem[] {
    const problems = checkDocument(this.answer, this.taxonomy);
    this.showProblems(problems);
    return problems;
  }

  /** Marks problems and goes to the first. */
  showProblems(problems: readonly PlacedProblem[]): void {
    this.change({ problems });
    const first = problems[0];
    if (first) this.goTo(first);
  }

  goTo({ markId }: PlacedProblem): void {
    if (this.answer.groups.some(({ id }) => id === markId)) return this.selectGroup(markId);
    this.select(markId === null ? [] : [markId]);
    this.focusSelection();
  }

  focusSelection(): void {
    const [first, ...others] = this.#inSight().map(boundsOf);
    if (first) this.stage?.focus(others.reduce<Rect>(rectUnion, first));
  }

  // How state changes

  #inSight(): readonly Region[] {
    return this.selected.filter(({ page }) => page === this.state.page);
  }

  #inOrder(ids: ReadonlySet<string>): string[] {
    return this.ordered.filter(({ id }) => ids.has(id)).map(({ id }) => id);
  }

  #takeTool(tool: ToolName, change: Partial<DocumentState>): void {
    this.#toolState = IMAGE_TOOLS[tool].initial;
    this.change({ ...change, tool, drawing: false });
  }

  #edit(edits: readonly Edit[], change: Partial<DocumentState>): void {
    if (edits.length > 0) this.#commit(withEdits(this.answer, edits, this.state.page), change);
  }

  #commit(answer: DocumentAnswer, change: Partial<DocumentState>): void {
    if (answer === this.answer || this.readOnly) return;
    const { history } = this.state;
    this.#typing = null;
    this.#travel(stepped(history, answer), change);
  }

  #travel(history: DocumentHistory, change: Partial<DocumentState>): void {
    this.#typing = null;
    const alive = new Set([...history.answer.annotations, ...history.answer.groups].map(({ id }) => id));
    const selection = new Set([...(change.selection ?? this.state.selection)].filter((id) => alive.has(id)));
    const held = change.group === undefined ? this.state.group : change.group;
    // Once problems were shown they follow the answer, so that a solved one disappears by itself.
    const problems = this.state.problems.length > 0 ? checkDocument(history.answer, this.taxonomy) : [];
    this.change({ ...change, history, selection, group: held !== null && alive.has(held) ? held : null, problems });
    this.tellAnswer(history.answer);
  }

  /** Goes to where something changes, with that selected. */
  #retrace(history: DocumentHistory | null): void {
    if (history === null) return;
    const { page, ids } = whereChanged(this.answer, history.answer);
    this.#travel(history, { ...(page === null ? {} : { page }), ...(ids.length > 0 ? { selection: new Set(ids), group: null } : {}) });
  }
}
