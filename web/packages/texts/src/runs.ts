/** Spans that overlap and nest, laid out: a lane under the text for each, and the text cut into runs between ends. */

import { type Span, inTextOrder } from "./answer";
import type { Range } from "./offsets";

export interface Placed {
  readonly span: Span;
  /** 0 is nearest to the text. */
  readonly lane: number;
}

/** A piece of text that the same spans cover from end to end. Code points. */
export interface Run {
  readonly start: number;
  readonly end: number;
  /** By lane, nearest first. */
  readonly covers: readonly Placed[];
}

/**
 * Lanes such that spans on one lane, their names written under their beginnings included, do not meet. `nameLength`:
 * how many letters of text a span's name takes up. Inner spans come nearest to the text.
 */
export function placedSpans(spans: readonly Span[], nameLength: (span: Span) => number): Placed[] {
  const taken: { start: number; end: number }[][] = [];
  const placed = new Map<string, number>();
  // The shortest first, so that what lies within another is drawn closer to the text than the other.
  for (const span of [...spans].sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start)) {
    const start = span.start;
    const end = Math.max(span.end, span.start + nameLength(span));
    let lane = taken.findIndex((others) => others.every((other) => other.end <= start || other.start >= end));
    if (lane < 0) lane = taken.push([]) - 1;
    taken[lane]!.push({ start, end });
    placed.set(span.id, lane);
  }
  return inTextOrder(spans).map((span) => ({ span, lane: placed.get(span.id)! }));
}

/**
 * The whole text from 0 to `length`, cut wherever a span begins or ends; runs without spans have no `covers`. `also`:
 * where else to cut, such as at the passage that is chosen.
 */
export function runsOf(placed: readonly Placed[], length: number, also: readonly Range[] = []): Run[] {
  const ends = [...placed.map(({ span }) => span), ...also].flatMap(({ start, end }) => [start, end]);
  const cuts = [...new Set([0, length, ...ends])].filter((cut) => cut >= 0 && cut <= length).sort((a, b) => a - b);
  const runs: Run[] = [];
  let active: Placed[] = [];
  let next = 0;
  const waiting = [...placed].sort((a, b) => a.span.start - b.span.start);
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const [start, end] = [cuts[at]!, cuts[at + 1]!];
    active = active.filter(({ span }) => span.end > start);
    for (; next < waiting.length && waiting[next]!.span.start <= start; next += 1) active.push(waiting[next]!);
    runs.push({ start, end, covers: [...active].sort((a, b) => a.lane - b.lane) });
  }
  return runs;
}
