/**
 * A project while it is being edited: the wire values with a stable key on everything that can be moved or renamed,
 * so that fields keep their focus and undo its meaning.
 */
import type { Attribute, AttributeType, Choice, Kind, Label, Policy, ProjectDraft, RelationType, Shape, Taxonomy } from "@assay/client";

export interface ChoiceDraft {
  key: string;
  name: string;
  title: string;
  /** Finer choices below it; made by the API and kept as they are. */
  children: Choice[];
}

export interface AttributeDraft {
  key: string;
  name: string;
  type: AttributeType;
  title: string;
  choices: ChoiceDraft[];
  required: boolean;
  minimum: number | null;
  maximum: number | null;
  length_max: number;
  /** By key of the other attribute, so that renaming it does not break the condition. */
  when: { attributeKey: string; any_of: string[] } | null;
  /** From here on: of forms only. */
  description: string;
  unit: string;
  choices_min: number | null;
  choices_max: number | null;
  values_max: number;
  time_of_day: boolean;
  attributes: AttributeDraft[];
  /** What was made by the API and is kept as it is: labels of marks that are named, and further conditions. */
  made?: Attribute;
}

export interface LabelDraft {
  key: string;
  name: string;
  title: string;
  color: string | null;
  shapes: Shape[];
  rotatable: boolean;
  width_min: number;
  height_min: number;
  /** Of documents only: whether what stands in a region is typed. */
  text: NonNullable<Label["text"]>;
  /** Made by the API and kept for the shapes that are left. */
  limits?: Label["limits"];
  attributes: AttributeDraft[];
  children: LabelDraft[];
}

/** Its ends by the keys of labels, so that renaming one does not break it. */
export interface RelationDraft {
  key: string;
  name: string;
  title: string;
  directed: boolean;
  sourceKeys: string[];
  targetKeys: string[];
}

export interface EditorDraft {
  kind: Kind;
  name: string;
  instructions: string;
  labels: LabelDraft[];
  attributes: AttributeDraft[];
  /** Of entities and photos only. */
  relations: RelationDraft[];
  /** Made by the API and kept as it is. */
  kept?: Pick<Taxonomy, "connections" | "margin_x" | "margin_y">;
  policy: Policy;
  /** Of documents only: in which what stands there is typed. */
  language?: string;
}

export type NewKey = () => string;

/** Keys need only differ within one page. */
export function keyMaker(): NewKey {
  let last = 0;
  return () => `k${++last}`;
}

/** The server's own defaults (core/policy.py), written out so that the form can show them. */
export const DEFAULT_POLICY: Policy = {
  overlap: { mode: "fixed", count: 1 },
  review: { mode: "none" },
  gold: { rate: 0, score_min: 0.5, accuracy_min: 0.6, answers_min: 4 },
  training: { tasks: 10, score_min: 0.7, runs_max: 3 },
  merge: { iou_min: 0.5, vote_min: 0.5 },
  lease_seconds: 1800,
  extension_seconds: 900,
  skips_max: 2,
  send_backs_max: 2,
};

export function newLabel(newKey: NewKey, name = "", shape: Shape = "box"): LabelDraft {
  return {
    key: newKey(),
    name,
    title: "",
    color: null,
    shapes: [shape],
    rotatable: false,
    width_min: 0,
    height_min: 0,
    text: "none",
    attributes: [],
    children: [],
  };
}

export function newAttribute(newKey: NewKey): AttributeDraft {
  return {
    key: newKey(),
    name: "",
    type: "category",
    title: "",
    choices: [
      { key: newKey(), name: "", title: "", children: [] },
      { key: newKey(), name: "", title: "", children: [] },
    ],
    required: false,
    minimum: null,
    maximum: null,
    length_max: 2000,
    when: null,
    description: "",
    unit: "",
    choices_min: null,
    choices_max: null,
    values_max: 1,
    time_of_day: false,
    attributes: [],
  };
}

export function emptyDraft(newKey: NewKey): EditorDraft {
  return { kind: "image", name: "", instructions: "", labels: [newLabel(newKey, "object")], attributes: [], relations: [], policy: DEFAULT_POLICY };
}

