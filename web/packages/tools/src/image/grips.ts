/** The parts of a mark that can be taken hold of, and what the mark becomes when one is dragged. */

import { type Box, type Ellipse, type Mark, type Polygon, type Polyline, boundsOf } from "@assay/annotation";
import {
  type Hold,
  type ImagePoint,
  type Frame,
  type Vertex,
  HOLDS,
  clamped,
  distance,
  holdPoint,
  imagePoint,
  nearestOnPath,
  resized,
  rotationTowards,
  rounded,
  toVertex,
  turnedAbout,
  rectCentre,
  fromVertex,
} from "@assay/geometry";

export type Grip =
  | { readonly kind: "resize"; readonly hold: Hold; readonly at: ImagePoint }
  | { readonly kind: "rotate"; readonly at: ImagePoint }
  | { readonly kind: "vertex"; readonly ring: number; readonly index: number; readonly at: ImagePoint }
  /** A place on an outline between two vertices, where a new one can be pulled out. */
  | { readonly kind: "edge"; readonly ring: number; readonly index: number; readonly at: ImagePoint };

/** Screen pixels. */
const REACH = 8;
const REACH_TOUCH = 22;
const EDGE_REACH = 5;
const ROTATE_STEM = 28;
/** A side shorter than this has no middle handle: it would cover the corners'. */
const SIDE_MIN = 30;
/** Nor has it one where the mark is so thin that opposite handles would meet. */
const THICKNESS_MIN = 18;

/** The grips worth drawing; outlines can be held anywhere without one. `pixel`: image pixels per screen pixel. */
export function gripsOf(mark: Mark, rotatable: boolean, pixel: number): Grip[] {
  if (mark.type === "box") return boxGrips(mark, rotatable, pixel);
  if (mark.type === "ellipse") return boxGrips(mark, true, pixel);
  if (mark.type === "cuboid") {
    return [mark.face, mark.side].flatMap((vertices, ring) => vertices.map((vertex, index): Grip => ({ kind: "vertex", ring, index, at: fromVertex(vertex) })));
  }
  if (mark.type === "point") return [];
  return ringsOf(mark).flatMap((vertices, ring) =>
    vertices.map((vertex, index): Grip => ({ kind: "vertex", ring, index, at: fromVertex(vertex) })),
  );
}

function boxGrips(box: Box | Ellipse, rotatable: boolean, pixel: number): Grip[] {
  const [width, height] = [box.width / pixel, box.height / pixel];
  const grips = HOLDS.filter(
    ({ hx, hy }) => (hx !== 0 || (width >= SIDE_MIN && height >= THICKNESS_MIN)) && (hy !== 0 || (height >= SIDE_MIN && width >= THICKNESS_MIN)),
  ).map((hold): Grip => ({ kind: "resize", hold, at: holdPoint(box, hold) }));
  return rotatable ? [...grips, { kind: "rotate", at: rotateGripPoint(box, pixel) }] : grips;
}

/** Above the middle of the top edge, turned along with the box. */
function rotateGripPoint(box: Box | Ellipse, pixel: number): ImagePoint {
  const centre = rectCentre(box);
  return turnedAbout(imagePoint(centre.x, box.y - ROTATE_STEM * pixel), centre, box.rotation ?? 0);
}

/** The grip at a point: handles and vertices first, then outlines. */
export function gripAt(mark: Mark, rotatable: boolean, point: ImagePoint, pixel: number, touch: boolean): Grip | null {
  const bounds = boundsOf(mark);
  // Fingers reach far, but not so far around a small mark that nothing beside it could be touched.
  const room = Math.max(bounds.width, bounds.height) / pixel;
  const reach = (touch ? Math.min(REACH_TOUCH, REACH + room / 4) : REACH) * pixel;
  let best: Grip | null = null;
  let nearest = reach;
  for (const grip of gripsOf(mark, rotatable, pixel)) {
    const away = distance(grip.at, point);
    if (away <= nearest) [best, nearest] = [grip, away];
  }
  return best ?? outlineGrip(mark, point, (touch ? REACH : EDGE_REACH) * pixel);
}

function outlineGrip(mark: Mark, point: ImagePoint, reach: number): Grip | null {
  if (mark.type === "point" || mark.type === "ellipse" || mark.type === "cuboid") return null;
  if (mark.type === "box") {
    const corners = [HOLDS[0]!, HOLDS[2]!, HOLDS[4]!, HOLDS[6]!].map((hold) => toVertex(holdPoint(mark, hold)));
    const near = nearestOnPath(corners, point, true);
    if (near.distance > reach) return null;
    const hold = HOLDS[near.segment * 2 + 1]!;
    return { kind: "resize", hold, at: holdPoint(mark, hold) };
  }
  for (const [ring, vertices] of ringsOf(mark).entries()) {
    const near = nearestOnPath(vertices, point, mark.type === "polygon");
    if (near.distance <= reach) return { kind: "edge", ring, index: near.segment + 1, at: near.at };
  }
  return null;
}

