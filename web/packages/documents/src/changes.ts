/** What keys and gestures do to an answer: values in, the new answer out, the same object where nothing changes. */

import { type AttributeValue, type Edit, type Taxonomy, applied, keptValues, setMarkAttribute } from "@assay/annotation";
import type { Attribute } from "@assay/annotation";
import type { DocumentAnswer, Group, Region } from "./answer";

/** The answer after edits of marks on one page: what is new lies on that page and has no text yet. */
export function withEdits(answer: DocumentAnswer, edits: readonly Edit[], page: number): DocumentAnswer {
  if (edits.length === 0) return answer;
  let { length } = answer.annotations;
  const placed = edits.map((edit): Edit => (edit.kind === "insert" ? { ...edit, index: length++, mark: { page, text: "", ...edit.mark } as Region } : edit));
  return { ...answer, annotations: applied(answer, placed).annotations as readonly Region[] };
}

/** Without these regions and groups. Regions leave their groups, and a group that none is left of goes too. */
export function without(answer: DocumentAnswer, ids: ReadonlySet<string>): DocumentAnswer {
  const annotations = answer.annotations.filter(({ id }) => !ids.has(id));
  const groups = answer.groups
    .filter(({ id }) => !ids.has(id))
    .map((group) => (group.members.some((id) => ids.has(id)) ? { ...group, members: group.members.filter((id) => !ids.has(id)) } : group))
    .filter(({ members }) => members.length > 0);
  const isSame = annotations.length === answer.annotations.length && groups.length === answer.groups.length;
  return isSame ? answer : { ...answer, annotations, groups };
}

export function withText(answer: DocumentAnswer, id: string, text: string): DocumentAnswer {
  const region = answer.annotations.find((each) => each.id === id);
  return region === undefined || region.text === text ? answer : withRegion(answer, { ...region, text });
}

const withRegion = (answer: DocumentAnswer, region: Region): DocumentAnswer => ({
  ...answer,
  annotations: answer.annotations.map((each) => (each.id === region.id ? region : each)),
});

export function withGroup(answer: DocumentAnswer, group: Group): DocumentAnswer {
  const isThere = answer.groups.some(({ id }) => id === group.id);
  return { ...answer, groups: isThere ? answer.groups.map((each) => (each.id === group.id ? group : each)) : [...answer.groups, group] };
}

export const withRegionValue = (answer: DocumentAnswer, regions: readonly Region[], attributes: readonly Attribute[], name: string, value: AttributeValue | undefined): DocumentAnswer =>
  withEdits(answer, setMarkAttribute(regions, attributes, name, value), 0);

export const withGroupValue = (answer: DocumentAnswer, group: Group, attributes: readonly Attribute[], name: string, value: AttributeValue | undefined): DocumentAnswer =>
  withGroup(answer, { ...group, attributes: changed(attributes, group.attributes ?? {}, name, value) });

export const withWholeValue = (answer: DocumentAnswer, { attributes }: Taxonomy, name: string, value: AttributeValue | undefined): DocumentAnswer => ({
  ...answer,
  attributes: changed(attributes, answer.attributes, name, value),
});

function changed(attributes: readonly Attribute[], values: DocumentAnswer["attributes"], name: string, value: AttributeValue | undefined): DocumentAnswer["attributes"] {
  const { [name]: _, ...others } = values;
  return keptValues(attributes, value === undefined ? others : { ...others, [name]: value });
}
