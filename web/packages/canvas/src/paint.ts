/**
 * How marks look. One `strokeRect` per box and no shared paths: one path of many rectangles is 10 to 20 times
 * slower, because the rasteriser must resolve every crossing of one huge outline.
 */

import { type Mark, boundsOf, sidePath, sizeOf } from "@assay/annotation";
import { type Rect, type ScreenPoint, type Vertex, cornersOf, fromVertex, imagePoint, rectBetween, rectsOverlap } from "@assay/geometry";
import { type Preview, gripsOf } from "@assay/tools";
import type { Scene, Tie } from "./scene";
import { type Viewport, toScreen, visibleRect } from "./viewport";

export type Brush = CanvasRenderingContext2D;

const WHITE = "#ffffff";
const SHADE = "rgb(0 0 0 / 0.55)";
const WARN = "#fbbf24";
const BAD = "#ef4444";
const FONT = "600 11px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
/** With more marks in sight than this, fills, shades and dashes are left out: slow, and they would hide the photo. */
const DECORATED_MAX = 600;
/** With more lines between marks in sight than this, so are their shades and arrows, but for those that have a name. */
const DECORATED_TIES_MAX = 150;

const TIE = [[SHADE, 3], ["rgb(255 255 255 / 0.85)", 1.25]] as const;
const NAMED_TIE = [[SHADE, 4.5], [WARN, 2]] as const;
const PLAIN_TIE = [["rgb(255 255 255 / 0.7)", 1]] as const;

export type Photo = ImageBitmap | HTMLImageElement;

export function paintPhoto(brush: Brush, view: Viewport, photo: Photo, ratio: number): void {
  // Close up, pixels are shown as pixels: an edge is placed by them.
  brush.imageSmoothingEnabled = view.scale * (view.media.width / photo.width) < 3;
  const { marginX = 0, marginY = 0, width, height } = view.media;
  if (marginX > 0 || marginY > 0) {
    const [x, y, w, h] = [view.x - marginX * view.scale, view.y - marginY * view.scale, (width + 2 * marginX) * view.scale, (height + 2 * marginY) * view.scale];
    brush.fillStyle = "rgb(128 128 128 / 0.16)";
    brush.fillRect(x, y, w, h);
    brush.strokeStyle = "rgb(128 128 128 / 0.8)";
    brush.lineWidth = 1;
    brush.setLineDash([6, 4]);
    brush.strokeRect(x, y, w, h);
    brush.setLineDash([]);
  }
  brush.imageSmoothingQuality = ratio > 1 ? "medium" : "low";
  brush.drawImage(photo, view.x, view.y, view.media.width * view.scale, view.media.height * view.scale);
}

/** The marks that lie still: all but the selected ones, which are on the layer above. */
export function paintMarks(brush: Brush, view: Viewport, scene: Scene, ratio: number): void {
  const sight = visibleRect(view);
  const still = scene.marks.filter((mark) => !scene.selection.has(mark.id) && rectsOverlap(boundsOf(mark), sight));
  const decorated = still.length <= DECORATED_MAX;
  for (const mark of still) {
    const color = scene.colorOf(mark.label);
    const suggested = scene.suggested.has(mark.id);
    brush.setLineDash(suggested && decorated ? [5, 4] : []);
    if (scene.doubts.has(mark.id)) stroke(brush, view, mark, ratio, "rgb(255 255 255 / 0.75)", 6);
    else if (decorated) stroke(brush, view, mark, ratio, "rgb(0 0 0 / 0.35)", 4);
    stroke(brush, view, mark, ratio, color, suggested && !decorated ? 1 : 2, decorated && mark.type === "polygon" ? 0.14 : 0);
  }
  brush.setLineDash([]);
  const ties = (scene.ties ?? []).filter(({ from, to }) => rectsOverlap(rectBetween(from, to), sight));
  for (const tie of ties) paintTie(brush, view, tie, tie.name !== null || ties.length <= DECORATED_TIES_MAX);
  brush.setLineDash([4, 3]);
  for (const { color, marks } of scene.overlays) {
    for (const mark of marks) {
      stroke(brush, view, mark, ratio, "rgb(0 0 0 / 0.4)", 3);
      stroke(brush, view, mark, ratio, color, 1.5);
    }
  }
  brush.setLineDash([]);
  for (const mark of still) {
    const doubt = scene.doubts.get(mark.id);
    if (doubt !== undefined && !scene.tags) paintChip(brush, view, mark, doubt, WARN);
  }
  if (scene.tags) for (const mark of still.slice(0, DECORATED_MAX)) paintTag(brush, view, mark, scene);
}

