/**
 * What every shape answers, so that shared code never asks which shape it has.
 *
 * A new shape is a type in `answer.ts` and an entry in `SHAPES`; the compiler names what is missing.
 */

import {
  type ImagePoint,
  type Rect,
  type Vertex,
  cornersOf,
  ellipseBounds,
  ellipseOutline,
  hullOf,
  imagePoint,
  nearestOnPath,
  rectAround,
  rectCentre,
  rectContains,
  ringArea,
  ringsContain,
  rounded,
  fromVertex,
  toVertex,
  uprightPoint,
} from "@assay/geometry";
import type { Cuboid, ImageShape, Mark } from "./answer";

interface ShapeAnswers<M extends Mark> {
  /** The name a worker reads. */
  readonly title: string;
  /** The smallest upright rectangle around it. */
  bounds(mark: M): Rect;
  /** Square pixels; 0 for what has no inside. */
  area(mark: M): number;
  contains(mark: M, point: ImagePoint): boolean;
  /** Pixels from the point to the outline. */
  outlineDistance(mark: M, point: ImagePoint): number;
  moved(mark: M, dx: number, dy: number): M;
  /** Width and height that minimum sizes are asked of; null for what has no size. */
  size(mark: M): { readonly width: number; readonly height: number } | null;
}

const movedVertices = (vertices: readonly Vertex[], dx: number, dy: number): Vertex[] =>
  vertices.map(([x, y]) => [rounded(x + dx), rounded(y + dy)]);

const cornerVertices = (mark: Mark & { type: "box" }): Vertex[] => cornersOf(mark).map(toVertex);

const SHAPES: { readonly [S in ImageShape]: ShapeAnswers<Extract<Mark, { type: S }>> } = {
  box: {
    title: "Box",
    bounds: (box) => (box.rotation ? rectAround(cornersOf(box)) : box),
    area: (box) => box.width * box.height,
    contains: (box, point) => rectContains(box, uprightPoint(box, point)),
    outlineDistance: (box, point) => nearestOnPath(cornerVertices(box), point, true).distance,
    moved: (box, dx, dy) => ({ ...box, x: rounded(box.x + dx), y: rounded(box.y + dy) }),
    size: ({ width, height }) => ({ width, height }),
  },
  polygon: {
    title: "Polygon",
    bounds: (polygon) => rectAround((polygon.rings[0] ?? []).map(fromVertex)),
    area: ({ rings }) => rings.reduce((sum, ring, index) => sum + (index === 0 ? 1 : -1) * ringArea(ring), 0),
    contains: (polygon, point) => ringsContain(polygon.rings, point),
    outlineDistance: ({ rings }, point) => Math.min(...rings.map((ring) => nearestOnPath(ring, point, true).distance)),
    moved: (polygon, dx, dy) => ({ ...polygon, rings: polygon.rings.map((ring) => movedVertices(ring, dx, dy)) }),
    size: (polygon) => rectAround((polygon.rings[0] ?? []).map(fromVertex)),
  },
  polyline: {
    title: "Polyline",
    bounds: (line) => rectAround(line.points.map(fromVertex)),
    area: () => 0,
    contains: () => false,
    outlineDistance: (line, point) => nearestOnPath(line.points, point, false).distance,
    moved: (line, dx, dy) => ({ ...line, points: movedVertices(line.points, dx, dy) }),
    size: () => null,
  },
  point: {
    title: "Point",
    bounds: ({ x, y }) => ({ x, y, width: 0, height: 0 }),
    area: () => 0,
    contains: () => false,
    outlineDistance: (mark, point) => Math.hypot(mark.x - point.x, mark.y - point.y),
    moved: (mark, dx, dy) => ({ ...mark, x: rounded(mark.x + dx), y: rounded(mark.y + dy) }),
    size: () => null,
  },
  ellipse: {
    title: "Ellipse",
    bounds: ellipseBounds,
    area: ({ width, height }) => (Math.PI * width * height) / 4,
    contains: (ellipse, point) => {
      const { x, y } = uprightPoint(ellipse, point);
      const [dx, dy] = [(x - ellipse.x) / ellipse.width - 0.5, (y - ellipse.y) / ellipse.height - 0.5];
      return dx * dx + dy * dy <= 0.25;
    },
    outlineDistance: (ellipse, point) => nearestOnPath(ellipseOutline(ellipse), point, true).distance,
    moved: (ellipse, dx, dy) => ({ ...ellipse, x: rounded(ellipse.x + dx), y: rounded(ellipse.y + dy) }),
    size: ({ width, height }) => ({ width, height }),
  },
  cuboid: {
    title: "Cuboid",
    bounds: ({ face, side }) => rectAround([...face, ...side].map(fromVertex)),
    area: ({ face, side }) => ringArea(hullOf([...face, ...side])),
    contains: ({ face, side }, point) => ringsContain([hullOf([...face, ...side])], point),
    outlineDistance: (cuboid, point) =>
      Math.min(nearestOnPath(cuboid.face, point, true).distance, nearestOnPath(sidePath(cuboid), point, false).distance),
    moved: (cuboid, dx, dy) => ({ ...cuboid, face: movedVertices(cuboid.face, dx, dy), side: movedVertices(cuboid.side, dx, dy) }),
    size: ({ face, side }) => rectAround([...face, ...side].map(fromVertex)),
  },
};

