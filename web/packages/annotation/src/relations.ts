/** Relations between marks: which may be drawn, and what becomes of them when marks go. */

import type { ImageAnswer, MarkRelation } from "./answer";
import type { Edit } from "./edits";
import { type RelationType, type Taxonomy, placedLabels } from "./taxonomy";

/** Which relations may join marks of two labels, whichever way round; a heading stands for all labels below it. */
export class Relating {
  readonly #above: ReadonlyMap<string, readonly string[]>;

  constructor(readonly taxonomy: Taxonomy) {
    this.#above = new Map(placedLabels(taxonomy).map(({ label, path }) => [label.name, path]));
  }

  /** The rules that join these labels, in this order; of one name only the first, which is the one that counts. */
  between(source: string, target: string): readonly RelationType[] {
    const seen = new Set<string>();
    return this.taxonomy.relations.filter((rule) => {
      if (seen.has(rule.name) || !(this.#fits(rule, source, target) || (!rule.directed && this.#fits(rule, target, source)))) return false;
      seen.add(rule.name);
      return true;
    });
  }

  /** Whether a mark of this label can be related to anything. */
  begins(label: string): boolean {
    return this.taxonomy.relations.some((rule) => this.#takes(rule.source_labels, label) || this.#takes(rule.target_labels, label));
  }

  /** Whether an attribute that names marks may name one of this label. */
  names(allowed: readonly string[], label: string): boolean {
    return this.#takes(allowed, label);
  }

  #fits(rule: RelationType, source: string, target: string): boolean {
    return this.#takes(rule.source_labels, source) && this.#takes(rule.target_labels, target);
  }

  #takes(allowed: readonly string[], label: string): boolean {
    return allowed.length === 0 || (this.#above.get(label) ?? [label]).some((name) => allowed.includes(name));
  }
}

export const relationsOf = (answer: ImageAnswer): readonly MarkRelation[] => answer.relations ?? [];

/** Relates two marks by a rule; nothing where they are so related already. */
export function addRelation(answer: ImageAnswer, rule: RelationType, source: string, target: string, id: string): Edit[] {
  const before = relationsOf(answer);
  const same = before.some((one) => one.name === rule.name && ((one.source === source && one.target === target) || (!rule.directed && one.source === target && one.target === source)));
  const added: MarkRelation = { id, name: rule.name, source, target, ...(rule.directed ? {} : { directed: false }) };
  return same ? [] : [{ kind: "relate", before, after: [...before, added] }];
}

export function removeRelation(answer: ImageAnswer, id: string): Edit[] {
  const before = relationsOf(answer);
  const after = before.filter((one) => one.id !== id);
  return after.length === before.length ? [] : [{ kind: "relate", before, after }];
}

/** What must go with marks that go: their relations, and attributes of others that name them. */
export function releasing(answer: ImageAnswer, taxonomy: Taxonomy, ids: ReadonlySet<string>): Edit[] {
  const edits: Edit[] = [];
  const before = relationsOf(answer);
  const after = before.filter(({ source, target }) => !ids.has(source) && !ids.has(target));
  if (after.length < before.length) edits.push({ kind: "relate", before, after });
  const naming = new Map(placedLabels(taxonomy).map(({ label }) => [label.name, label.attributes.filter(({ type }) => type === "mark")]));
  for (const mark of answer.annotations) {
    const lost = (naming.get(mark.label) ?? []).filter(({ name }) => ids.has(String(mark.attributes?.[name])));
    if (lost.length === 0 || ids.has(mark.id)) continue;
    const attributes = Object.fromEntries(Object.entries(mark.attributes ?? {}).filter(([name]) => !lost.some((each) => each.name === name)));
    edits.push({ kind: "replace", before: mark, after: { ...mark, attributes } });
  }
  const whole = taxonomy.attributes.filter(({ name, type }) => type === "mark" && ids.has(String(answer.attributes[name])));
  if (whole.length > 0) {
    const kept = Object.fromEntries(Object.entries(answer.attributes).filter(([name]) => !whole.some((each) => each.name === name)));
    edits.push({ kind: "describe", before: answer.attributes, after: kept });
  }
  return edits;
}
