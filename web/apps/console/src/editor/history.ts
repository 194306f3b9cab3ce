/**
 * Undo for a form. Typing in one field is one step: a change with the same tag as the last one joins it, until
 * something else is changed or the history is sealed (the field is left).
 */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  readonly tag: string | null;
}

const STEPS_MAX = 200;

export function newHistory<T>(present: T): History<T> {
  return { past: [], present, future: [], tag: null };
}

/** `tag` null: always a step of its own. */
export function changed<T>(history: History<T>, present: T, tag: string | null): History<T> {
  if (present === history.present) return history;
  const joins = tag !== null && tag === history.tag && history.past.length > 0;
  return {
    past: joins ? history.past : [...history.past, history.present].slice(-STEPS_MAX),
    present,
    future: [],
    tag,
  };
}

export function sealed<T>(history: History<T>): History<T> {
  return history.tag === null ? history : { ...history, tag: null };
}

export function undone<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1);
  if (history.past.length === 0) return history;
  return { past: history.past.slice(0, -1), present: previous as T, future: [history.present, ...history.future], tag: null };
}

export function redone<T>(history: History<T>): History<T> {
  if (history.future.length === 0) return history;
  const [next, ...future] = history.future;
  return { past: [...history.past, history.present], present: next as T, future, tag: null };
}