function readAttributes(attributes: readonly Attribute[] | undefined, newKey: NewKey): AttributeDraft[] {
  const read = (attributes ?? []).map((attribute) => ({
    key: newKey(),
    name: attribute.name,
    type: attribute.type,
    title: attribute.title ?? "",
    choices: (attribute.choices ?? []).map((choice) => ({ key: newKey(), name: choice.name, title: choice.title ?? "", children: choice.children ?? [] })),
    required: attribute.required ?? false,
    minimum: attribute.minimum ?? null,
    maximum: attribute.maximum ?? null,
    length_max: attribute.length_max ?? 2000,
    when: null,
    description: attribute.description ?? "",
    unit: attribute.unit ?? "",
    choices_min: attribute.choices_min ?? null,
    choices_max: attribute.choices_max ?? null,
    values_max: attribute.values_max ?? 1,
    time_of_day: attribute.time_of_day ?? false,
    attributes: readAttributes(attribute.attributes, newKey),
    made: attribute,
  }));
  return read.map((draft, index): AttributeDraft => {
    const when = attributes?.[index]?.when;
    const other = when && read.find((candidate) => candidate.name === when.attribute);
    return { ...draft, when: when && other ? { attributeKey: other.key, any_of: [...when.any_of] } : null };
  });
}

function readLabels(labels: readonly Label[] | undefined, newKey: NewKey): LabelDraft[] {
  return (labels ?? []).map((label) => ({
    key: newKey(),
    name: label.name,
    title: label.title ?? "",
    color: label.color ?? null,
    shapes: [...(label.shapes ?? ["box"])],
    rotatable: label.rotatable ?? false,
    width_min: label.width_min ?? 0,
    height_min: label.height_min ?? 0,
    text: label.text ?? "none",
    ...(label.limits ? { limits: label.limits } : {}),
    attributes: readAttributes(label.attributes, newKey),
    children: readLabels(label.children, newKey),
  }));
}

export function newRelation(newKey: NewKey): RelationDraft {
  return { key: newKey(), name: "", title: "", directed: true, sourceKeys: [], targetKeys: [] };
}

/** Every label, parents first. */
export const allLabels = (labels: readonly LabelDraft[]): LabelDraft[] => labels.flatMap((label) => [label, ...allLabels(label.children)]);

/** The draft as one of another kind: labels are marked with what that kind marks with, headings stay headings. */
export function ofKind(draft: EditorDraft, kind: Kind, newKey: NewKey): EditorDraft {
  const shape: Shape = kind === "entities" ? "span" : "box";
  const shaped = (labels: readonly LabelDraft[]): LabelDraft[] =>
    labels.map((label) => ({
      ...label,
      shapes: label.shapes.length === 0 ? [] : [shape],
      text: kind === "document" && label.shapes.length > 0 ? "required" : "none",
      children: shaped(label.children),
    }));
  return {
    ...draft,
    kind,
    labels: kind === "form" ? draft.labels : shaped(draft.labels),
    ...(kind === "form" && draft.attributes.length === 0 ? { attributes: [newAttribute(newKey)] } : {}),
  };
}

function readRelations(relations: readonly RelationType[], labels: readonly LabelDraft[], newKey: NewKey): RelationDraft[] {
  const keys = new Map(allLabels(labels).map(({ name, key }) => [name, key]));
  const keysOf = (names: readonly string[] = []) => names.flatMap((name) => keys.get(name) ?? []);
  return relations.map((relation) => ({
    key: newKey(),
    name: relation.name,
    title: relation.title ?? "",
    directed: relation.directed ?? true,
    sourceKeys: keysOf(relation.source_labels),
    targetKeys: keysOf(relation.target_labels),
  }));
}

function writeRelations(relations: readonly RelationDraft[], labels: readonly LabelDraft[]): RelationType[] {
  const names = new Map(allLabels(labels).map(({ name, key }) => [key, name.trim()]));
  const namesOf = (keys: readonly string[]) => keys.flatMap((key) => names.get(key) ?? []);
  return relations.map(({ name, title, directed, sourceKeys, targetKeys }) => ({
    name: name.trim(),
    ...(title.trim() ? { title: title.trim() } : {}),
    ...(directed ? {} : { directed }),
    ...(namesOf(sourceKeys).length > 0 ? { source_labels: namesOf(sourceKeys) } : {}),
    ...(namesOf(targetKeys).length > 0 ? { target_labels: namesOf(targetKeys) } : {}),
  }));
}

function keptOf({ connections, margin_x, margin_y }: Taxonomy): NonNullable<EditorDraft["kept"]> {
  return { ...(connections?.length ? { connections } : {}), ...(margin_x ? { margin_x } : {}), ...(margin_y ? { margin_y } : {}) };
}

