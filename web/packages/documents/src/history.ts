/** The steps of a document, over all its pages. Answers are values, so a step is the answer before it. */

import type { DocumentAnswer } from "./answer";

export interface DocumentHistory {
  readonly answer: DocumentAnswer;
  /** Answers that were, oldest first. */
  readonly done: readonly DocumentAnswer[];
  /** The next to redo last. */
  readonly undone: readonly DocumentAnswer[];
}

const STEPS_MAX = 500;

export const startDocument = (answer: DocumentAnswer): DocumentHistory => ({ answer, done: [], undone: [] });

export const stepped = ({ answer: before, done }: DocumentHistory, answer: DocumentAnswer): DocumentHistory => ({
  answer,
  done: [...done, before].slice(-STEPS_MAX),
  undone: [],
});

export function stepBack({ answer, done, undone }: DocumentHistory): DocumentHistory | null {
  const before = done.at(-1);
  return before === undefined ? null : { answer: before, done: done.slice(0, -1), undone: [...undone, answer] };
}

export function stepForth({ answer, done, undone }: DocumentHistory): DocumentHistory | null {
  const after = undone.at(-1);
  return after === undefined ? null : { answer: after, done: [...done, answer], undone: undone.slice(0, -1) };
}

/** Where a step from one answer to another is seen: the page of the first region that it changes, and those regions. */
export function whereChanged(before: DocumentAnswer, after: DocumentAnswer): { readonly page: number | null; readonly ids: readonly string[] } {
  const known = new Set<unknown>(before.annotations);
  const changed = after.annotations.filter((region) => !known.has(region));
  const there = new Set(after.annotations.map(({ id }) => id));
  const gone = before.annotations.find(({ id }) => !there.has(id));
  return { page: (changed[0] ?? gone)?.page ?? null, ids: changed.map(({ id }) => id) };
}
