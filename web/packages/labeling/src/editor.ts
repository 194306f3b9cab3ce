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
  type PlacedLabel,
  type PlacedProblem,
  SHAPE_NAMES,
  type Shape,
  type Taxonomy,
  addMark,
  applied,
  boundsOf,
  checkAnswer,
  duplicateMarks,
  imageShapes,
  markInMiddle,
  moveMarks,
  newId,
  placedLabels,
  relabelMarks,
  releasing,
  removeMarks,
  setImageAttribute,
  setMarkAttribute,
  stretchBoxes,
  withRedo,
  withStep,
  withUndo,
} from "@assay/annotation";
import { type Media, NOTHING, type Overlay, type Scene, type StageHost, Staged, toggled, visibleRect } from "@assay/canvas";
import { type Frame, type ImagePoint, type Rect, rectUnion } from "@assay/geometry";
import { IMAGE_TOOLS, type Preview, type ToolEvent, type ToolName, type ToolView, toolView } from "@assay/tools";
import { Given, REFUSAL } from "./given";
import { Linking } from "./linking";
import { sceneOf } from "./scene";
import { type EditorSetup, type EditorState, type Hand, sharing, startingState } from "./state";

/** Screen pixels a duplicate is set off by. */
const DUPLICATE_OFFSET = 12;

export class Editor extends Staged<EditorState, ImageAnswer> implements StageHost {
  readonly taxonomy: Taxonomy;
  readonly media: Media;
  /** Where marks may be: the photo and its margins. */
  readonly frame: Frame;
  /** Every label in its place, headings included. */
  readonly placed: readonly PlacedLabel[];
  /** The labels that marks can have, in the order of the number keys. */
  readonly usable: readonly PlacedLabel[];
  /** The tools that some label asks for, after `select`. */
  readonly tools: readonly ToolName[];
  readonly overlays: readonly (Overlay & { readonly name: string })[];
  readonly doubts: ReadonlyMap<string, string>;
  /** Relations between marks. */
  readonly links: Linking;
  readonly #byName: ReadonlyMap<string, PlacedLabel>;
  readonly #labels: ReadonlyMap<string, Label>;
  readonly #suggestions: ReadonlyMap<string, Mark>;
  readonly #given: Given;
  #toolState: unknown;

  constructor(setup: EditorSetup) {
    const placed = placedLabels(setup.taxonomy);
    const usable = placed.filter(({ label }) => label.shapes.length > 0);
    const given = new Given(setup.taxonomy);
    const shapes = new Set(usable.flatMap(({ label }) => label.shapes));
    const tools: ToolName[] = ["select", ...(given.isClosed ? [] : SHAPE_NAMES.filter((shape) => shapes.has(shape)))];
    const suggestions = new Map((setup.suggestions?.annotations ?? []).map((mark) => [mark.id, mark]));
    super(startingState(sharing(setup.answer, suggestions), setup.hand ?? {}, usable, tools));
    this.taxonomy = setup.taxonomy;
    const { margin_x: marginX, margin_y: marginY } = setup.taxonomy;
    this.media = { ...setup.media, marginX, marginY };
    this.frame = { x: 0 - marginX, y: 0 - marginY, width: setup.media.width + 2 * marginX, height: setup.media.height + 2 * marginY };
    this.placed = placed;
    this.usable = usable;
    this.tools = tools;
    this.#byName = new Map(placed.map((one) => [one.label.name, one]));
    this.#labels = new Map(placed.map(({ label }) => [label.name, label]));
    this.#suggestions = suggestions;
    this.#given = given;
    this.links = new Linking(setup.taxonomy, this, {
      change: (change) => this.change(change),
      takeTool: (tool, change) => this.#takeTool(tool, change),
      commit: (edits) => this.#commit(edits, {}),
    });
    this.overlays = setup.overlays ?? [];
    this.doubts = setup.doubts ?? new Map();
    this.#toolState = IMAGE_TOOLS[this.state.tool].initial;
  }

  // What is shown

  get answer(): ImageAnswer {
    return this.state.history.answer;
  }

