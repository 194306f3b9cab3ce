/** One text in both ways of counting: code points, which answers use, and UTF-16 units, which the browser uses. */

export interface Range {
  /** Code points; `end` is the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** Longer lines are split here before words are sought in them, so that a keypress never waits. */
const LINE_MAX = 4_000;

export class TextIndex {
  readonly text: string;
  /** In code points. */
  readonly length: number;
  /** The unit where each code point begins; null where both ways count alike. */
  readonly #units: Uint32Array | null;

  constructor(text: string) {
    this.text = text;
    let wide = 0;
    for (const letter of text) if (letter.length > 1) wide += 1;
    this.length = text.length - wide;
    this.#units = null;
    if (wide === 0) return;
    this.#units = new Uint32Array(this.length + 1);
    let unit = 0;
    let point = 0;
    for (const letter of text) {
      this.#units[point] = unit;
      point += 1;
      unit += letter.length;
    }
    this.#units[point] = unit;
  }

  unitOf(point: number): number {
    const within = Math.max(0, Math.min(point, this.length));
    return this.#units === null ? within : this.#units[within]!;
  }

  /** Of a unit within a code point, that code point. */
  pointOf(unit: number): number {
    const within = Math.max(0, Math.min(unit, this.text.length));
    if (this.#units === null) return within;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#units[middle]! <= within) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  slice({ start, end }: Range): string {
    return this.text.slice(this.unitOf(start), this.unitOf(end));
  }

  /** Without blanks at either end; null where nothing else is in it. */
  trimmed(range: Range): Range | null {
    const passage = this.slice(range);
    const front = passage.length - passage.trimStart().length;
    const body = passage.trim().length;
    if (body === 0) return null;
    const start = this.unitOf(range.start) + front;
    return { start: this.pointOf(start), end: this.pointOf(start + body) };
  }

  /** The word at this place, or else the next one; null after the last. */
  wordFrom(point: number): Range | null {
    for (let from = this.#lineStart(this.unitOf(point)); from < this.text.length; from = this.#lineEnd(from)) {
      for (const word of this.#wordsOfLine(from)) if (word.end > point) return word;
    }
    return null;
  }

  /** The last word that ends at this place or before it; null before the first. */
  wordBefore(point: number): Range | null {
    for (let unit = this.unitOf(point); unit > 0; ) {
      const from = this.#lineStart(unit - 1);
      const found = this.#wordsOfLine(from).findLast(({ end }) => end <= point);
      if (found) return found;
      unit = from;
    }
    return null;
  }

  /** The range with the words that its ends fall into made whole, and no blanks outside; null where it has no letter. */
  widened(range: Range): Range | null {
    const inner = this.trimmed(range);
    if (inner === null) return null;
    const first = this.wordFrom(inner.start);
    const last = this.wordFrom(inner.end - 1);
    return {
      start: first && first.start < inner.start ? first.start : inner.start,
      end: last && last.start < inner.end ? Math.max(last.end, inner.end) : inner.end,
    };
  }

  #lineStart(unit: number): number {
    // Before the first letter `lastIndexOf` would look at it all the same.
    const line = unit <= 0 ? 0 : this.text.lastIndexOf("\n", unit - 1) + 1;
    return line + Math.floor((unit - line) / LINE_MAX) * LINE_MAX;
  }

  #lineEnd(from: number): number {
    const next = this.text.indexOf("\n", from);
    return Math.min(next < 0 ? this.text.length : next + 1, from + LINE_MAX);
  }

  #wordsOfLine(from: number): Range[] {
    return words(this.text.slice(from, this.#lineEnd(from))).map(({ start, end }) => ({ start: this.pointOf(from + start), end: this.pointOf(from + end) }));
  }
}

const SEGMENTER = typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "word" }) : null;

/** Words of a line in UTF-16 units: as its language writes them where the browser knows, else letters and digits. */
function words(line: string): Range[] {
  if (SEGMENTER === null) return [...line.matchAll(/[\p{L}\p{N}\p{M}_]+/gu)].map((found) => ({ start: found.index, end: found.index + found[0].length }));
  return [...SEGMENTER.segment(line)].filter(({ isWordLike }) => isWordLike).map(({ index, segment }) => ({ start: index, end: index + segment.length }));
}
