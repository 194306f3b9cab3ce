/** Ellipses as the turned rectangle they touch in the middle of its sides, and hulls of points. */

import type { Rect } from "./rect";
import type { Vertex } from "./spaces";
import type { TurnedRect } from "./turned";

const SIDES = 72;

/** Points of the ellipse, clockwise. */
export function ellipseOutline({ x, y, width, height, rotation = 0 }: TurnedRect): Vertex[] {
  const [cos, sin] = turnOf(rotation);
  return Array.from({ length: SIDES }, (_, index): Vertex => {
    const angle = (index * 2 * Math.PI) / SIDES;
    const [dx, dy] = [(Math.cos(angle) * width) / 2, (Math.sin(angle) * height) / 2];
    return [x + width / 2 + dx * cos - dy * sin, y + height / 2 + dx * sin + dy * cos];
  });
}

/** The smallest upright rectangle around it. */
export function ellipseBounds({ x, y, width, height, rotation = 0 }: TurnedRect): Rect {
  const [cos, sin] = turnOf(rotation);
  const reachX = Math.hypot((width / 2) * cos, (height / 2) * sin);
  const reachY = Math.hypot((width / 2) * sin, (height / 2) * cos);
  return { x: x + width / 2 - reachX, y: y + height / 2 - reachY, width: 2 * reachX, height: 2 * reachY };
}

const turnOf = (degrees: number): [number, number] => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];

/** The corners of the convex hull (Andrew's monotone chain, 1979). */
export function hullOf(points: readonly Vertex[]): Vertex[] {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const half = (ordered: readonly Vertex[]): Vertex[] => {
    const kept: Vertex[] = [];
    for (const point of ordered) {
      while (kept.length > 1 && !isLeftTurn(kept.at(-2)!, kept.at(-1)!, point)) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

const isLeftTurn = ([ax, ay]: Vertex, [bx, by]: Vertex, [x, y]: Vertex): boolean => (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0;
