/** What a turn is worked at: one desk for each kind of annotation, all alike to the page around them. */

import type { FieldProblem } from "@assay/client";
import type { ReactNode } from "react";
import type { Answer } from "../api";
import type { OpenTurn } from "../work/session";

export interface Desk {
  /** What the page calls what is shown: photo, text. */
  readonly noun: string;
  /** The answer as it travels. */
  answer(): Answer;
  /** The same object for as long as the answer stays as it is. */
  snapshot(): unknown;
  isEmpty(): boolean;
  /** With any change, also of what is selected or in hand. */
  subscribe(listener: () => void): () => void;
  /** With every new answer. */
  onAnswer(listener: () => void): () => void;
  /** Finishes what is half done: it would be lost unnoticed. */
  settle(): void;
  /** Whether nothing is wrong with the answer; shows what is. */
  check(): boolean;
  showProblems(problems: readonly FieldProblem[]): void;
  /** What the worker carries from one task to the next. */
  hand(): object;
  render(page: DeskPage): ReactNode;
}

export interface DeskPage {
  readonly open: OpenTurn;
  readonly instructionsOpen: boolean;
  readonly onSubmit: () => void;
  readonly onRetryPhoto: () => void;
  readonly onReport: () => void;
}

/** `hand`: what another desk of this kind gave before, or an empty object. */
export type MakeDesk = (open: OpenTurn, hand: object) => Desk;

/** Whether there is all that has to be seen before answering. */
export const isShown = ({ turn, photo }: OpenTurn): boolean => turn.media === null ? turn.content !== null : photo !== null;
