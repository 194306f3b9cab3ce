/** Where the photo lies on the stage: the one place that turns image pixels into screen pixels and back. */

import {
  type ImagePoint,
  type Rect,
  type ScreenPoint,
  type Size,
  clamped,
  imagePoint,
  screenPoint,
} from "@assay/geometry";

/** `scale`: CSS pixels per image pixel. `x, y`: where the photo's top-left corner is on the stage, in CSS pixels. */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** The stage, in CSS pixels. */
  readonly stage: Size;
  /** The photo at its original resolution, whatever copy of it is shown. */
  readonly media: Media;
}

/** With the room around it that marks may reach into, in its pixels. */
export interface Media extends Size {
  readonly marginX?: number;
  readonly marginY?: number;
}

/** One image pixel never covers more than this many CSS pixels. */
const SCALE_MAX = 64;
const MARGIN = 16;

export const toImage = (view: Viewport, { x, y }: ScreenPoint): ImagePoint =>
  imagePoint((x - view.x) / view.scale, (y - view.y) / view.scale);

export const toScreen = (view: Viewport, { x, y }: ImagePoint): ScreenPoint =>
  screenPoint(x * view.scale + view.x, y * view.scale + view.y);

/** The scale at which the whole photo is just visible. */
function fitScale(stage: Size, { width, height, marginX = 0, marginY = 0 }: Media): number {
  const margin = Math.min(MARGIN, stage.width / 16, stage.height / 16);
  const scale = Math.min((stage.width - 2 * margin) / (width + 2 * marginX), (stage.height - 2 * margin) / (height + 2 * marginY));
  return clamped(scale, 1e-4, SCALE_MAX);
}

export function fitted(stage: Size, media: Media): Viewport {
  const scale = fitScale(stage, media);
  return {
    scale,
    x: (stage.width - media.width * scale) / 2,
    y: (stage.height - media.height * scale) / 2,
    stage,
    media,
  };
}

/** Zoomed with the image point under `anchor` staying where it is. */
export function zoomedAt(view: Viewport, anchor: ScreenPoint, factor: number): Viewport {
  const least = Math.min(fitScale(view.stage, view.media) / 2, 1);
  const scale = clamped(view.scale * factor, least, SCALE_MAX);
  const ratio = scale / view.scale;
  return reined({ ...view, scale, x: anchor.x - (anchor.x - view.x) * ratio, y: anchor.y - (anchor.y - view.y) * ratio });
}

export const pannedBy = (view: Viewport, dx: number, dy: number): Viewport =>
  reined({ ...view, x: view.x + dx, y: view.y + dy });

/** Brings a part of the photo into view, zoomed in until it fills about a third, never out past `fitted`. */
export function focusedOn(view: Viewport, rect: Rect): Viewport {
  const fit = fitScale(view.stage, view.media);
  const wanted = 0.35 * Math.min(view.stage.width / Math.max(rect.width, 1), view.stage.height / Math.max(rect.height, 1));
  const scale = clamped(wanted, fit, Math.max(fit, 4));
  return reined({
    ...view,
    scale,
    x: view.stage.width / 2 - (rect.x + rect.width / 2) * scale,
    y: view.stage.height / 2 - (rect.y + rect.height / 2) * scale,
  });
}

/** The same part of the photo in the middle of a stage of another size. */
export function restaged(view: Viewport, stage: Size): Viewport {
  if (Math.abs(view.scale - fitScale(view.stage, view.media)) < 1e-9) return fitted(stage, view.media);
  return reined({
    ...view,
    stage,
    x: view.x + (stage.width - view.stage.width) / 2,
    y: view.y + (stage.height - view.stage.height) / 2,
  });
}

/** What of the photo is on the stage, in image pixels. */
export function visibleRect(view: Viewport): Rect {
  const corner = toImage(view, screenPoint(0, 0));
  return { x: corner.x, y: corner.y, width: view.stage.width / view.scale, height: view.stage.height / view.scale };
}

/** A photo can be pushed aside, but never so far that it is lost. */
function reined(view: Viewport): Viewport {
  return {
    ...view,
    x: reinedAxis(view.x, view.media.width * view.scale, view.stage.width),
    y: reinedAxis(view.y, view.media.height * view.scale, view.stage.height),
  };
}

function reinedAxis(start: number, extent: number, stage: number): number {
  const visible = Math.min(extent, stage) * 0.4;
  return clamped(start, visible - extent, stage - visible);
}