/** The marks in hand: selected, previewed and hovered, with what can be taken hold of. */
export function paintActive(
  brush: Brush,
  view: Viewport,
  scene: Scene,
  preview: Preview,
  hovered: string | null,
  ratio: number,
): void {
  const replaced = new Set(preview.marks.map(({ id }) => id));
  const selected = scene.marks.filter(({ id }) => scene.selection.has(id) && !replaced.has(id));
  const inHand = [...selected, ...preview.marks];
  const hover = hovered === null || scene.selection.has(hovered) ? undefined : scene.marks.find(({ id }) => id === hovered);
  if (hover) {
    stroke(brush, view, hover, ratio, WHITE, 4);
    stroke(brush, view, hover, ratio, scene.colorOf(hover.label), 2, 0.12);
    paintTag(brush, view, hover, scene);
  }
  for (const mark of inHand) {
    brush.setLineDash([]);
    stroke(brush, view, mark, ratio, SHADE, 5);
    stroke(brush, view, mark, ratio, WHITE, 3.5);
    brush.setLineDash(scene.suggested.has(mark.id) && !replaced.has(mark.id) ? [5, 4] : []);
    stroke(brush, view, mark, ratio, scene.colorOf(mark.label), 2, 0.1);
  }
  brush.setLineDash([]);
  const [only] = inHand;
  if (only && inHand.length === 1) {
    if (!scene.fixed?.has(only.id)) paintGrips(brush, view, only, scene.isRotatable(only.label), preview);
    paintTag(brush, view, only, scene, preview.marks.length > 0);
  }
  if (preview.path) paintPath(brush, view, preview.path, ratio);
  if (preview.marquee) paintMarquee(brush, view, preview.marquee);
}

export function paintCrosshair(brush: Brush, view: Viewport, at: ScreenPoint, ratio: number): void {
  const x = aligned(at.x, ratio) + 0.5 / ratio;
  const y = aligned(at.y, ratio) + 0.5 / ratio;
  for (const [color, width] of [["rgb(0 0 0 / 0.35)", 3], ["rgb(255 255 255 / 0.85)", 1]] as const) {
    brush.strokeStyle = color;
    brush.lineWidth = width / ratio;
    brush.beginPath();
    brush.moveTo(0, y);
    brush.lineTo(view.stage.width, y);
    brush.moveTo(x, 0);
    brush.lineTo(x, view.stage.height);
    brush.stroke();
  }
}

const aligned = (value: number, ratio: number): number => Math.round(value * ratio) / ratio;

