/** A form being filled in: values, what is wrong with them, and which question is at hand. */

import type { Attribute, Taxonomy } from "@assay/annotation";
import { Watched, sameValue } from "@assay/annotation";
import { type FormProblem, type Path, type Value, type Values, fieldOf, formProblems, valueAt, withValue, written } from "./values";

export interface FormState {
  readonly values: Values;
  /** Shown once the answer was checked; a solved one goes by itself. */
  readonly problems: readonly FormProblem[];
  /** The field to bring to view and to focus; a new object each time. */
  readonly goTo: { readonly field: string } | null;
}

export class FormEditor extends Watched<FormState, void> {
  readonly attributes: readonly Attribute[];

  constructor(taxonomy: Taxonomy, values: Values) {
    super({ values, problems: [], goTo: null });
    this.attributes = taxonomy.attributes;
  }

  /** As it is sent. */
  get answer(): { readonly attributes?: Values } {
    const attributes = written(this.attributes, this.state.values);
    return Object.keys(attributes).length > 0 ? { attributes } : {};
  }

  valueAt = (path: Path): Value | undefined => valueAt(this.state.values, path);

  set = (path: Path, value: Value | undefined): void => {
    if (sameValue(this.valueAt(path), value)) return;
    const values = withValue(this.state.values, path, value);
    const problems = this.state.problems.length > 0 ? formProblems(this.attributes, values) : [];
    this.change({ values, problems });
    this.tellAnswer();
  };

  /** Shows what is wrong and goes to the first of it; whether nothing is. */
  check(): boolean {
    const problems = formProblems(this.attributes, this.state.values);
    this.showProblems(problems);
    return problems.length === 0;
  }

  /** Fields are as the server names them, with or without `answer.` in front. */
  showProblems(found: readonly FormProblem[]): void {
    const problems = found.map(({ field, message }) => ({ field: field.replace(/^answer\./, ""), message }));
    this.change({ problems, goTo: problems[0] ? { field: problems[0].field } : null });
  }

  problemAt = (path: Path): string | undefined => this.state.problems.find(({ field }) => field === fieldOf(path))?.message;
}
