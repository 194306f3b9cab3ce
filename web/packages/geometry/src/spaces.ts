/**
 * The two spaces a point can live in, as different types.
 *
 * Annotations are stored in image pixels of the original photo; the pointer arrives in CSS pixels of the stage.
 * Both are two numbers, so only the type stops one from being stored as the other. `canvas/viewport` is the one
 * place that turns one into the other.
 */

declare const space: unique symbol;

/** Two coordinates; x to the right, y down. */
export interface Located {
  readonly x: number;
  readonly y: number;
}

/** Image pixels, origin at the photo's top-left corner, at its original resolution. */
export type ImagePoint = Located & { readonly [space]: "image" };

/** CSS pixels, origin at the stage's top-left corner. */
export type ScreenPoint = Located & { readonly [space]: "screen" };

/** A pair as it is stored in an answer: image pixels. */
export type Vertex = readonly [number, number];

export const imagePoint = (x: number, y: number): ImagePoint => ({ x, y }) as ImagePoint;

export const screenPoint = (x: number, y: number): ScreenPoint => ({ x, y }) as ScreenPoint;

export const fromVertex = ([x, y]: Vertex): ImagePoint => imagePoint(x, y);

/** A point as it is stored: rounded to hundredths of a pixel, finer than any hand and short in JSON. */
export const toVertex = (point: ImagePoint): Vertex => [rounded(point.x), rounded(point.y)];

/** Hundredths of a pixel. Adding zero turns -0, which JSON would keep apart in comparisons, into 0. */
export const rounded = (value: number): number => Math.round(value * 100) / 100 + 0;

export const clamped = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export const distance = <P extends Located>(a: P, b: P): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The point moved by an offset in its own space. */
export const shifted = <P extends Located>(point: P, dx: number, dy: number): P =>
  ({ x: point.x + dx, y: point.y + dy }) as unknown as P;