function stroke(brush: Brush, view: Viewport, mark: Mark, ratio: number, color: string, width: number, fill = 0): void {
  brush.strokeStyle = color;
  brush.lineWidth = width;
  if (mark.type === "box" && !mark.rotation) {
    const x = aligned(mark.x * view.scale + view.x, ratio);
    const y = aligned(mark.y * view.scale + view.y, ratio);
    const w = aligned((mark.x + mark.width) * view.scale + view.x, ratio) - x;
    const h = aligned((mark.y + mark.height) * view.scale + view.y, ratio) - y;
    brush.strokeRect(x, y, w, h);
    if (fill > 0) filled(brush, color, fill, () => brush.fillRect(x, y, w, h));
    return;
  }
  if (mark.type === "point") {
    // A wider outline means more weight; for a point that is a larger dot under a smaller one.
    const { x, y } = toScreen(view, imagePoint(mark.x, mark.y));
    brush.beginPath();
    brush.arc(x, y, 3.5 + width * 1.1, 0, 2 * Math.PI);
    brush.fillStyle = color;
    brush.fill();
    return;
  }
  brush.lineJoin = "round";
  brush.beginPath();
  if (mark.type === "ellipse") {
    const centre = toScreen(view, imagePoint(mark.x + mark.width / 2, mark.y + mark.height / 2));
    brush.ellipse(centre.x, centre.y, (mark.width / 2) * view.scale, (mark.height / 2) * view.scale, ((mark.rotation ?? 0) * Math.PI) / 180, 0, 2 * Math.PI);
  } else if (mark.type === "cuboid") {
    trace(brush, view, mark.face, true);
    trace(brush, view, sidePath(mark), false);
  } else if (mark.type === "box") trace(brush, view, cornersOf(mark).map(({ x, y }) => [x, y]), true);
  else if (mark.type === "polygon") for (const ring of mark.rings) trace(brush, view, ring, true);
  else trace(brush, view, mark.points, false);
  brush.stroke();
  if (fill > 0 && mark.type !== "polyline") filled(brush, color, fill, () => brush.fill("evenodd"));
}

/** Thin, with a dark edge so that it is seen on any photo; a hairline where it is not decorated. */
function paintTie(brush: Brush, view: Viewport, { from, to, arrow, name }: Tie, decorated: boolean): void {
  const [a, b] = [toScreen(view, from), toScreen(view, to)];
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  const strokes = name !== null ? NAMED_TIE : decorated ? TIE : PLAIN_TIE;
  for (const [color, width] of strokes) {
    brush.strokeStyle = color;
    brush.lineWidth = width;
    brush.beginPath();
    brush.moveTo(a.x, a.y);
    brush.lineTo(b.x, b.y);
    if (arrow && decorated) {
      for (const side of [-0.45, 0.45]) {
        brush.moveTo(b.x, b.y);
        brush.lineTo(b.x - 11 * Math.cos(angle + side), b.y - 11 * Math.sin(angle + side));
      }
    }
    brush.stroke();
  }
  if (name !== null) paintWords(brush, view, name, WARN, (a.x + b.x) / 2, (a.y + b.y) / 2 - 9);
}

function filled(brush: Brush, color: string, alpha: number, fill: () => void): void {
  brush.globalAlpha = alpha;
  brush.fillStyle = color;
  fill();
  brush.globalAlpha = 1;
}

function trace(brush: Brush, view: Viewport, vertices: readonly Vertex[], closed: boolean): void {
  for (const [index, [x, y]] of vertices.entries()) {
    if (index === 0) brush.moveTo(x * view.scale + view.x, y * view.scale + view.y);
    else brush.lineTo(x * view.scale + view.x, y * view.scale + view.y);
  }
  if (closed) brush.closePath();
}

function paintGrips(brush: Brush, view: Viewport, mark: Mark, rotatable: boolean, preview: Preview): void {
  const pixel = 1 / view.scale;
  const bounds = boundsOf(mark);
  const knob = Math.min(bounds.width, bounds.height) * view.scale < 22 ? 5 : 7;
  for (const grip of gripsOf(mark, rotatable, pixel)) {
    const { x, y } = toScreen(view, grip.at);
    if (x < -20 || y < -20 || x > view.stage.width + 20 || y > view.stage.height + 20) continue;
    const held = grip.kind === "vertex" && preview.vertex?.ring === grip.ring && preview.vertex.index === grip.index;
    if (grip.kind === "rotate") paintDot(brush, x, y, 5.5, WHITE);
    else if (grip.kind === "vertex") paintDot(brush, x, y, held ? 5.5 : 4, held ? WARN : WHITE);
    else paintKnob(brush, x, y, knob);
  }
}

function paintDot(brush: Brush, x: number, y: number, radius: number, color: string): void {
  brush.beginPath();
  brush.arc(x, y, radius, 0, 2 * Math.PI);
  brush.fillStyle = color;
  brush.fill();
  brush.strokeStyle = SHADE;
  brush.lineWidth = 1.5;
  brush.stroke();
}

