/**
 * One photo being labelled: the answer with its history, the tool in hand, and what is selected, hidden or locked.
 *
 * Framework-free. State is a frozen value that changes once per gesture or command, so that a component tree can
 * follow it; what happens within a gesture stays in the tool's own state and is seen by the stage alone.
 */

import {
  type AttributeValue,
  type Edit,
  type History,
  type ImageAnswer,
  type Label,
  type Mark,
  type MarkRelation,
  type PlacedLabel,
  type PlacedProblem,
  Relating,
  type Shape,
  type Taxonomy,
  addMark,
  applied,
  addRelation,
  boundsOf,
  checkAnswer,
  duplicateMarks,
  imageShapes,
  markInMiddle,
  moveMarks,
  placedLabels,
  relabelMarks,
  relationsOf,
  releasing,
  removeMarks,
  removeRelation,
  sameValue,
  setImageAttribute,
  setMarkAttribute,
  startHistory,
  stretchBoxes,
  withRedo,
  withStep,
  withUndo,
} from "@assay/annotation";
import { type Media, type Overlay, type Scene, type Stage, type StageHost, type Viewport, visibleRect } from "@assay/canvas";
import { type Frame, type ImagePoint, type Rect, type Size, rectUnion } from "@assay/geometry";
import { type Preview, type ToolEvent, type ToolName, type ToolView, IMAGE_TOOLS, toolView } from "@assay/tools";
import { sceneOf } from "./scene";

export interface EditorState {
  readonly history: History;
  readonly tool: ToolName;
  /** The label new marks get. */
  readonly label: string | null;
  readonly selection: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
  /** The next outline cuts a hole into the selected polygon. */
  readonly cutting: boolean;
  /** A shape is begun and not finished: there is something to finish or to cancel. */
  readonly drawing: boolean;
  /** The mark that is about to be related to another, which is chosen next. */
  readonly linking: string | null;
  readonly tags: boolean;
  readonly crosshair: boolean;
  /** 1 is the photo as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly problems: readonly PlacedProblem[];
  /** Why what was just tried was not done. */
  readonly refusal: string | null;
  /** Names of the overlays shown. */
  readonly overlays: ReadonlySet<string>;
  /** A mark that is not in the answer, shown while somebody points at its name. */
  readonly pointedOut: Mark | null;
}

/** What a worker carries from one photo to the next. */
export type Hand = Pick<EditorState, "tool" | "label" | "tags" | "crosshair">;

export interface EditorSetup {
  readonly taxonomy: Taxonomy;
  /** The photo at its original resolution. */
  readonly media: Size;
  readonly answer: ImageAnswer;
  /** Where the answer began, if a model proposed it: marks equal to these count as untouched. */
  readonly suggestions?: ImageAnswer | null;
  /** Other annotators' marks that can be laid over, by name. */
  readonly overlays?: readonly (Overlay & { readonly name: string })[];
  /** In hand to begin with, as far as this taxonomy has it; by default the first label and the tool to draw it. */
  readonly hand?: Partial<Hand>;
  /** What to write beside marks that annotators disagree about, by their id. */
  readonly doubts?: ReadonlyMap<string, string>;
}