export function readDraft(project: ProjectDraft, newKey: NewKey): EditorDraft {
  const labels = readLabels(project.taxonomy.labels, newKey);
  return {
    kind: project.kind,
    name: project.name,
    instructions: project.instructions,
    labels,
    attributes: readAttributes(project.taxonomy.attributes, newKey),
    relations: readRelations(project.taxonomy.relations ?? [], labels, newKey),
    kept: keptOf(project.taxonomy),
    policy: project.policy,
    language: project.taxonomy.language ?? "",
  };
}

/** Names are stored trimmed; a title that says nothing is left out. */
function writeAttributes(attributes: readonly AttributeDraft[]): Attribute[] {
  return attributes.map((attribute) => {
    const wire: Attribute = { name: attribute.name.trim(), type: attribute.type };
    if (attribute.title.trim()) wire.title = attribute.title.trim();
    if (attribute.required) wire.required = true;
    if (attribute.type === "category" || attribute.type === "multiselect") {
      wire.choices = attribute.choices.map((choice) => ({
        name: choice.name.trim(),
        ...(choice.title.trim() ? { title: choice.title.trim() } : {}),
        ...(choice.children.length > 0 ? { children: choice.children } : {}),
      }));
    }
    if (attribute.type === "number") {
      if (attribute.minimum !== null) wire.minimum = attribute.minimum;
      if (attribute.maximum !== null) wire.maximum = attribute.maximum;
    }
    if (attribute.type === "text" && attribute.length_max !== 2000) wire.length_max = attribute.length_max;
    if (attribute.description.trim()) wire.description = attribute.description.trim();
    if (attribute.type === "number" && attribute.unit.trim()) wire.unit = attribute.unit.trim();
    if (attribute.type === "multiselect" && attribute.choices_min !== null) wire.choices_min = attribute.choices_min;
    if (attribute.type === "multiselect" && attribute.choices_max !== null) wire.choices_max = attribute.choices_max;
    if (attribute.type === "datetime" && attribute.time_of_day) wire.time_of_day = true;
    if (attribute.type === "group") wire.attributes = writeAttributes(attribute.attributes);
    if (attribute.values_max > 1 && attribute.type !== "category" && attribute.type !== "multiselect") wire.values_max = attribute.values_max;
    const other = attribute.when && attributes.find((candidate) => candidate.key === attribute.when?.attributeKey);
    if (attribute.when && other) {
      const { also, or_else } = attribute.made?.when ?? {};
      wire.when = { attribute: other.name.trim(), any_of: attribute.when.any_of, ...(also?.length ? { also } : {}), ...(or_else?.length ? { or_else } : {}) };
    }
    if (attribute.type === "mark" && attribute.made?.labels?.length) wire.labels = attribute.made.labels;
    return wire;
  });
}

function writeLabels(labels: readonly LabelDraft[]): Label[] {
  return labels.map((label) => {
    const wire: Label = { name: label.name.trim(), shapes: label.shapes };
    if (label.text !== "none") wire.text = label.text;
    if (label.title.trim()) wire.title = label.title.trim();
    if (label.color) wire.color = label.color;
    if (label.rotatable && label.shapes.includes("box")) wire.rotatable = true;
    if (label.width_min > 0) wire.width_min = label.width_min;
    if (label.height_min > 0) wire.height_min = label.height_min;
    const limits = Object.entries(label.limits ?? {}).filter(([shape]) => label.shapes.includes(shape as Shape));
    if (limits.length > 0) wire.limits = Object.fromEntries(limits);
    if (label.attributes.length > 0) wire.attributes = writeAttributes(label.attributes);
    if (label.children.length > 0) wire.children = writeLabels(label.children);
    return wire;
  });
}

export function writeDraft(draft: EditorDraft): ProjectDraft {
  const attributes = writeAttributes(draft.attributes);
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    instructions: draft.instructions,
    taxonomy: {
      ...(draft.kind === "form" ? {} : { labels: writeLabels(draft.labels) }),
      ...(attributes.length > 0 ? { attributes } : {}),
      ...(draft.kind === "document" && draft.language?.trim() ? { language: draft.language.trim() } : {}),
      ...((draft.kind === "entities" || draft.kind === "image") && draft.relations.length > 0 ? { relations: writeRelations(draft.relations, draft.labels) } : {}),
      ...(draft.kind === "image" ? draft.kept : {}),
    },
    policy: draft.policy,
  };
}