function paintKnob(brush: Brush, x: number, y: number, side: number): void {
  brush.fillStyle = SHADE;
  brush.fillRect(x - side / 2 - 1.5, y - side / 2 - 1.5, side + 3, side + 3);
  brush.fillStyle = WHITE;
  brush.fillRect(x - side / 2, y - side / 2, side, side);
}

function paintPath(brush: Brush, view: Viewport, path: NonNullable<Preview["path"]>, ratio: number): void {
  const vertices: Vertex[] = [...path.vertices, ...(path.pointer ? [[path.pointer.x, path.pointer.y] as const] : [])];
  const draft: Mark = { id: "", label: "", type: "polyline", points: vertices };
  brush.setLineDash(path.hole ? [4, 4] : []);
  stroke(brush, view, draft, ratio, SHADE, 4);
  stroke(brush, view, draft, ratio, WHITE, 2);
  brush.setLineDash([]);
  if (path.closed && vertices.length > 2) {
    brush.beginPath();
    trace(brush, view, vertices, true);
    filled(brush, path.hole ? "#000000" : WHITE, 0.18, () => brush.fill("evenodd"));
  }
  for (const [index, vertex] of path.vertices.entries()) {
    const { x, y } = toScreen(view, fromVertex(vertex));
    const isEnd = path.finishing && (index === path.vertices.length - 1 || (path.closed && index === 0));
    paintDot(brush, x, y, isEnd ? 6 : 3.5, isEnd ? "#22c55e" : WHITE);
  }
}

function paintMarquee(brush: Brush, view: Viewport, { x, y, width, height }: Rect): void {
  const from = toScreen(view, imagePoint(x, y));
  brush.fillStyle = "rgb(255 255 255 / 0.12)";
  brush.fillRect(from.x, from.y, width * view.scale, height * view.scale);
  brush.strokeStyle = WHITE;
  brush.lineWidth = 1;
  brush.setLineDash([4, 3]);
  brush.strokeRect(from.x, from.y, width * view.scale, height * view.scale);
  brush.setLineDash([]);
}

/** The label's name above a mark; while it is shaped also its size, in red below the least size. */
function paintTag(brush: Brush, view: Viewport, mark: Mark, scene: Scene, withSize = false): void {
  const title = scene.titleOf(mark.label);
  if (title === "") return;
  const size = withSize ? sizeOf(mark) : null;
  const least = scene.leastSize(mark.label);
  const isSmall = size !== null && (size.width < least.width || size.height < least.height);
  const measured = size === null ? "" : `  ${Math.round(size.width)} × ${Math.round(size.height)}`;
  const doubt = scene.doubts.get(mark.id);
  const text = title + measured + (isSmall ? `  min ${least.width} × ${least.height}` : "") + (doubt ? `  ${doubt}` : "");
  paintChip(brush, view, mark, text, isSmall ? BAD : scene.colorOf(mark.label));
}

/** Words on a coloured ground above a mark, or inside it where there is no room above. */
function paintChip(brush: Brush, view: Viewport, mark: Mark, text: string, color: string): void {
  const { x: left, y: top } = boundsOf(mark);
  const corner = toScreen(view, imagePoint(left, top));
  const above = corner.y - 24;
  paintWords(brush, view, text, color, corner.x - 1, above >= 2 ? above : corner.y + 6);
}

function paintWords(brush: Brush, view: Viewport, text: string, color: string, left: number, y: number): void {
  brush.font = FONT;
  brush.textBaseline = "middle";
  const width = brush.measureText(text).width + 10;
  const x = Math.max(2, Math.min(Math.round(left), view.stage.width - width - 2));
  brush.fillStyle = color;
  brush.beginPath();
  brush.roundRect(x, Math.round(y), width, 18, 3);
  brush.fill();
  brush.fillStyle = inkOn(color);
  brush.fillText(text, x + 5, Math.round(y) + 9.5);
}

/** Black or white, whichever is read better on a `#rrggbb` colour (relative luminance, WCAG 2). */
export function inkOn(color: string): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 ? "#101418" : WHITE;
}