/** Screen pixels a duplicate is set off by. */
const DUPLICATE_OFFSET = 12;
/** Not `randomUUID`: browsers offer that on https only, and Assay is also run on a plain local network. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => (byte % 36).toString(36)).join("");

const GIVEN = "This was given with the task and may not be changed so.";

const EMPTY: ReadonlySet<string> = new Set();

export class Editor implements StageHost {
  readonly taxonomy: Taxonomy;
  readonly media: Media;
  /** Where marks may be: the photo and its margins. */
  readonly frame: Frame;
  readonly relating: Relating;
  /** Marks that were given, and those of them that may not be changed. */
  readonly #given: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  /** Every label in its place, headings included. */
  readonly placed: readonly PlacedLabel[];
  /** The labels that marks can have, in the order of the number keys. */
  readonly usable: readonly PlacedLabel[];
  /** The tools that some label asks for, after `select`. */
  readonly tools: readonly ToolName[];
  readonly overlays: readonly (Overlay & { readonly name: string })[];
  readonly doubts: ReadonlyMap<string, string>;
  readonly #byName: ReadonlyMap<string, PlacedLabel>;
  readonly #labels: ReadonlyMap<string, Label>;
  readonly #suggestions: ReadonlyMap<string, Mark>;
  readonly #listeners = new Set<() => void>();
  readonly #answerListeners = new Set<(answer: ImageAnswer) => void>();
  #state: EditorState;
  #toolState: unknown;
  /** In hand before a relation was begun, and again after it. */
  #toolBefore: ToolName = "select";
  #stage: Stage | null = null;
  #onMoved: (view: Viewport, pointer: ImagePoint | null) => void = () => {};

  constructor(setup: EditorSetup) {
    this.taxonomy = setup.taxonomy;
    const { margin_x: marginX, margin_y: marginY, given } = setup.taxonomy;
    this.media = { ...setup.media, marginX, marginY };
    this.frame = { x: 0 - marginX, y: 0 - marginY, width: setup.media.width + 2 * marginX, height: setup.media.height + 2 * marginY };
    this.relating = new Relating(setup.taxonomy);
    this.#given = new Set(given?.annotations.map(({ id }) => id));
    this.fixed = given && !given.may_change ? this.#given : EMPTY;
    this.placed = placedLabels(setup.taxonomy);
    this.usable = this.placed.filter(({ label }) => label.shapes.length > 0);
    this.#byName = new Map(this.placed.map((placed) => [placed.label.name, placed]));
    this.#labels = new Map(this.placed.map(({ label }) => [label.name, label]));
    const shapes = new Set(this.usable.flatMap(({ label }) => label.shapes));
    const drawn = given && !given.may_add ? [] : (["box", "polygon", "polyline", "point", "ellipse", "cuboid"] as const);
    this.tools = ["select", ...drawn.filter((shape) => shapes.has(shape))];
    this.#suggestions = new Map((setup.suggestions?.annotations ?? []).map((mark) => [mark.id, mark]));
    this.overlays = setup.overlays ?? [];
    this.doubts = setup.doubts ?? new Map();
    const { hand = {} } = setup;
    const first = (this.usable.find(({ label }) => label.name === hand.label) ?? this.usable[0])?.label;
    const keepsTool = hand.tool === "select" || (hand.tool !== undefined && (first?.shapes.includes(hand.tool) ?? false));
    this.#state = {
      history: startHistory(this.#sharingSuggestions(setup.answer)),
      tool: this.tools.length === 1 ? "select" : keepsTool ? hand.tool! : ((first && imageShapes(first)[0]) ?? "select"),
      label: first?.name ?? null,
      selection: EMPTY,
      hidden: EMPTY,
      locked: EMPTY,
      cutting: false,
      drawing: false,
      linking: null,
      tags: hand.tags ?? false,
      crosshair: hand.crosshair ?? true,
      brightness: 1,
      contrast: 1,
      problems: [],
      refusal: null,
      overlays: EMPTY,
      pointedOut: null,
    };
    this.#toolState = IMAGE_TOOLS[this.#state.tool].initial;
  }

  // What is shown

  get state(): EditorState {
    return this.#state;
  }

  get answer(): ImageAnswer {
    return this.#state.history.answer;
  }

  get hand(): Hand {
    const { tool, label, tags, crosshair } = this.#state;
    return { tool, label, tags, crosshair };
  }

  get selected(): readonly Mark[] {
    const { selection } = this.#state;
    return selection.size === 0 ? [] : this.answer.annotations.filter(({ id }) => selection.has(id));
  }

  placedOf(label: string): PlacedLabel | undefined {
    return this.#byName.get(label);
  }

  /** It was given, and stays as it is. */
  isFixed(mark: Mark): boolean {
    return this.fixed.has(mark.id);
  }

  /** It was there to begin with. */
  isGiven(mark: Mark): boolean {
    return this.#given.has(mark.id);
  }

  /** Proposed by a model and not changed since. */
  isSuggested(mark: Mark): boolean {
    return !this.#given.has(mark.id) && this.#suggestions.get(mark.id) === mark;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Called with every new answer; not with changes of selection or view. */
  onAnswer(listener: (answer: ImageAnswer) => void): () => void {
    this.#answerListeners.add(listener);
    return () => this.#answerListeners.delete(listener);
  }

  // The stage

  attach(stage: Stage, onMoved: (view: Viewport, pointer: ImagePoint | null) => void): void {
    this.#stage = stage;
    this.#onMoved = onMoved;
    stage.setTone(this.#state.brightness, this.#state.contrast);
  }

  detach(): void {
    this.#stage = null;
    this.#onMoved = () => {};
  }

  get stage(): Stage | null {
    return this.#stage;
  }

  scene = (): Scene => sceneOf(this.#state, this, this.#byName);

  preview = (): Preview => IMAGE_TOOLS[this.#state.tool].preview(this.#toolState, this.#toolView());

  send = (event: ToolEvent): boolean => {
    const tool = IMAGE_TOOLS[this.#state.tool];
    const step = tool.step(this.#toolState, event, this.#toolView());
    if (step === null) return false;
    this.#toolState = step.state;
    const drawing = tool.isBusy(step.state) && this.preview().path !== undefined;
    if (this.#state.linking !== null && step.selection?.length === 1) {
      this.#linkTo(step.selection[0]!);
      return step.pan ?? false;
    }
    const change: Partial<EditorState> = {
      ...(drawing === this.#state.drawing ? {} : { drawing }),
      ...(step.selection ? { selection: new Set(step.selection) } : {}),
      ...(step.edits && this.#state.cutting ? { cutting: false } : {}),
    };
    if (step.edits && step.edits.length > 0) this.#commit(step.edits, change);
    else if (step.edits?.length === 0 && this.selected.some((mark) => this.isFixed(mark))) this.#set({ ...change, refusal: GIVEN });
    else if (Object.keys(change).length > 0) this.#set(change);
    else this.#stage?.invalidate("active");
    return step.pan ?? false;
  };

  hover = (at: ImagePoint): { cursor: string; markId: string | null } => {
    const view = this.#toolView();
    const cursor = IMAGE_TOOLS[this.#state.tool].cursor(this.#toolState, at, view);
    return { cursor, markId: this.#state.drawing ? null : (view.marksAt(at, false)[0]?.id ?? null) };
  };

  crosshair = (): boolean => this.#state.crosshair && this.#state.tool !== "select";

  moved = (view: Viewport, pointer: ImagePoint | null): void => this.#onMoved(view, pointer);

  #toolView(): ToolView {
    const { selection, hidden, locked, label, cutting } = this.#state;
    const chosen = label === null ? null : (this.#labels.get(label) ?? null);
    return toolView({
      answer: this.answer,
      selection,
      untouchable: hidden.size + locked.size === 0 ? EMPTY : new Set([...hidden, ...locked]),
      labels: this.#labels,
      label: chosen,
      fixed: this.fixed,
      media: this.frame,
      pixel: this.#stage?.pixel ?? 1,
      cutting,
      newId,
    });
  }

  // Commands: what keys and buttons do

  setTool(tool: ToolName): void {
    const allows = (name: string | null): boolean => tool === "select" || (this.#labels.get(name ?? "")?.shapes.includes(tool) ?? false);
    const label = allows(this.#state.label) ? this.#state.label : (this.usable.find(({ label: each }) => allows(each.name))?.label.name ?? null);
    this.#takeTool(tool, { label, cutting: false });
  }

  /** Chooses the label of the next marks and gives it to the selected ones that can take it. */
  chooseLabel(name: string): void {
    const label = this.#labels.get(name);
    if (label === undefined || label.shapes.length === 0) return;
    const edits = relabelMarks(this.#free(this.selected), label);
    if (edits.length > 0) this.#commit(edits, {});
    if (this.tools.length === 1) return this.#set({ label: name });
    const { tool } = this.#state;
    const keepsTool = tool === "select" || label.shapes.includes(tool);
    if (keepsTool) this.#set({ label: name });
    else this.#takeTool(imageShapes(label)[0] ?? "select", { label: name });
  }

  select(ids: Iterable<string>): void {
    this.#set({ selection: new Set(ids), refusal: null });
  }

  /** The next or previous mark; past either end nothing is selected and the answer is false. */
  cycle(direction: 1 | -1): boolean {
    const marks = this.answer.annotations.filter(({ id }) => !this.#state.hidden.has(id));
    const at = marks.findIndex(({ id }) => this.#state.selection.has(id));
    const next = at < 0 && direction === -1 ? undefined : marks[at + direction];
    this.select(next ? [next.id] : []);
    return next !== undefined;
  }

  remove(): void {
    const ids = new Set(this.#free(this.selected).map(({ id }) => id));
    const going = new Set([...ids].filter((id) => this.#mayDelete(id)));
    const released = releasing(this.answer, this.taxonomy, going);
    // What names a mark lets go of it first; marks that are changed by that are removed as they then are.
    const rest = applied(this.answer, released);
    this.#commit([...released, ...removeMarks(rest, going)], { selection: EMPTY });
  }

  duplicate(): void {
    const offset = DUPLICATE_OFFSET * (this.#stage?.pixel ?? 1);
    const { edits, ids } = duplicateMarks(this.answer, this.selected, newId, offset, this.frame);
    this.#commit(edits, { selection: new Set(ids) });
  }

  pointOut(mark: Mark | null): void {
    this.#set({ pointedOut: mark });
  }

  /** Takes over another annotator's mark as one's own. */
  adopt(mark: Mark): void {
    const own = { ...mark, id: newId() };
    this.#commit(addMark(this.answer, own), { selection: new Set([own.id]), pointedOut: null });
    this.focusSelection();
  }

  /** Image pixels. */
  nudge(dx: number, dy: number): void {
    this.#commit(moveMarks(this.#free(this.selected), dx, dy, this.frame), {});
  }

  /** Widens and heightens the selected boxes; image pixels. */
  stretch(dx: number, dy: number): void {
    this.#commit(stretchBoxes(this.#free(this.selected), dx, dy, this.frame), {});
  }

  /** A box or point in the middle of what is in sight, for those who draw with the keyboard. */
  addInMiddle(): void {
    const label = this.#labels.get(this.#state.label ?? "");
    const sight = this.#stage ? visibleRect(this.#stage.view) : { x: 0, y: 0, ...this.media };
    const mark = label && markInMiddle(label, sight, this.frame, newId());
    if (!mark) return;
    this.#commit(addMark(this.answer, mark), { selection: new Set([mark.id]) });
  }

  /** The relations of a mark, whichever end it is. */
  relationsOf(id: string): readonly MarkRelation[] {
    return relationsOf(this.answer).filter(({ source, target }) => source === id || target === id);
  }

  /** The selected mark can be related to another. */
  get canLink(): boolean {
    const [only, ...others] = this.selected;
    return only !== undefined && others.length === 0 && this.relating.begins(only.label);
  }

  /** The next mark that is chosen is related to the selected one. Again: not any more. */
  startLinking(): boolean {
    if (this.#state.linking !== null) return this.stopLinking(), true;
    if (!this.canLink) return false;
    this.#toolBefore = this.#state.tool;
    this.#takeTool("select", { linking: this.selected[0]!.id });
    return true;
  }

  stopLinking(): void {
    const { linking } = this.#state;
    this.#takeTool(this.#toolBefore, { linking: null, ...(linking === null ? {} : { selection: new Set([linking]) }) });
  }

  /** Relates the mark that linking began with to the one that the keyboard has gone to. */
  finishLinking(): boolean {
    const [only] = this.selected;
    if (this.#state.linking === null || only === undefined) return false;
    if (only.id !== this.#state.linking) this.#linkTo(only.id);
    return true;
  }

  /** Gives a relation another name, or takes it away. */
  renameRelation(id: string, name: string | null): void {
    const relation = relationsOf(this.answer).find((one) => one.id === id);
    if (relation === undefined) return;
    const removed = removeRelation(this.answer, id);
    const rule = name === null ? undefined : this.#rules(relation.source, relation.target).find((one) => one.name === name);
    this.#commit(rule ? [...removed, ...addRelation(applied(this.answer, removed), rule, relation.source, relation.target, newId())] : removed, {});
  }

  /** The names that a relation between these two marks may have. */
  relationNames(source: string, target: string): readonly { readonly name: string; readonly title: string | null }[] {
    return this.#rules(source, target);
  }

  #rules(source: string, target: string) {
    const labelOf = (id: string): string => this.answer.annotations.find((mark) => mark.id === id)?.label ?? "";
    return this.relating.between(labelOf(source), labelOf(target));
  }

  #linkTo(target: string): void {
    const source = this.#state.linking!;
    if (target === source) return;
    const [forth] = this.#rules(source, target);
    const [back] = this.#rules(target, source);
    const edits = forth
      ? addRelation(this.answer, forth, source, target, newId())
      : back ? addRelation(this.answer, back, target, source, newId()) : [];
    const change = { linking: null, selection: new Set([source]) };
    // Marks that nothing joins are passed over, and the next may do.
    if (!forth && !back) this.#set({ refusal: "No relation joins these two. Choose another mark." });
    else {
      this.#takeTool(this.#toolBefore, { ...change, refusal: null });
      this.#commit(edits, {});
    }
  }

  undo(): void {
    this.#travel(withUndo(this.#state.history));
  }

  redo(): void {
    this.#travel(withRedo(this.#state.history));
  }

  setMarkAttribute(name: string, value: AttributeValue | undefined): void {
    const [first] = this.selected;
    const label = first && this.#labels.get(first.label);
    if (!label) return;
    this.#commit(setMarkAttribute(this.selected.filter((mark) => mark.label === label.name), label.attributes, name, value), {});
  }

  setImageAttribute(name: string, value: AttributeValue | undefined): void {
    this.#commit(setImageAttribute(this.answer, this.taxonomy.attributes, name, value), {});
  }

  toggle(what: "hidden" | "locked", ids: Iterable<string>): void {
    const all = [...ids];
    const current = this.#state[what];
    const isOn = all.every((id) => current.has(id));
    const next = new Set(isOn ? [...current].filter((id) => !all.includes(id)) : [...current, ...all]);
    this.#set({ [what]: next });
  }

  showAll(): void {
    this.#set({ hidden: EMPTY });
  }

  toggleOverlay(name: string): void {
    const { overlays } = this.#state;
    this.#set({ overlays: new Set(overlays.has(name) ? [...overlays].filter((each) => each !== name) : [...overlays, name]) });
  }

  toggleCutting(): void {
    if (!this.canCut) return;
    const cutting = !this.#state.cutting;
    if (cutting) this.#takeTool("polygon", { cutting });
    else this.#set({ cutting });
  }

  /** One polygon is selected, so a hole would have somewhere to go. */
  get canCut(): boolean {
    const marks = this.selected;
    return marks.length === 1 && marks[0]!.type === "polygon" && this.tools.includes("polygon");
  }

  setView(change: Partial<Pick<EditorState, "tags" | "crosshair" | "brightness" | "contrast">>): void {
    this.#set(change);
    this.#stage?.setTone(this.#state.brightness, this.#state.contrast);
  }

  /** Checks the answer, shows what is wrong, and gives it back. */
  check(): readonly PlacedProblem[] {
    const problems = checkAnswer(this.answer, this.taxonomy);
    this.showProblems(problems);
    return problems;
  }

  /** Marks problems and goes to the first. */
  showProblems(problems: readonly PlacedProblem[]): void {
    this.#set({ problems });
    const first = problems[0];
    if (first) this.goTo(first);
  }

  goTo(problem: PlacedProblem): void {
    if (problem.markId === null) return this.select([]);
    this.select([problem.markId]);
    this.focusSelection();
  }

  focusSelection(): void {
    const [first, ...others] = this.selected.map(boundsOf);
    if (first) this.#stage?.focus(others.reduce<Rect>(rectUnion, first));
  }

  shapesOf(label: string): readonly Shape[] {
    return this.#labels.get(label)?.shapes ?? [];
  }

  // How state changes

  #free(marks: readonly Mark[]): readonly Mark[] {
    return marks.filter(({ id }) => !this.#state.locked.has(id));
  }

  /** Whether any of the selected marks may go. */
  get canRemove(): boolean {
    return this.selected.some(({ id }) => this.#mayDelete(id));
  }

  #mayDelete(id: string): boolean {
    return !this.#given.has(id) || (this.taxonomy.given?.may_delete ?? true);
  }

  /** The edits that what was given allows; the others are left out, as the server would refuse them. */
  #allowed(edits: readonly Edit[]): readonly Edit[] {
    const { given } = this.taxonomy;
    if (given === null) return edits;
    return edits.filter((edit) => {
      if (edit.kind === "insert") return given.may_add;
      if (edit.kind === "remove") return this.#mayDelete(edit.mark.id);
      if (edit.kind !== "replace" || !this.#given.has(edit.before.id)) return true;
      if (edit.before.label !== edit.after.label) return given.may_relabel;
      return given.may_change;
    });
  }

  #takeTool(tool: ToolName, change: Partial<EditorState>): void {
    this.#toolState = IMAGE_TOOLS[tool].initial;
    this.#set({ ...change, tool, drawing: false });
  }

  #commit(edits: readonly Edit[], change: Partial<EditorState>): void {
    const allowed = this.#allowed(edits);
    if (allowed.length === 0) {
      if (edits.length > 0) this.#set({ refusal: GIVEN, ...(change.linking === undefined ? {} : change) });
      return;
    }
    this.#travel(withStep(this.#state.history, allowed), { refusal: null, ...change });
  }

  #travel(history: History, change: Partial<EditorState> = {}): void {
    if (history === this.#state.history) return;
    const alive = new Set(history.answer.annotations.map(({ id }) => id));
    const selection = new Set([...(change.selection ?? this.#state.selection)].filter((id) => alive.has(id)));
    // Once problems were shown they follow the answer, so that a solved one disappears by itself.
    const problems = this.#state.problems.length > 0 ? checkAnswer(history.answer, this.taxonomy) : [];
    this.#set({ ...change, history, selection, problems });
    for (const listener of this.#answerListeners) listener(history.answer);
  }

  #set(change: Partial<EditorState>): void {
    this.#state = { ...this.#state, ...change };
    this.#stage?.invalidate("marks");
    for (const listener of this.#listeners) listener();
  }

  /** Marks equal to a suggestion become that very object, so that "untouched" stays a comparison of identity. */
  #sharingSuggestions(answer: ImageAnswer): ImageAnswer {
    if (this.#suggestions.size === 0) return answer;
    const shared = (mark: Mark): Mark => {
      const suggestion = this.#suggestions.get(mark.id);
      return suggestion && sameValue(suggestion, mark) ? suggestion : mark;
    };
    return { ...answer, annotations: answer.annotations.map(shared) };
  }
}
