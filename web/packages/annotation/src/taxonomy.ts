/** What may be marked: the same value as the server's `core/taxonomy.py`, with its defaults filled in. */

import type { AttributeValues, ImageShape, Shape } from "./answer";

/** With children a heading over finer choices; only those at the ends can be chosen. */
export interface Choice {
  readonly name: string;
  readonly title: string | null;
  readonly children: readonly Choice[];
}

/** The attribute is asked only when another one of the same subject has one of these values. */
export interface Condition {
  readonly attribute: string;
  readonly any_of: readonly string[];
  /** What must be met besides. */
  readonly also?: readonly Condition[] | undefined;
  /** Other ways to be asked, each with an `also` of its own. */
  readonly or_else?: readonly Condition[] | undefined;
}

export interface Attribute {
  readonly name: string;
  readonly type: "category" | "multiselect" | "number" | "text" | "datetime" | "group" | "angle" | "across" | "down" | "mark";
  readonly title: string | null;
  readonly choices: readonly Choice[];
  readonly required: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly length_max: number;
  readonly when: Condition | null;
  readonly description: string | null;
  readonly unit: string | null;
  readonly choices_min: number | null;
  readonly choices_max: number | null;
  /** Above 1 the value is a list of so many at most. */
  readonly values_max: number;
  readonly time_of_day: boolean;
  /** The questions of a group. */
  readonly attributes: readonly Attribute[];
  /** Of which labels the mark may be that the value names; none: of any. */
  readonly labels: readonly string[];
}

/** What one shape of a label keeps to, beside what its label says of all of them. */
export interface ShapeLimits {
  readonly vertices_min?: number | undefined;
  readonly vertices_max?: number | null | undefined;
  readonly width_min?: number | undefined;
  readonly height_min?: number | undefined;
}

export interface Label {
  readonly name: string;
  readonly title: string | null;
  readonly color: string | null;
  /** The tools offered; none: a heading that only groups its children. */
  readonly shapes: readonly Shape[];
  readonly rotatable: boolean;
  /** Image pixels. */
  readonly width_min: number;
  readonly height_min: number;
  readonly limits: { readonly [S in Shape]?: ShapeLimits | undefined };
  readonly attributes: readonly Attribute[];
  readonly children: readonly Label[];
  /** Whether what stands in a region is typed; on pages of documents only. */
  readonly text: "none" | "optional" | "required";
}

/** One way in which two marks may belong together; a heading among the labels of an end stands for all below it. */
export interface RelationType {
  readonly name: string;
  readonly title: string | null;
  readonly directed: boolean;
  readonly source_labels: readonly string[];
  readonly target_labels: readonly string[];
}

/** Points of these labels are shown joined: each to the nearest, or those with the same value of the attribute. */
export interface Connection {
  readonly labels: readonly string[];
  readonly attribute?: string | null | undefined;
}

/** Marks that an answer begins with, and what may become of them. */
export interface GivenMarks {
  readonly annotations: readonly { readonly id: string }[];
  readonly may_add: boolean;
  readonly may_change: boolean;
  readonly may_relabel: boolean;
  readonly may_delete: boolean;
}

export interface Taxonomy {
  readonly labels: readonly Label[];
  readonly attributes: readonly Attribute[];
  readonly relations: readonly RelationType[];
  /** In which the text of documents is typed, as a BCP 47 tag. */
  readonly language: string | null;
  readonly connections: readonly Connection[];
  readonly given: GivenMarks | null;
  /** How far marks may reach over the photo's edges, in its pixels. */
  readonly margin_x: number;
  readonly margin_y: number;
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };
export type WireChoice = Omit<Loose<Choice>, "children"> & {
  readonly name: string;
  readonly children?: readonly WireChoice[] | undefined;
};
export type WireAttribute = Omit<Loose<Attribute>, "choices" | "attributes"> &
  Pick<Attribute, "name" | "type"> & {
    readonly choices?: readonly WireChoice[] | undefined;
    readonly attributes?: readonly WireAttribute[] | undefined;
  };
export type WireLabel = Omit<Loose<Label>, "attributes" | "children"> & {
  readonly name: string;
  readonly attributes?: readonly WireAttribute[] | undefined;
  readonly children?: readonly WireLabel[] | undefined;
};

/** A taxonomy as it travels: what equals its default may be missing. */
export interface WireTaxonomy {
  readonly labels?: readonly WireLabel[] | undefined;
  readonly attributes?: readonly WireAttribute[] | undefined;
  readonly relations?: readonly (Loose<RelationType> & { readonly name: string })[] | undefined;
  readonly language?: string | null | undefined;
  readonly connections?: readonly Connection[] | undefined;
  readonly given?: { readonly annotations?: readonly object[] | undefined; readonly may_add?: boolean | undefined; readonly may_change?: boolean | undefined; readonly may_relabel?: boolean | undefined; readonly may_delete?: boolean | undefined } | null | undefined;
  readonly margin_x?: number | undefined;
  readonly margin_y?: number | undefined;
}

export const readTaxonomy = (wire: WireTaxonomy): Taxonomy => ({
  labels: (wire.labels ?? []).map(readLabel),
  attributes: (wire.attributes ?? []).map(readAttribute),
  relations: (wire.relations ?? []).map((relation) => ({
    name: relation.name,
    title: relation.title ?? null,
    directed: relation.directed ?? true,
    source_labels: relation.source_labels ?? [],
    target_labels: relation.target_labels ?? [],
  })),
  language: wire.language ?? null,
  connections: wire.connections ?? [],
  given: wire.given
    ? {
        annotations: (wire.given.annotations ?? []) as readonly { readonly id: string }[],
        may_add: wire.given.may_add ?? true,
        may_change: wire.given.may_change ?? true,
        may_relabel: wire.given.may_relabel ?? false,
        may_delete: wire.given.may_delete ?? true,
      }
    : null,
  margin_x: wire.margin_x ?? 0,
  margin_y: wire.margin_y ?? 0,
});

