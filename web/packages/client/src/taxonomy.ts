/** What may be marked and asked. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Shape = "box" | "polygon" | "polyline" | "point" | "ellipse" | "cuboid" | "span" | "group";
export type AttributeType = "category" | "multiselect" | "number" | "text" | "datetime" | "group" | "angle" | "across" | "down" | "mark";

/** With `children` a heading over finer choices; only those at the ends can be chosen. */
export interface Choice {
  name: string;
  title?: string | null;
  children?: Choice[];
}

export type Condition = Schemas["Condition"];

export interface Attribute {
  name: string;
  type: AttributeType;
  title?: string | null;
  choices?: Choice[];
  required?: boolean;
  minimum?: number | null;
  maximum?: number | null;
  length_max?: number;
  when?: Condition | null;
  description?: string | null;
  unit?: string | null;
  choices_min?: number | null;
  choices_max?: number | null;
  values_max?: number;
  time_of_day?: boolean;
  attributes?: Attribute[];
  /** Of which labels the mark may be that the value names. */
  labels?: string[];
}

export type ShapeLimits = Schemas["ShapeLimits"];

/** Sizes are image pixels; `color` is `#rrggbb`; `shapes: []` is a heading that only groups its children. */
export interface Label {
  name: string;
  title?: string | null;
  color?: string | null;
  shapes?: Shape[];
  rotatable?: boolean;
  width_min?: number;
  height_min?: number;
  limits?: { [S in Shape]?: ShapeLimits };
  attributes?: Attribute[];
  children?: Label[];
  /** Whether what stands in a region is typed; on pages of documents only. */
  text?: "none" | "optional" | "required";
}

export type RelationType = Partial<Schemas["RelationType"]> & Pick<Schemas["RelationType"], "name">;

export interface Taxonomy {
  labels?: Label[];
  attributes?: Attribute[];
  relations?: RelationType[];
  /** Where the question is one task's own: read before the project's instructions. */
  instructions?: string;
  /** In which the text of documents is typed, as a BCP 47 tag. */
  language?: string | null;
  connections?: Schemas["Connection"][];
  given?: Schemas["GivenMarks"] | null;
  margin_x?: number;
  margin_y?: number;
}
