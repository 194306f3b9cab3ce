/**
 * What one person says about one photo: the same value as the server's `core/annotations/image.py`.
 *
 * Image pixels as floats, origin top-left, x right, y down, in the orientation the photo is shown in and at its
 * original resolution. On the wire defaults are left out; here they are filled in, so that nobody asks twice.
 */

import type { Vertex } from "@assay/geometry";

/** What a label may be marked with: the first on photos, spans in texts, groups of regions on pages. */
export type Shape = ImageShape | "span" | "group";
export type ImageShape = "box" | "polygon" | "polyline" | "point" | "ellipse" | "cuboid";
export type AttributeValue = string | number | readonly string[];
export type AttributeValues = Readonly<Record<string, AttributeValue>>;

interface Marked {
  /** Unique within one answer; chosen by the editor. */
  readonly id: string;
  readonly label: string;
  readonly attributes?: AttributeValues;
}

/** `x, y` is the top-left corner before turning; `rotation` turns about the centre, clockwise, in degrees. */
export interface Box extends Marked {
  readonly type: "box";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotation?: number;
}

/** `rings[0]` is the outline, the others are holes; at least 3 vertices each, the first not repeated. */
export interface Polygon extends Marked {
  readonly type: "polygon";
  readonly rings: readonly (readonly Vertex[])[];
}

/** At least 2 vertices. */
export interface Polyline extends Marked {
  readonly type: "polyline";
  readonly points: readonly Vertex[];
}

export interface Point extends Marked {
  readonly type: "point";
  readonly x: number;
  readonly y: number;
}

/** The ellipse that touches the sides of such a box in their middles. */
export interface Ellipse extends Omit<Box, "type"> {
  readonly type: "ellipse";
}

/** `face`: the nearest face, from its top-left corner clockwise; `side`: top and bottom corner of the side beside it. */
export interface Cuboid extends Marked {
  readonly type: "cuboid";
  readonly face: readonly Vertex[];
  readonly side: readonly Vertex[];
}

export type Mark = Box | Polygon | Polyline | Point | Ellipse | Cuboid;

/** What two marks are to each other; their ids. Where not directed it says the same the other way round. */
export interface MarkRelation {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly directed?: boolean;
}

export interface ImageAnswer {
  readonly annotations: readonly Mark[];
  readonly attributes: AttributeValues;
  /** None where left out. */
  readonly relations?: readonly MarkRelation[];
}

/** An answer as it travels: what equals its default may be missing. */
export interface WireAnswer {
  readonly annotations?: readonly Mark[];
  readonly attributes?: AttributeValues;
  readonly relations?: readonly MarkRelation[];
}

export const EMPTY_ANSWER: ImageAnswer = { annotations: [], attributes: {}, relations: [] };

export const readAnswer = (wire: WireAnswer | null | undefined): ImageAnswer => ({
  annotations: wire?.annotations ?? [],
  attributes: wire?.attributes ?? {},
  relations: wire?.relations ?? [],
});

export function writeAnswer(answer: ImageAnswer): WireAnswer {
  const { relations = [] } = answer;
  const told = { annotations: answer.annotations.map(withoutDefaults), attributes: answer.attributes };
  return relations.length > 0 ? { ...told, relations } : told;
}

function withoutDefaults(mark: Mark): Mark {
  const { attributes, ...bare } = mark;
  const kept = (attributes && Object.keys(attributes).length > 0 ? { ...bare, attributes } : bare) as Mark;
  if ((kept.type === "box" || kept.type === "ellipse") && !kept.rotation) {
    const { rotation: _, ...upright } = kept;
    return upright;
  }
  return kept;
}

export const isEmptyAnswer = (answer: ImageAnswer): boolean =>
  answer.annotations.length === 0 && (answer.relations ?? []).length === 0 && Object.keys(answer.attributes).length === 0;

/** Whether two JSON values say the same; the order of keys does not matter. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keys.every((key) => key in right && sameValue(left[key], right[key]));
}
