/** What the editor of photos holds and is made of. */

import { type History, type ImageAnswer, type Mark, type PlacedLabel, type PlacedProblem, type Taxonomy, imageShapes, sameValue, startHistory } from "@assay/annotation";
import { NOTHING, type Overlay, type ViewState, plainView } from "@assay/canvas";
import type { Size } from "@assay/geometry";
import type { ToolName } from "@assay/tools";

export interface EditorState extends ViewState {
  readonly history: History;
  readonly tool: ToolName;
  /** The label new marks get. */
  readonly label: string | null;
  readonly selection: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
  /** The next outline cuts a hole into the selected polygon. */
  readonly cutting: boolean;
  /** A shape is begun and not finished: there is something to finish or to cancel. */
  readonly drawing: boolean;
  /** The mark that is about to be related to another, which is chosen next. */
  readonly linking: string | null;
  readonly problems: readonly PlacedProblem[];
  /** Why what was just tried was not done. */
  readonly refusal: string | null;
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

/** The state to begin with. `usable`: the labels that marks can have; `tools`: those that are offered. */
export function startingState(answer: ImageAnswer, hand: Partial<Hand>, usable: readonly PlacedLabel[], tools: readonly ToolName[]): EditorState {
  const first = (usable.find(({ label }) => label.name === hand.label) ?? usable[0])?.label;
  const keepsTool = hand.tool === "select" || (hand.tool !== undefined && (first?.shapes.includes(hand.tool) ?? false));
  return {
    ...plainView(hand),
    history: startHistory(answer),
    tool: tools.length === 1 ? "select" : keepsTool ? hand.tool! : ((first && imageShapes(first)[0]) ?? "select"),
    label: first?.name ?? null,
    selection: NOTHING,
    locked: NOTHING,
    cutting: false,
    drawing: false,
    linking: null,
    problems: [],
    refusal: null,
    pointedOut: null,
  };
}

/** Marks equal to a suggestion become that very object, so that "untouched" stays a comparison of identity. */
export function sharing(answer: ImageAnswer, suggestions: ReadonlyMap<string, Mark>): ImageAnswer {
  if (suggestions.size === 0) return answer;
  const shared = (mark: Mark): Mark => {
    const suggestion = suggestions.get(mark.id);
    return suggestion && sameValue(suggestion, mark) ? suggestion : mark;
  };
  return { ...answer, annotations: answer.annotations.map(shared) };
}
