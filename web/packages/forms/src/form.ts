/**
 * Forms that know little: a value, what the server says of it field by field, and whether it is being sent.
 *
 * The server's rules are the only rules. A form asks it (live, where there is an address for that) and shows each
 * problem at its field; what belongs to no field shown is gathered at the top, so nothing is ever lost.
 */
import { ApiError, type FieldProblem } from "@assay/client";

export type { FieldProblem };

/** `a.b[2].c` and `a.b.2.c` are the same place; empty is the whole. */
export function fieldPath(field: string): string {
  return field
    .replace(/\[(\d+)\]/g, ".$1")
    .replace(/^\$\.?/, "")
    .replace(/^\.+|\.+$/g, "");
}

/** The problems of one form, found by place. */
export class Problems {
  readonly #byPath = new Map<string, string[]>();

  constructor(readonly all: readonly FieldProblem[] = []) {
    for (const problem of all) {
      const path = fieldPath(problem.field);
      this.#byPath.set(path, [...(this.#byPath.get(path) ?? []), problem.message]);
    }
  }

  get empty(): boolean {
    return this.all.length === 0;
  }

  /** What to show at this field, or undefined. Several messages are joined. */
  at(field: string): string | undefined {
    return this.#byPath.get(fieldPath(field))?.map(sentence).join(" ");
  }

  /** How many problems are at this field or inside it; with "" all of them. */
  within(field: string): number {
    const path = fieldPath(field);
    let total = 0;
    for (const [place, messages] of this.#byPath) {
      if (path === "" || place === path || place.startsWith(`${path}.`)) total += messages.length;
    }
    return total;
  }

  /** Problems at none of the given fields nor inside them: to be shown for the whole form. */
  besides(fields: readonly string[]): FieldProblem[] {
    const paths = fields.map(fieldPath);
    return this.all.filter((problem) => {
      const place = fieldPath(problem.field);
      return !paths.some((path) => place === path || place.startsWith(`${path}.`));
    });
  }
}

/** The problems an error carries; one without a field when it only has a sentence. */
export function problemsOf(error: unknown): Problems {
  if (error instanceof ApiError) {
    return new Problems(error.problems.length > 0 ? error.problems : [{ field: "", message: error.detail }]);
  }
  return new Problems([{ field: "", message: error instanceof Error ? error.message : String(error) }]);
}

/** First letter large, a full stop at the end. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return trimmed;
  const start = trimmed[0]!.toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(start) ? start : `${start}.`;
}
