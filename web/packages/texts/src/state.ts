/** What the editor of texts holds and is made of. All places are code points. */

import type { PlacedProblem, Taxonomy } from "@assay/annotation";
import type { EntitiesAnswer, Span } from "./answer";
import type { Range } from "./offsets";

export interface TextState {
  readonly answer: EntitiesAnswer;
  /** Answers to go back to, oldest first, and to go forth to, the next last. One gesture is one step. */
  readonly done: readonly EntitiesAnswer[];
  readonly undone: readonly EntitiesAnswer[];
  /** The label that a passage gets by Enter or when it is marked with the mouse; none: a passage waits for its label. */
  readonly label: string | null;
  /** Chosen and not marked yet. */
  readonly passage: Range | null;
  /** A span's id, or a relation's. */
  readonly selected: string | null;
  /** A relation is begun at the selected span and waits for its other end. */
  readonly joining: boolean;
  /** Name of the relation to draw; null: the first that fits. */
  readonly relation: string | null;
  readonly problems: readonly PlacedProblem[];
  /** Names of the voices laid over. */
  readonly overlays: ReadonlySet<string>;
  readonly pointedOut: Span | null;
}

export type TextHand = Pick<TextState, "label">;

export interface TextVoice {
  readonly name: string;
  /** Of its lines over the text; none: one is chosen by its place. */
  readonly color?: string;
  readonly answer: EntitiesAnswer;
}

export interface TextSetup {
  readonly taxonomy: Taxonomy;
  readonly text: string;
  readonly answer: EntitiesAnswer;
  /** Where the answer began, if a model proposed it: spans equal to these count as untouched. */
  readonly suggestions?: EntitiesAnswer | null;
  readonly voices?: readonly TextVoice[];
  readonly hand?: Partial<TextHand>;
  /** Only to be looked at: passages can be selected, and nothing is marked or changed. */
  readonly readOnly?: boolean;
}

/** The state to begin with. */
export const startingState = (answer: EntitiesAnswer, label: string | null): TextState => ({
  answer,
  done: [],
  undone: [],
  label,
  passage: null,
  selected: null,
  joining: false,
  relation: null,
  problems: [],
  overlays: new Set(),
  pointedOut: null,
});
