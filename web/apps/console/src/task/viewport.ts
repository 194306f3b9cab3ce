/** Where the photo lies on the screen: screen = image * scale + offset, in CSS pixels. Pure. */

export interface Viewport {
  scale: number;
  offsetX: number;
  offsetY: number;
}

export interface Size {
  width: number;
  height: number;
}

export const SCALE_MAX = 32;

/** The whole photo in the middle with a margin; small photos are enlarged to at most 4 times. */
export function fitted(image: Size, screen: Size, margin = 12): Viewport {
  const scale = Math.max(
    1e-4,
    Math.min((screen.width - 2 * margin) / image.width, (screen.height - 2 * margin) / image.height, 4),
  );
  return {
    scale,
    offsetX: (screen.width - image.width * scale) / 2,
    offsetY: (screen.height - image.height * scale) / 2,
  };
}

/** The point under (x, y) stays there. Between half the fitting scale and 32 screen pixels an image pixel. */
export function zoomed(view: Viewport, factor: number, x: number, y: number, image: Size, screen: Size): Viewport {
  const least = fitted(image, screen).scale / 2;
  const scale = Math.min(SCALE_MAX, Math.max(least, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, offsetX: x - (x - view.offsetX) * ratio, offsetY: y - (y - view.offsetY) * ratio };
}

/** Moved, but never so far that less than a quarter of the screen shows the photo's frame. */
export function panned(view: Viewport, dx: number, dy: number, image: Size, screen: Size): Viewport {
  const keepX = screen.width / 4;
  const keepY = screen.height / 4;
  return {
    scale: view.scale,
    offsetX: Math.min(screen.width - keepX, Math.max(keepX - image.width * view.scale, view.offsetX + dx)),
    offsetY: Math.min(screen.height - keepY, Math.max(keepY - image.height * view.scale, view.offsetY + dy)),
  };
}

export function toImage(view: Viewport, x: number, y: number): { x: number; y: number } {
  return { x: (x - view.offsetX) / view.scale, y: (y - view.offsetY) / view.scale };
}
