/** Rings (closed, first vertex not repeated) and open lines, in image pixels. */

import { type ImagePoint, type Located, type Vertex, distance, imagePoint } from "./spaces";

/** Where a path is nearest to a point. `segment` i runs from vertex i to the next. */
export interface Nearest {
  readonly distance: number;
  readonly segment: number;
  readonly at: ImagePoint;
}

/** Square pixels; positive whatever the direction. */
export function ringArea(ring: readonly Vertex[]): number {
  let twice = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [x1, y1] = ring[i]!;
    const [x2, y2] = ring[(i + 1) % ring.length]!;
    twice += x1 * y2 - x2 * y1;
  }
  return Math.abs(twice) / 2;
}

/** Even-odd rule: a ray to the right crosses the ring an odd number of times. */
export function ringContains(ring: readonly Vertex[], point: Located): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i]!;
    const [xj, yj] = ring[j]!;
    if (yi > point.y !== yj > point.y && point.x < ((xj - xi) * (point.y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Inside the outline and in none of the holes. */
export function ringsContain(rings: readonly (readonly Vertex[])[], point: Located): boolean {
  const [outline, ...holes] = rings;
  return outline !== undefined && ringContains(outline, point) && !holes.some((hole) => ringContains(hole, point));
}

export function nearestOnSegment(a: Located, b: Located, point: Located): ImagePoint {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const lengthSquared = dx * dx + dy * dy;
  if (lengthSquared === 0) return imagePoint(a.x, a.y);
  const along = Math.min(1, Math.max(0, ((point.x - a.x) * dx + (point.y - a.y) * dy) / lengthSquared));
  return imagePoint(a.x + along * dx, a.y + along * dy);
}

/** The nearest place on a line through the vertices; `closed` joins the last to the first. */
export function nearestOnPath(vertices: readonly Vertex[], point: Located, closed: boolean): Nearest {
  let best: Nearest = { distance: Infinity, segment: 0, at: imagePoint(0, 0) };
  const last = closed ? vertices.length : vertices.length - 1;
  for (let i = 0; i < last; i += 1) {
    const [ax, ay] = vertices[i]!;
    const [bx, by] = vertices[(i + 1) % vertices.length]!;
    const at = nearestOnSegment({ x: ax, y: ay }, { x: bx, y: by }, point);
    const away = distance(at as Located, point);
    if (away < best.distance) best = { distance: away, segment: i, at };
  }
  return best;
}

/**
 * Fewer vertices, none of the dropped ones farther than `tolerance` pixels from the result; ends are kept.
 *
 * Source: Douglas and Peucker (1973). A stack instead of recursion, as freehand lines run to thousands.
 */
export function simplified(vertices: readonly Vertex[], tolerance: number): Vertex[] {
  if (vertices.length < 3) return [...vertices];
  const kept = new Set([0, vertices.length - 1]);
  const spans: [number, number][] = [[0, vertices.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    const [ax, ay] = vertices[first]!;
    const [bx, by] = vertices[last]!;
    let farthest = -1;
    let away = tolerance;
    for (let i = first + 1; i < last; i += 1) {
      const [x, y] = vertices[i]!;
      const at = nearestOnSegment({ x: ax, y: ay }, { x: bx, y: by }, { x, y });
      const off = Math.hypot(at.x - x, at.y - y);
      if (off > away) [farthest, away] = [i, off];
    }
    if (farthest >= 0) {
      kept.add(farthest);
      spans.push([first, farthest], [farthest, last]);
    }
  }
  return vertices.filter((_, index) => kept.has(index));
}
