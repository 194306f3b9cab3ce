/** What the finger covers, shown larger in the corner that is farthest from it. */

import { type ScreenPoint, imagePoint } from "@assay/geometry";
import type { Preview } from "@assay/tools";
import { type Brush, type Photo, paintActive, paintPhoto } from "./paint";
import type { Scene } from "./scene";
import { type Viewport, toImage } from "./viewport";

/** CSS pixels. */
const SIDE = 112;
const MARGIN = 12;
const MAGNIFICATION = 2.5;

export function paintLoupe(brush: Brush, view: Viewport, photo: Photo, at: ScreenPoint, scene: Scene, preview: Preview, ratio: number): void {
  const left = at.x > view.stage.width / 2 ? MARGIN : view.stage.width - SIDE - MARGIN;
  const centre = { x: left + SIDE / 2, y: MARGIN + SIDE / 2 };
  const scale = Math.max(view.scale * MAGNIFICATION, 1);
  const { x, y } = toImage(view, at);
  const close: Viewport = { ...view, scale, x: centre.x - x * scale, y: centre.y - y * scale };
  brush.save();
  brush.beginPath();
  brush.roundRect(left, MARGIN, SIDE, SIDE, 10);
  brush.clip();
  brush.fillStyle = "#0b0c0e";
  brush.fillRect(left, MARGIN, SIDE, SIDE);
  paintPhoto(brush, close, photo, ratio);
  const inHand: Preview = { ...preview, ...(preview.path ? { path: { ...preview.path, pointer: imagePoint(x, y) } } : {}) };
  // Marks without their names: there is no room for them here.
  paintActive(brush, close, { ...scene, titleOf: () => "", isRotatable: () => false }, inHand, null, ratio);
  brush.strokeStyle = "rgb(255 255 255 / 0.9)";
  brush.lineWidth = 1;
  brush.beginPath();
  brush.moveTo(centre.x - 10, centre.y);
  brush.lineTo(centre.x + 10, centre.y);
  brush.moveTo(centre.x, centre.y - 10);
  brush.lineTo(centre.x, centre.y + 10);
  brush.stroke();
  brush.restore();
  brush.strokeStyle = "rgb(255 255 255 / 0.8)";
  brush.lineWidth = 2;
  brush.beginPath();
  brush.roundRect(left, MARGIN, SIDE, SIDE, 10);
  brush.stroke();
}
