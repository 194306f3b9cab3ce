import { type ImagePoint, type Located, clamped, imagePoint } from "./spaces";

/** An upright rectangle in image pixels; width and height are never negative. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Width and height of a photo in its original pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where marks may be: the photo, or more of the plane around it. `x, y` is its top-left corner, 0 where left out. */
export interface Frame extends Size {
  readonly x?: number;
  readonly y?: number;
}

export function rectBetween(a: Located, b: Located): Rect {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** The smallest rectangle around the points; all zero for no points. */
export function rectAround(points: Iterable<Located>): Rect {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export function rectUnion(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

export const rectGrown = (rect: Rect, by: number): Rect => ({
  x: rect.x - by,
  y: rect.y - by,
  width: rect.width + 2 * by,
  height: rect.height + 2 * by,
});

export const rectCentre = (rect: Rect): ImagePoint => imagePoint(rect.x + rect.width / 2, rect.y + rect.height / 2);

export const rectContains = (rect: Rect, point: Located): boolean =>
  point.x >= rect.x && point.x <= rect.x + rect.width && point.y >= rect.y && point.y <= rect.y + rect.height;

/** Whether `inner` lies wholly within `outer`; touching edges count. */
export const rectEncloses = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

export const rectsOverlap = (a: Rect, b: Rect): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

/** The nearest point inside a photo. */
export const within = (point: ImagePoint, { x = 0, y = 0, width, height }: Frame): ImagePoint =>
  imagePoint(clamped(point.x, x, x + width), clamped(point.y, y, y + height));

/**
 * The part of an offset that keeps `rect` inside a photo. A rectangle that hangs over already (larger than the
 * photo, or turned) may move freely as long as its centre stays on the photo.
 */
export function offsetWithin(rect: Rect, dx: number, dy: number, { x = 0, y = 0, width, height }: Frame): { dx: number; dy: number } {
  return { dx: axisWithin(rect.x - x, rect.width, dx, width), dy: axisWithin(rect.y - y, rect.height, dy, height) };
}

function axisWithin(start: number, extent: number, offset: number, limit: number): number {
  if (start < 0 || start + extent > limit) {
    const centre = start + extent / 2;
    return clamped(offset, Math.min(0, -centre), Math.max(0, limit - centre));
  }
  return clamped(offset, -start, limit - start - extent);
}
