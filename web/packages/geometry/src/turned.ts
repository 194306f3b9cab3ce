/** Rectangles turned about their centre, clockwise on the screen (y points down), in degrees. */

import type { Rect } from "./rect";
import { rectCentre } from "./rect";
import { type ImagePoint, type Located, imagePoint } from "./spaces";

export interface TurnedRect extends Rect {
  readonly rotation?: number;
}

/** Which part of a rectangle is held: -1 left or top, 0 middle, 1 right or bottom. */
export interface Hold {
  readonly hx: -1 | 0 | 1;
  readonly hy: -1 | 0 | 1;
}

/** The eight holds, clockwise from the top-left corner. */
export const HOLDS: readonly Hold[] = [
  { hx: -1, hy: -1 },
  { hx: 0, hy: -1 },
  { hx: 1, hy: -1 },
  { hx: 1, hy: 0 },
  { hx: 1, hy: 1 },
  { hx: 0, hy: 1 },
  { hx: -1, hy: 1 },
  { hx: -1, hy: 0 },
];

/** Degrees within (-180, 180], the range an answer stores. */
export function degreesWithinTurn(degrees: number): number {
  const turned = ((degrees % 360) + 360) % 360;
  return turned > 180 ? turned - 360 : turned;
}

export function turnedAbout(point: Located, centre: Located, degrees: number): ImagePoint {
  if (degrees === 0) return imagePoint(point.x, point.y);
  const radians = (degrees * Math.PI) / 180;
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  const dx = point.x - centre.x;
  const dy = point.y - centre.y;
  return imagePoint(centre.x + dx * cos - dy * sin, centre.y + dx * sin + dy * cos);
}

/** Where a hold lies on the photo. */
export function holdPoint(rect: TurnedRect, hold: Hold): ImagePoint {
  const centre = rectCentre(rect);
  const upright = { x: centre.x + (hold.hx * rect.width) / 2, y: centre.y + (hold.hy * rect.height) / 2 };
  return turnedAbout(upright, centre, rect.rotation ?? 0);
}

/** The four corners, clockwise from the one that is top-left before turning. */
export function cornersOf(rect: TurnedRect): [ImagePoint, ImagePoint, ImagePoint, ImagePoint] {
  return [
    holdPoint(rect, { hx: -1, hy: -1 }),
    holdPoint(rect, { hx: 1, hy: -1 }),
    holdPoint(rect, { hx: 1, hy: 1 }),
    holdPoint(rect, { hx: -1, hy: 1 }),
  ];
}

/** The point seen from the rectangle's own upright frame. */
export const uprightPoint = (rect: TurnedRect, point: Located): ImagePoint =>
  turnedAbout(point, rectCentre(rect), -(rect.rotation ?? 0));

/** The rotation that points the rectangle's top edge from its centre towards `point`. */
export function rotationTowards(rect: Rect, point: Located): number {
  const centre = rectCentre(rect);
  return degreesWithinTurn((Math.atan2(point.y - centre.y, point.x - centre.x) * 180) / Math.PI + 90);
}

export interface ResizeOptions {
  readonly keepRatio?: boolean;
  readonly fromCentre?: boolean;
}

/**
 * The rectangle after dragging one of its holds to `point`.
 *
 * The opposite hold stays where it is on the photo (the centre does with `fromCentre`), turned or not. Dragging
 * past the opposite side flips it over; width and height stay positive. With `keepRatio` a corner follows the
 * larger of the two changes and an edge widens the other axis about its middle.
 */
export function resized<R extends TurnedRect>(rect: R, hold: Hold, point: ImagePoint, options: ResizeOptions = {}): R {
  const centre = rectCentre(rect);
  const local = uprightPoint(rect, point);
  const reach = options.fromCentre ? 2 : 1;
  const anchorX = options.fromCentre ? centre.x : centre.x - (hold.hx * rect.width) / 2;
  const anchorY = options.fromCentre ? centre.y : centre.y - (hold.hy * rect.height) / 2;
  // Signed lengths from the anchor along the hold's direction: negative once flipped over.
  let width = hold.hx === 0 ? rect.width : (local.x - anchorX) * hold.hx * reach;
  let height = hold.hy === 0 ? rect.height : (local.y - anchorY) * hold.hy * reach;
  if (options.keepRatio && rect.width > 0 && rect.height > 0) {
    const scaleX = Math.abs(width) / rect.width;
    const scaleY = Math.abs(height) / rect.height;
    const scale = hold.hx === 0 ? scaleY : hold.hy === 0 ? scaleX : Math.max(scaleX, scaleY);
    width = Math.sign(width || 1) * rect.width * scale;
    height = Math.sign(height || 1) * rect.height * scale;
  }
  const middle = {
    x: hold.hx === 0 || options.fromCentre ? centre.x : anchorX + (hold.hx * width) / 2,
    y: hold.hy === 0 || options.fromCentre ? centre.y : anchorY + (hold.hy * height) / 2,
  };
  const settled = turnedAbout(middle, centre, rect.rotation ?? 0);
  const [w, h] = [Math.abs(width), Math.abs(height)];
  return { ...rect, x: settled.x - w / 2, y: settled.y - h / 2, width: w, height: h };
}