/** From the face to the side's corners and back, on whichever edge of the face they are. */
export function sidePath({ face, side }: Pick<Cuboid, "face" | "side">): readonly Vertex[] {
  const [topLeft, topRight, bottomRight, bottomLeft] = face;
  const isRight = side[0]![0] + side[1]![0] >= topLeft![0] + topRight![0];
  return isRight ? [topRight!, side[0]!, side[1]!, bottomRight!] : [topLeft!, side[0]!, side[1]!, bottomLeft!];
}

// The table is exact per shape; a mark always meets its own entry, which TypeScript cannot follow through a union.
const answersOf = <M extends Mark>(mark: M): ShapeAnswers<M> => SHAPES[mark.type] as unknown as ShapeAnswers<M>;

export const SHAPE_NAMES = Object.keys(SHAPES) as readonly ImageShape[];
export const shapeTitle = (shape: ImageShape): string => SHAPES[shape].title;
export const boundsOf = (mark: Mark): Rect => answersOf(mark).bounds(mark);
export const areaOf = (mark: Mark): number => answersOf(mark).area(mark);
export const containsPoint = (mark: Mark, point: ImagePoint): boolean => answersOf(mark).contains(mark, point);
export const outlineDistance = (mark: Mark, point: ImagePoint): number =>
  answersOf(mark).outlineDistance(mark, point);
export const movedMark = <M extends Mark>(mark: M, dx: number, dy: number): M => answersOf(mark).moved(mark, dx, dy);
export const sizeOf = (mark: Mark): { readonly width: number; readonly height: number } | null =>
  answersOf(mark).size(mark);
export const centreOf = (mark: Mark): ImagePoint => {
  const centre = rectCentre(boundsOf(mark));
  return imagePoint(centre.x, centre.y);
};

/**
 * The marks under a point, best first: those whose outline is within `tolerance` pixels by distance, then those
 * that contain it, smallest first, so that what lies on top of something large can always be reached.
 */
export function marksUnder(marks: readonly Mark[], point: ImagePoint, tolerance: number): Mark[] {
  const near: [number, Mark][] = [];
  const around: [number, Mark][] = [];
  for (const mark of marks) {
    const { x, y, width, height } = boundsOf(mark);
    if (point.x < x - tolerance || point.x > x + width + tolerance) continue;
    if (point.y < y - tolerance || point.y > y + height + tolerance) continue;
    const away = outlineDistance(mark, point);
    if (away <= tolerance) near.push([away, mark]);
    else if (containsPoint(mark, point)) around.push([areaOf(mark), mark]);
  }
  const byRank = ([a]: [number, Mark], [b]: [number, Mark]): number => a - b;
  return [...near.sort(byRank), ...around.sort(byRank)].map(([, mark]) => mark);
}
