/** Relating one mark to another: begun at the selected mark, ended by choosing the next. */

import {
  type Edit,
  type ImageAnswer,
  type Mark,
  type MarkRelation,
  Relating,
  type Taxonomy,
  addRelation,
  applied,
  newId,
  relationsOf,
  removeRelation,
} from "@assay/annotation";
import type { ToolName } from "@assay/tools";
import type { EditorState } from "./state";

/** What linking reads of the editor. */
export interface LinkingSubject {
  readonly state: Pick<EditorState, "linking" | "tool">;
  readonly answer: ImageAnswer;
  readonly selected: readonly Mark[];
}

/** What it does there. */
export interface LinkingActions {
  change(change: Partial<EditorState>): void;
  takeTool(tool: ToolName, change: Partial<EditorState>): void;
  commit(edits: readonly Edit[]): void;
}

export class Linking {
  readonly relating: Relating;
  readonly #editor: LinkingSubject;
  readonly #do: LinkingActions;
  /** In hand before a relation was begun, and again after it. */
  #toolBefore: ToolName = "select";

  constructor(taxonomy: Taxonomy, editor: LinkingSubject, actions: LinkingActions) {
    this.relating = new Relating(taxonomy);
    this.#editor = editor;
    this.#do = actions;
  }

  /** The relations of a mark, whichever end it is. */
  of(id: string): readonly MarkRelation[] {
    return relationsOf(this.#editor.answer).filter(({ source, target }) => source === id || target === id);
  }

  get canStart(): boolean {
    const [only, ...others] = this.#editor.selected;
    return only !== undefined && others.length === 0 && this.relating.begins(only.label);
  }

  start(): boolean {
    if (this.#editor.state.linking !== null) return this.stop(), true;
    if (!this.canStart) return false;
    this.#toolBefore = this.#editor.state.tool;
    this.#do.takeTool("select", { linking: this.#editor.selected[0]!.id });
    return true;
  }

  stop(): void {
    const { linking } = this.#editor.state;
    this.#do.takeTool(this.#toolBefore, { linking: null, ...(linking === null ? {} : { selection: new Set([linking]) }) });
  }

  /** Relates the mark that linking began with to the one that the keyboard has gone to. */
  finish(): boolean {
    const [only] = this.#editor.selected;
    if (this.#editor.state.linking === null || only === undefined) return false;
    if (only.id !== this.#editor.state.linking) this.to(only.id);
    return true;
  }

  to(target: string): void {
    const source = this.#editor.state.linking!;
    if (target === source) return;
    const [forth] = this.names(source, target);
    const [back] = this.names(target, source);
    // Marks that nothing joins are passed over, and the next may do.
    if (!forth && !back) return this.#do.change({ refusal: "No relation joins these two. Choose another mark." });
    const { answer } = this.#editor;
    const edits = forth ? addRelation(answer, forth, source, target, newId()) : addRelation(answer, back!, target, source, newId());
    this.#do.takeTool(this.#toolBefore, { linking: null, selection: new Set([source]), refusal: null });
    this.#do.commit(edits);
  }

  /** Gives a relation another name, or takes it away. */
  rename(id: string, name: string | null): void {
    const { answer } = this.#editor;
    const relation = relationsOf(answer).find((one) => one.id === id);
    if (relation === undefined) return;
    const removed = removeRelation(answer, id);
    const rule = name === null ? undefined : this.names(relation.source, relation.target).find((one) => one.name === name);
    this.#do.commit(rule ? [...removed, ...addRelation(applied(answer, removed), rule, relation.source, relation.target, newId())] : removed);
  }

  /** The relations that may lead from one mark to another. */
  names(source: string, target: string) {
    const labelOf = (id: string): string => this.#editor.answer.annotations.find((mark) => mark.id === id)?.label ?? "";
    return this.relating.between(labelOf(source), labelOf(target));
  }
}