/** The mark with a grip dragged to `point`; rounded as it is stored. */
export function dragged(
  mark: Mark,
  grip: Grip,
  point: ImagePoint,
  keys: { readonly shift: boolean; readonly alt: boolean },
  size: Frame,
): Mark {
  if ((mark.type === "box" || mark.type === "ellipse") && grip.kind === "resize") {
    return settledBox(resized(mark, grip.hold, point, { keepRatio: keys.shift, fromCentre: keys.alt }), size);
  }
  if ((mark.type === "box" || mark.type === "ellipse") && grip.kind === "rotate") {
    const degrees = rotationTowards(mark, point);
    return { ...mark, rotation: rounded(keys.shift ? Math.round(degrees / 15) * 15 : degrees) };
  }
  if (mark.type === "cuboid" && grip.kind === "vertex") {
    const corners = grip.ring === 0 ? "face" : "side";
    return { ...mark, [corners]: mark[corners].with(grip.index, toVertex(point)) };
  }
  if ((mark.type === "polygon" || mark.type === "polyline") && grip.kind === "vertex") {
    return withVertices(mark, grip.ring, (vertices) => vertices.with(grip.index, toVertex(point)));
  }
  return mark;
}

/** An upright box cut to the photo; any box at least one pixel wide and high, and rounded. */
export function settledBox<B extends Box | Ellipse>(box: B, frame: Frame): B {
  const upright = !box.rotation;
  const { x = 0, y = 0 } = frame;
  const left = upright ? clamped(box.x, x, x + frame.width - 1) : box.x;
  const top = upright ? clamped(box.y, y, y + frame.height - 1) : box.y;
  const right = upright ? Math.min(box.x + box.width, x + frame.width) : box.x + box.width;
  const bottom = upright ? Math.min(box.y + box.height, y + frame.height) : box.y + box.height;
  return {
    ...box,
    x: rounded(left),
    y: rounded(top),
    width: rounded(Math.max(1, right - left)),
    height: rounded(Math.max(1, bottom - top)),
  };
}

/** The mark with a vertex put into an outline, and the grip that now holds it. */
export function withVertexInserted(mark: Mark, grip: Grip & { kind: "edge" }): { mark: Mark; grip: Grip } {
  if (mark.type !== "polygon" && mark.type !== "polyline") return { mark, grip };
  const inserted = withVertices(mark, grip.ring, (vertices) => vertices.toSpliced(grip.index, 0, toVertex(grip.at)));
  return { mark: inserted, grip: { ...grip, kind: "vertex" } };
}

/**
 * The mark without a vertex; null when it would have too few left to be a shape. A hole that loses its third
 * vertex is gone.
 */
export function withVertexRemoved(mark: Mark, ring: number, index: number): Mark | null {
  if (mark.type === "polyline") {
    return mark.points.length <= 2 ? null : withVertices(mark, ring, (vertices) => vertices.toSpliced(index, 1));
  }
  if (mark.type !== "polygon") return null;
  if (mark.rings[ring]!.length > 3) return withVertices(mark, ring, (vertices) => vertices.toSpliced(index, 1));
  return ring === 0 ? null : { ...mark, rings: mark.rings.toSpliced(ring, 1) };
}

const ringsOf = (mark: Polygon | Polyline): readonly (readonly Vertex[])[] =>
  mark.type === "polygon" ? mark.rings : [mark.points];

function withVertices<M extends Polygon | Polyline>(mark: M, ring: number, change: (vertices: Vertex[]) => Vertex[]): M {
  const changed = change([...ringsOf(mark)[ring]!]);
  return mark.type === "polygon" ? { ...mark, rings: mark.rings.with(ring, changed) } : { ...mark, points: changed };
}

/** A CSS cursor that points along the direction a grip is dragged in. */
export function gripCursor(mark: Mark, grip: Grip): string {
  if (grip.kind === "rotate") return "grab";
  if (grip.kind === "vertex") return "move";
  if (grip.kind === "edge") return "copy";
  const { hx, hy } = grip.hold;
  const degrees = (Math.atan2(hy, hx) * 180) / Math.PI + (mark.type === "box" || mark.type === "ellipse" ? (mark.rotation ?? 0) : 0);
  const eighth = ((Math.round(degrees / 45) % 4) + 4) % 4;
  return ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"][eighth]!;
}
