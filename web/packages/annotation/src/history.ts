/** An answer with the way it came about. One step is one gesture: undo takes back exactly what a hand did. */

import type { ImageAnswer } from "./answer";
import { type Edit, applied, undoing } from "./edits";

/** Steps kept; older ones can no longer be undone. */
const STEPS_MAX = 1000;

export interface History {
  readonly answer: ImageAnswer;
  /** Oldest first. */
  readonly done: readonly (readonly Edit[])[];
  /** The next to redo last. */
  readonly undone: readonly (readonly Edit[])[];
}

export const startHistory = (answer: ImageAnswer): History => ({ answer, done: [], undone: [] });

/** A gesture without edits is no step, and what was undone before stays redoable. */
export function withStep(history: History, edits: readonly Edit[]): History {
  if (edits.length === 0) return history;
  return { answer: applied(history.answer, edits), done: [...history.done, edits].slice(-STEPS_MAX), undone: [] };
}

export function withUndo(history: History): History {
  const step = history.done.at(-1);
  if (step === undefined) return history;
  return {
    answer: applied(history.answer, undoing(step)),
    done: history.done.slice(0, -1),
    undone: [...history.undone, step],
  };
}

export function withRedo(history: History): History {
  const step = history.undone.at(-1);
  if (step === undefined) return history;
  return {
    answer: applied(history.answer, step),
    done: [...history.done, step],
    undone: history.undone.slice(0, -1),
  };
}