const readLabel = (wire: WireLabel): Label => ({
  name: wire.name,
  title: wire.title ?? null,
  color: wire.color ?? null,
  shapes: wire.shapes ?? ["box"],
  rotatable: wire.rotatable ?? false,
  width_min: wire.width_min ?? 0,
  height_min: wire.height_min ?? 0,
  limits: wire.limits ?? {},
  attributes: (wire.attributes ?? []).map(readAttribute),
  children: (wire.children ?? []).map(readLabel),
  text: wire.text ?? "none",
});

const readAttribute = (wire: WireAttribute): Attribute => ({
  name: wire.name,
  type: wire.type,
  title: wire.title ?? null,
  choices: (wire.choices ?? []).map(readChoice),
  required: wire.required ?? false,
  minimum: wire.minimum ?? null,
  maximum: wire.maximum ?? null,
  length_max: wire.length_max ?? 2000,
  when: wire.when ?? null,
  description: wire.description ?? null,
  unit: wire.unit ?? null,
  choices_min: wire.choices_min ?? null,
  choices_max: wire.choices_max ?? null,
  values_max: wire.values_max ?? 1,
  time_of_day: wire.time_of_day ?? false,
  attributes: (wire.attributes ?? []).map(readAttribute),
  labels: wire.labels ?? [],
});

const readChoice = ({ name, title, children }: WireChoice): Choice => ({
  name,
  title: title ?? null,
  children: (children ?? []).map(readChoice),
});

/** The shapes of a label that are drawn on photos. */
export const imageShapes = (label: Label): ImageShape[] => label.shapes.filter((shape) => shape !== "span" && shape !== "group");

/** A label in its place: the headings above it, how deep it is, the colour it is drawn in. */
export interface PlacedLabel {
  readonly label: Label;
  readonly path: readonly string[];
  readonly color: string;
}

/**
 * Colours for labels that choose none, far apart in hue and light enough to be seen on a dark photo and dark
 * enough for a bright one. The order alternates warm and cold so that neighbours in the list differ most.
 */
const PALETTE = [
  "#f97316", "#0ea5e9", "#84cc16", "#d946ef", "#facc15", "#818cf8", "#10b981", "#f43f5e",
  "#06b6d4", "#a16207", "#a855f7", "#22c55e", "#ec4899", "#3b82f6", "#f59e0b", "#14b8a6",
] as const;

/** Every label, parents first, in the order a worker sees them. */
export function placedLabels(taxonomy: Taxonomy): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const place = (labels: readonly Label[], above: readonly string[]): void => {
    for (const label of labels) {
      const path = [...above, label.name];
      placed.push({ label, path, color: label.color ?? PALETTE[placed.length % PALETTE.length]! });
      place(label.children, path);
    }
  };
  place(taxonomy.labels, []);
  return placed;
}

export const titleOf = (named: { readonly name: string; readonly title: string | null }): string =>
  named.title ?? named.name;

/**
 * The attributes to ask, given what is answered so far. An attribute whose condition names one that is itself
 * not asked is not asked either.
 */
export function askedAttributes(attributes: readonly Attribute[], values: Readonly<Record<string, unknown>>): Attribute[] {
  const byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const isAsked = (attribute: Attribute, seen: ReadonlySet<string>): boolean => {
    const { when } = attribute;
    if (when === null) return true;
    return [when, ...(when.or_else ?? [])].some((way) => [way, ...(way.also ?? [])].every((one) => isMet(one, seen)));
  };
  const isMet = ({ attribute, any_of }: Condition, seen: ReadonlySet<string>): boolean => {
    const other = byName.get(attribute);
    if (other === undefined || seen.has(other.name)) return false;
    const wanted = other.choices.length > 0 ? meeting(other.choices, any_of) : any_of;
    return isAsked(other, new Set([...seen, other.name])) && hasAnyOf(values[other.name], wanted);
  };
  return attributes.filter((attribute) => isAsked(attribute, new Set([attribute.name])));
}

/** The choices that meet a condition's names: a heading stands for all choices below it. */
const meeting = (choices: readonly Choice[], wanted: readonly string[]): string[] =>
  choices.flatMap((choice) => (wanted.includes(choice.name) ? leavesOf([choice]).map(({ name }) => name) : meeting(choice.children, wanted)));

/** What can be chosen, in the order it is shown. */
export const leavesOf = (choices: readonly Choice[]): Choice[] =>
  choices.flatMap((choice) => (choice.children.length > 0 ? leavesOf(choice.children) : [choice]));

/** Numbers are the same however they are written. */
const hasAnyOf = (value: unknown, wanted: readonly string[]): boolean =>
  value !== undefined &&
  (Array.isArray(value) ? value : [value]).some((each) => (typeof each === "number" ? wanted.some((one) => Number(one) === each) : wanted.includes(String(each))));

/** The values without those of attributes that are not, or no longer, asked. */
export function keptValues(attributes: readonly Attribute[], values: AttributeValues): AttributeValues {
  const asked = new Set(askedAttributes(attributes, values).map((attribute) => attribute.name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => asked.has(name)));
}