  get hand(): Hand {
    const { tool, label, tags, crosshair } = this.state;
    return { tool, label, tags, crosshair };
  }

  get selected(): readonly Mark[] {
    const { selection } = this.state;
    return selection.size === 0 ? [] : this.answer.annotations.filter(({ id }) => selection.has(id));
  }

  placedOf(label: string): PlacedLabel | undefined {
    return this.#byName.get(label);
  }

  /** Given marks whose place and values stay as they are. */
  get fixed(): ReadonlySet<string> {
    return this.#given.fixed;
  }

  /** It was given, and stays as it is. */
  isFixed(mark: Mark): boolean {
    return this.#given.fixed.has(mark.id);
  }

  /** It was there to begin with. */
  isGiven(mark: Mark): boolean {
    return this.#given.has(mark.id);
  }

  /** Proposed by a model and not changed since. */
  isSuggested(mark: Mark): boolean {
    return !this.#given.has(mark.id) && this.#suggestions.get(mark.id) === mark;
  }

  // The stage

  scene = (): Scene => sceneOf(this.state, this, this.#byName);

  preview = (): Preview => IMAGE_TOOLS[this.state.tool].preview(this.#toolState, this.#toolView());

  send = (event: ToolEvent): boolean => {
    const tool = IMAGE_TOOLS[this.state.tool];
    const step = tool.step(this.#toolState, event, this.#toolView());
    if (step === null) return false;
    this.#toolState = step.state;
    const drawing = tool.isBusy(step.state) && this.preview().path !== undefined;
    if (this.state.linking !== null && step.selection?.length === 1) {
      this.links.to(step.selection[0]!);
      return step.pan ?? false;
    }
    const change: Partial<EditorState> = {
      ...(drawing === this.state.drawing ? {} : { drawing }),
      ...(step.selection ? { selection: new Set(step.selection) } : {}),
      ...(step.edits && this.state.cutting ? { cutting: false } : {}),
    };
    if (step.edits && step.edits.length > 0) this.#commit(step.edits, change);
    else if (step.edits?.length === 0 && this.selected.some((mark) => this.isFixed(mark))) this.change({ ...change, refusal: REFUSAL });
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
    const { selection, hidden, locked, label, cutting } = this.state;
    const chosen = label === null ? null : (this.#labels.get(label) ?? null);
    return toolView({
      answer: this.answer,
      selection,
      untouchable: hidden.size + locked.size === 0 ? NOTHING : new Set([...hidden, ...locked]),
      labels: this.#labels,
      label: chosen,
      fixed: this.#given.fixed,
      media: this.frame,
      pixel: this.stage?.pixel ?? 1,
      cutting,
      newId,
    });
  }

  // Commands: what keys and buttons do

  setTool(tool: ToolName): void {
    const allows = (name: string | null): boolean => tool === "select" || (this.#labels.get(name ?? "")?.shapes.includes(tool) ?? false);
    const label = allows(this.state.label) ? this.state.label : (this.usable.find(({ label: each }) => allows(each.name))?.label.name ?? null);
    this.#takeTool(tool, { label, cutting: false });
  }

  /** Chooses the label of the next marks and gives it to the selected ones that can take it. */
  chooseLabel(name: string): void {
    const label = this.#labels.get(name);
    if (label === undefined || label.shapes.length === 0) return;
    const edits = relabelMarks(this.#free(this.selected), label);
    if (edits.length > 0) this.#commit(edits, {});
    if (this.tools.length === 1) return this.change({ label: name });
    const { tool } = this.state;
    const keepsTool = tool === "select" || label.shapes.includes(tool);
    if (keepsTool) this.change({ label: name });
    else this.#takeTool(imageShapes(label)[0] ?? "select", { label: name });
  }

  select(ids: Iterable<string>): void {
    this.change({ selection: new Set(ids), refusal: null });
  }

  /** The next or previous mark; past either end nothing is selected and the answer is false. */
  cycle(direction: 1 | -1): boolean {
    const marks = this.answer.annotations.filter(({ id }) => !this.state.hidden.has(id));
    const at = marks.findIndex(({ id }) => this.state.selection.has(id));
    const next = at < 0 && direction === -1 ? undefined : marks[at + direction];
    this.select(next ? [next.id] : []);
    return next !== undefined;
  }

  remove(): void {
    const ids = new Set(this.#free(this.selected).map(({ id }) => id));
    const going = new Set([...ids].filter((id) => this.#given.mayDelete(id)));
    const released = releasing(this.answer, this.taxonomy, going);
    // What names a mark lets go of it first; marks that are changed by that are removed as they then are.
    const rest = applied(this.answer, released);
    this.#commit([...released, ...removeMarks(rest, going)], { selection: NOTHING });
  }

  duplicate(): void {
    const offset = DUPLICATE_OFFSET * (this.stage?.pixel ?? 1);
    const { edits, ids } = duplicateMarks(this.answer, this.selected, newId, offset, this.frame);
    this.#commit(edits, { selection: new Set(ids) });
  }

  pointOut(mark: Mark | null): void {
    this.change({ pointedOut: mark });
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
    const label = this.#labels.get(this.state.label ?? "");
    const sight = this.stage ? visibleRect(this.stage.view) : { x: 0, y: 0, ...this.media };
    const mark = label && markInMiddle(label, sight, this.frame, newId());
    if (!mark) return;
    this.#commit(addMark(this.answer, mark), { selection: new Set([mark.id]) });
  }

  undo(): void {
    this.#travel(withUndo(this.state.history));
  }

  redo(): void {
    this.#travel(withRedo(this.state.history));
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
    this.change({ [what]: toggled(this.state[what], ids) });
  }

  toggleCutting(): void {
    if (!this.canCut) return;
    const cutting = !this.state.cutting;
    if (cutting) this.#takeTool("polygon", { cutting });
    else this.change({ cutting });
  }

  /** One polygon is selected, so a hole would have somewhere to go. */
  get canCut(): boolean {
    const marks = this.selected;
    return marks.length === 1 && marks[0]!.type === "polygon" && this.tools.includes("polygon");
  }

  /** Checks the answer, shows what is wrong, and gives it back. */
  check(): readonly PlacedProblem[] {
    const problems = checkAnswer(this.answer, this.taxonomy);
    this.showProblems(problems);
    return problems;
  }

  /** Marks problems and goes to the first. */
  showProblems(problems: readonly PlacedProblem[]): void {
    this.change({ problems });
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
    if (first) this.stage?.focus(others.reduce<Rect>(rectUnion, first));
  }

  shapesOf(label: string): readonly Shape[] {
    return this.#labels.get(label)?.shapes ?? [];
  }

  // How state changes

  #free(marks: readonly Mark[]): readonly Mark[] {
    return marks.filter(({ id }) => !this.state.locked.has(id));
  }

  /** Whether any of the selected marks may go. */
  get canRemove(): boolean {
    return this.selected.some(({ id }) => this.#given.mayDelete(id));
  }

  #takeTool(tool: ToolName, change: Partial<EditorState>): void {
    this.#toolState = IMAGE_TOOLS[tool].initial;
    this.change({ ...change, tool, drawing: false });
  }

  #commit(edits: readonly Edit[], change: Partial<EditorState>): void {
    const allowed = this.#given.allowed(edits);
    if (allowed.length === 0) {
      if (edits.length > 0) this.change({ refusal: REFUSAL, ...(change.linking === undefined ? {} : change) });
      return;
    }
    this.#travel(withStep(this.state.history, allowed), { refusal: null, ...change });
  }

  #travel(history: History, change: Partial<EditorState> = {}): void {
    if (history === this.state.history) return;
    const alive = new Set(history.answer.annotations.map(({ id }) => id));
    const selection = new Set([...(change.selection ?? this.state.selection)].filter((id) => alive.has(id)));
    // Once problems were shown they follow the answer, so that a solved one disappears by itself.
    const problems = this.state.problems.length > 0 ? checkAnswer(history.answer, this.taxonomy) : [];
    this.change({ ...change, history, selection, problems });
    this.tellAnswer(history.answer);
  }
}
