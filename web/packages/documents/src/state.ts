/** What the editor of documents holds and is made of. */

import { type Label, type PlacedProblem, type Taxonomy, imageShapes } from "@assay/annotation";
import { NOTHING, type ViewState, plainView } from "@assay/canvas";
import type { Size } from "@assay/geometry";
import type { ToolName } from "@assay/tools";
import type { DocumentAnswer, Region } from "./answer";
import { type DocumentHistory, startDocument } from "./history";

export interface DocumentState extends ViewState {
  readonly history: DocumentHistory;
  readonly page: number;
  readonly tool: ToolName;
  /** The label that new regions get. */
  readonly label: string | null;
  /** Ids of regions. */
  readonly selection: ReadonlySet<string>;
  /** The group in hand. */
  readonly group: string | null;
  readonly drawing: boolean;
  /** The region that was drawn last, until its text is being typed. */
  readonly drawn: string | null;
  readonly problems: readonly PlacedProblem[];
  /** A region that is not in the answer, shown while somebody points at its name. */
  readonly pointedOut: Region | null;
}

/** What a worker carries from one document to the next. */
export type DocumentHand = Pick<DocumentState, "tool" | "label" | "tags" | "crosshair">;

export interface DocumentVoice {
  readonly name: string;
  readonly color: string;
  readonly answer: DocumentAnswer;
}

export interface DocumentSetup {
  readonly taxonomy: Taxonomy;
  /** Each page at its original resolution. */
  readonly pages: readonly Size[];
  readonly answer: DocumentAnswer;
  /** Where the answer began, if a model proposed it. */
  readonly suggestions?: DocumentAnswer | null;
  readonly voices?: readonly DocumentVoice[];
  readonly hand?: Partial<DocumentHand>;
  /** What to write beside regions that annotators disagree about, by their id. */
  readonly doubts?: ReadonlyMap<string, string>;
  /** Only to be looked at. */
  readonly readOnly?: boolean;
}

/** The state to begin with. `drawable`: the labels of regions, in their order. */
export function startingState(setup: DocumentSetup, drawable: readonly Label[]): DocumentState {
  const { answer, hand = {}, readOnly = false } = setup;
  const first = drawable.find(({ name }) => name === hand.label) ?? drawable[0];
  const keepsTool = hand.tool === "select" || (hand.tool !== undefined && (first?.shapes.includes(hand.tool) ?? false));
  return {
    ...plainView(hand),
    history: startDocument(answer),
    page: startingPage(setup),
    tool: readOnly ? "select" : keepsTool ? hand.tool! : ((first && imageShapes(first)[0]) ?? "select"),
    label: first?.name ?? null,
    selection: NOTHING,
    group: null,
    drawing: false,
    drawn: null,
    problems: [],
    pointedOut: null,
  };
}

/** Who looks at what others read begins where they disagree, or where there is something to see; who reads, in front. */
function startingPage({ answer, doubts, voices = [], readOnly = false }: DocumentSetup): number {
  if (!readOnly && voices.length === 0) return 0;
  const doubted = answer.annotations.filter(({ id }) => doubts?.has(id));
  const pages = (doubted.length > 0 ? doubted : answer.annotations).map(({ page }) => page);
  return pages.length > 0 ? Math.min(...pages) : 0;
}
