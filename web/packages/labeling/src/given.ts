/** Marks that were given with the task, and what may be done with them. The server refuses the rest. */

import type { Edit, Taxonomy } from "@assay/annotation";
import { NOTHING } from "@assay/canvas";

export const REFUSAL = "This was given with the task and may not be changed so.";

export class Given {
  readonly #rules: Taxonomy["given"];
  readonly #ids: ReadonlySet<string>;
  /** Those whose place and values stay as they are. */
  readonly fixed: ReadonlySet<string>;

  constructor({ given }: Taxonomy) {
    this.#rules = given;
    this.#ids = new Set(given?.annotations.map(({ id }) => id));
    this.fixed = given && !given.may_change ? this.#ids : NOTHING;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Nothing may be added to them. */
  get isClosed(): boolean {
    return this.#rules !== null && !this.#rules.may_add;
  }

  mayDelete(id: string): boolean {
    return !this.#ids.has(id) || (this.#rules?.may_delete ?? true);
  }

  /** The edits that are allowed. */
  allowed(edits: readonly Edit[]): readonly Edit[] {
    const rules = this.#rules;
    if (rules === null) return edits;
    return edits.filter((edit) => {
      if (edit.kind === "insert") return rules.may_add;
      if (edit.kind === "remove") return this.mayDelete(edit.mark.id);
      if (edit.kind !== "replace" || !this.#ids.has(edit.before.id)) return true;
      return edit.before.label === edit.after.label ? rules.may_change : rules.may_relabel;
    });
  }
}
