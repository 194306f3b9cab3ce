/** What keys and gestures do to an answer: values in, the new answer out, the same object where nothing changes. */

import { type Attribute, type AttributeValue, type Label, type RelationType, type Taxonomy, keptValues, placedLabels } from "@assay/annotation";
import type { EntitiesAnswer, Relation, Span } from "./answer";
import type { Range } from "./offsets";

export const withSpan = (answer: EntitiesAnswer, span: Span): EntitiesAnswer =>
  sameMark(answer, span, span.label, null) ? answer : { ...answer, annotations: [...answer.annotations, span] };

/** Relations of what is gone go with it. */
export function withoutParts(answer: EntitiesAnswer, ids: ReadonlySet<string>): EntitiesAnswer {
  const annotations = answer.annotations.filter(({ id }) => !ids.has(id));
  const relations = answer.relations.filter(({ id, source, target }) => ![id, source, target].some((each) => ids.has(each)));
  return annotations.length === answer.annotations.length && relations.length === answer.relations.length ? answer : { ...answer, annotations, relations };
}

/** The span with other ends; as before where another one has that place and label already. */
export function withEnds(answer: EntitiesAnswer, id: string, range: Range): EntitiesAnswer {
  const span = answer.annotations.find((each) => each.id === id);
  if (span === undefined || range.end <= range.start || (span.start === range.start && span.end === range.end)) return answer;
  return sameMark(answer, range, span.label, id) ? answer : replaced(answer, { ...span, start: range.start, end: range.end });
}

/** The span with another label. Values stay where the new label asks the same; relations that it may not have go. */
export function withLabel(answer: EntitiesAnswer, id: string, label: Label, taxonomy: Taxonomy): EntitiesAnswer {
  const span = answer.annotations.find((each) => each.id === id);
  if (span === undefined || span.label === label.name || sameMark(answer, span, label.name, id)) return answer;
  const changed = replaced(answer, { ...span, label: label.name, attributes: keptValues(label.attributes, span.attributes ?? {}) });
  const fits = relationRules(taxonomy);
  const byId = new Map(changed.annotations.map((each) => [each.id, each]));
  return {
    ...changed,
    relations: changed.relations.filter((relation) => {
      const type = taxonomy.relations.find(({ name }) => name === relation.name);
      return type !== undefined && fits(type, byId.get(relation.source)!.label, byId.get(relation.target)!.label) !== null;
    }),
  };
}

export function withSpanValue(answer: EntitiesAnswer, id: string, attributes: readonly Attribute[], name: string, value: AttributeValue | undefined): EntitiesAnswer {
  const span = answer.annotations.find((each) => each.id === id);
  return span === undefined ? answer : replaced(answer, { ...span, attributes: withValue(attributes, span.attributes ?? {}, name, value) });
}

export const withTextValue = (answer: EntitiesAnswer, attributes: readonly Attribute[], name: string, value: AttributeValue | undefined): EntitiesAnswer => ({
  ...answer,
  attributes: withValue(attributes, answer.attributes, name, value),
});

/** The relation as drawn from one span to another, its ends exchanged where only that fits and the type allows it. */
export function withRelation(answer: EntitiesAnswer, type: RelationType, id: string, source: Span, target: Span, taxonomy: Taxonomy): EntitiesAnswer {
  const way = source.id === target.id ? null : relationRules(taxonomy)(type, source.label, target.label);
  if (way === null) return answer;
  const [from, to] = way === "as given" ? [source.id, target.id] : [target.id, source.id];
  const isThere = answer.relations.some(
    (each) => each.name === type.name && ((each.source === from && each.target === to) || (!type.directed && each.source === to && each.target === from)),
  );
  if (isThere) return answer;
  const relation: Relation = { id, name: type.name, source: from, target: to, ...(type.directed ? {} : { directed: false }) };
  return { ...answer, relations: [...answer.relations, relation] };
}

export type Way = "as given" | "exchanged" | null;

/** Whether a relation may join two labels, and which way; a heading allows every label below it. */
export function relationRules(taxonomy: Taxonomy): (type: RelationType, source: string, target: string) => Way {
  const above = new Map(placedLabels(taxonomy).map(({ label, path }) => [label.name, path]));
  const allows = (names: readonly string[], label: string): boolean => names.length === 0 || (above.get(label) ?? []).some((each) => names.includes(each));
  const fits = (type: RelationType, source: string, target: string): boolean => allows(type.source_labels, source) && allows(type.target_labels, target);
  return (type, source, target) => (fits(type, source, target) ? "as given" : !type.directed && fits(type, target, source) ? "exchanged" : null);
}

const replaced = (answer: EntitiesAnswer, span: Span): EntitiesAnswer => ({ ...answer, annotations: answer.annotations.map((each) => (each.id === span.id ? span : each)) });

const sameMark = (answer: EntitiesAnswer, { start, end }: Range, label: string, but: string | null): boolean =>
  answer.annotations.some((each) => each.id !== but && each.label === label && each.start === start && each.end === end);

function withValue(attributes: readonly Attribute[], values: EntitiesAnswer["attributes"], name: string, value: AttributeValue | undefined): EntitiesAnswer["attributes"] {
  const { [name]: _, ...others } = values;
  return keptValues(attributes, value === undefined ? others : { ...others, [name]: value });
}
