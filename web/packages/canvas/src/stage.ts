/**
 * Three stacked canvases and the hand on them: photo, marks, and what is being moved.
 *
 * Pointer moves repaint the top layer alone, at most once a frame, and never reach the component tree.
 */

import { type ImagePoint, type Rect, type ScreenPoint, type Size, distance, screenPoint } from "@assay/geometry";
import type { Preview, ToolEvent } from "@assay/tools";
import { type Photo, paintActive, paintCrosshair, paintMarks, paintPhoto } from "./paint";
import { paintLoupe } from "./loupe";
import type { Scene } from "./scene";
import { type Media, type Viewport, fitted, focusedOn, pannedBy, restaged, toImage, zoomedAt } from "./viewport";

export interface StageHost {
  scene(): Scene;
  preview(): Preview;
  /** Gives a pointer event to the tool; true when the tool leaves the drag to the stage, which pans. */
  send(event: ToolEvent): boolean;
  /** What lies under a pointer that rests: the cursor to show and the mark to point out. */
  hover(at: ImagePoint): { readonly cursor: string; readonly markId: string | null };
  crosshair(): boolean;
  /** Called with every change of zoom or place, and with the pointer's place on the photo, at most once a frame. */
  moved(view: Viewport, pointer: ImagePoint | null): void;
}

type Layer = "photo" | "marks" | "active";
const LAYERS: readonly Layer[] = ["photo", "marks", "active"];

type Gesture =
  | { readonly kind: "tool"; readonly pointer: number; readonly touch: boolean }
  /** `tool`: the tool still hears of it, in the coordinates of the view it began in. */
  | { readonly kind: "pan"; readonly pointer: number; readonly tool: boolean; readonly began: Viewport; last: ScreenPoint }
  | { readonly kind: "pinch"; span: number; middle: ScreenPoint };

const ZOOM_STEP = 1.25;

export class Stage {
  readonly #root: HTMLElement;
  readonly #host: StageHost;
  readonly #canvases: Record<Layer, HTMLCanvasElement>;
  readonly #brushes: Record<Layer, CanvasRenderingContext2D>;
  readonly #dirty = new Set<Layer>();
  readonly #fingers = new Map<number, ScreenPoint>();
  readonly #observer: ResizeObserver;
  readonly #stop = new AbortController();
  #view: Viewport;
  #photo: Photo | null = null;
  #gesture: Gesture | null = null;
  #pointer: ScreenPoint | null = null;
  #hovered: string | null = null;
  #spaceHeld = false;
  #frame = 0;

  constructor(root: HTMLElement, media: Media, host: StageHost) {
    this.#root = root;
    this.#host = host;
    this.#canvases = Object.fromEntries(LAYERS.map((layer) => [layer, this.#addCanvas(layer)])) as Record<Layer, HTMLCanvasElement>;
    this.#brushes = Object.fromEntries(LAYERS.map((layer) => [layer, this.#canvases[layer].getContext("2d")!])) as Record<Layer, CanvasRenderingContext2D>;
    this.#view = fitted(this.#measure(), media);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(root);
    this.#resize();
    this.#listen();
  }

  get view(): Viewport {
    return this.#view;
  }

  /** Image pixels per CSS pixel. */
  get pixel(): number {
    return 1 / this.#view.scale;
  }

  /** Shows another photo, whole. */
  show(photo: Photo | null, media: Media): void {
    this.#photo = photo;
    this.#gesture = null;
    this.#setView(fitted(this.#measure(), media));
  }

  /** What changed in the scene: `marks` also repaints what is in hand. */
  invalidate(layer: "marks" | "active"): void {
    this.#repaint(...(layer === "marks" ? (["marks", "active"] as const) : (["active"] as const)));
  }

  fit(): void {
    this.#setView(fitted(this.#view.stage, this.#view.media));
  }

  /** Towards the pointer when it is on the stage, else towards the middle. */
  zoom(direction: 1 | -1): void {
    const { width, height } = this.#view.stage;
    this.#setView(zoomedAt(this.#view, this.#pointer ?? screenPoint(width / 2, height / 2), ZOOM_STEP ** (direction * 2)));
  }

  focus(rect: Rect): void {
    this.#setView(focusedOn(this.#view, rect));
  }

  setTone(brightness: number, contrast: number): void {
    // On the element and not in the brush: the compositor does it, and panning costs nothing more.
    this.#canvases.photo.style.filter = brightness === 1 && contrast === 1 ? "" : `brightness(${brightness}) contrast(${contrast})`;
  }

  destroy(): void {
    this.#stop.abort();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    for (const layer of LAYERS) this.#canvases[layer].remove();
  }

  #addCanvas(layer: Layer): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.dataset["layer"] = layer;
    Object.assign(canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%", pointerEvents: "none" });
    this.#root.append(canvas);
    return canvas;
  }

  #measure(): Size {
    return { width: Math.max(1, this.#root.clientWidth), height: Math.max(1, this.#root.clientHeight) };
  }

  #ratio(): number {
    return Math.min(window.devicePixelRatio || 1, 3);
  }

  #resize(): void {
    const stage = this.#measure();
    const ratio = this.#ratio();
    for (const layer of LAYERS) {
      this.#canvases[layer].width = Math.round(stage.width * ratio);
      this.#canvases[layer].height = Math.round(stage.height * ratio);
    }
    this.#setView(restaged(this.#view, stage));
    // Setting a canvas' size empties it; painting now instead of in the next frame avoids a flash.
    this.#paint();
  }

  #setView(view: Viewport): void {
    this.#view = view;
    this.#repaint(...LAYERS);
  }

  #repaint(...layers: readonly Layer[]): void {
    for (const layer of layers) this.#dirty.add(layer);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const ratio = this.#ratio();
    const scene = this.#host.scene();
    for (const layer of this.#dirty) {
      const brush = this.#brushes[layer];
      brush.setTransform(ratio, 0, 0, ratio, 0, 0);
      brush.clearRect(0, 0, this.#view.stage.width, this.#view.stage.height);
      if (layer === "photo" && this.#photo) paintPhoto(brush, this.#view, this.#photo, ratio);
      if (layer === "marks") paintMarks(brush, this.#view, scene, ratio);
      if (layer === "active") this.#paintActive(brush, scene, ratio);
    }
    this.#dirty.clear();
    this.#host.moved(this.#view, this.#pointer && toImage(this.#view, this.#pointer));
  }

  #paintActive(brush: CanvasRenderingContext2D, scene: Scene, ratio: number): void {
    const preview = this.#host.preview();
    const gesture = this.#gesture;
    const isDrawing = gesture?.kind === "tool";
    if (this.#pointer && !(isDrawing && gesture.touch) && this.#host.crosshair()) paintCrosshair(brush, this.#view, this.#pointer, ratio);
    paintActive(brush, this.#view, scene, preview, gesture ? null : this.#hovered, ratio);
    if (isDrawing && gesture.touch && this.#photo && this.#pointer && (preview.marks.length > 0 || preview.path)) {
      paintLoupe(brush, this.#view, this.#photo, this.#pointer, scene, preview, ratio);
    }
  }

  #listen(): void {
    const { signal } = this.#stop;
    const root = this.#root;
    const options = { signal };
    root.addEventListener("pointerdown", (event) => this.#down(event), options);
    root.addEventListener("pointermove", (event) => this.#move(event), options);
    root.addEventListener("pointerup", (event) => this.#up(event), options);
    root.addEventListener("pointercancel", (event) => this.#lost(event), options);
    root.addEventListener("pointerleave", () => this.#leave(), options);
    root.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    root.addEventListener("contextmenu", (event) => event.preventDefault(), options);
    window.addEventListener("keydown", (event) => this.#space(event, true), options);
    window.addEventListener("keyup", (event) => this.#space(event, false), options);
    window.addEventListener("blur", () => (this.#spaceHeld = false), options);
  }

  #at(event: MouseEvent): ScreenPoint {
    const box = this.#root.getBoundingClientRect();
    return screenPoint(event.clientX - box.left, event.clientY - box.top);
  }

  #down(event: PointerEvent): void {
    const at = this.#at(event);
    this.#pointer = at;
    // A pointer that is gone already (a very short tap) cannot be captured, and need not be.
    if (event.isTrusted) this.#root.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") {
      this.#fingers.set(event.pointerId, at);
      if (this.#fingers.size === 2) return this.#startPinch();
      if (this.#fingers.size > 2) return;
    }
    if (this.#gesture !== null) return;
    if (event.button === 1 || (event.button === 0 && this.#spaceHeld)) {
      event.preventDefault();
      this.#gesture = { kind: "pan", pointer: event.pointerId, tool: false, began: this.#view, last: at };
      this.#root.style.cursor = "grabbing";
    } else if (event.button === 0) {
      const pans = this.#host.send(this.#toolEvent("down", event, this.#view));
      this.#gesture = pans
        ? { kind: "pan", pointer: event.pointerId, tool: true, began: this.#view, last: at }
        : { kind: "tool", pointer: event.pointerId, touch: event.pointerType === "touch" };
    }
    this.#repaint("active");
  }

  #move(event: PointerEvent): void {
    const at = this.#at(event);
    this.#pointer = at;
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, at);
    const gesture = this.#gesture;
    if (gesture?.kind === "pinch") return this.#pinch(gesture);
    if (gesture?.kind === "pan") {
      if (gesture.pointer !== event.pointerId) return;
      if (gesture.tool) this.#host.send(this.#toolEvent("move", event, gesture.began));
      this.#setView(pannedBy(this.#view, at.x - gesture.last.x, at.y - gesture.last.y));
      gesture.last = at;
      return;
    }
    if (gesture !== null && gesture.pointer !== event.pointerId) return;
    this.#host.send(this.#toolEvent("move", event, this.#view));
    if (gesture === null) this.#rest(at);
    this.#repaint("active");
  }

  #rest(at: ScreenPoint): void {
    const { cursor, markId } = this.#host.hover(toImage(this.#view, at));
    this.#root.style.cursor = this.#spaceHeld ? "grab" : cursor;
    this.#hovered = markId;
  }

  #up(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    const gesture = this.#gesture;
    if (gesture === null) return;
    if (gesture.kind === "pinch") {
      // A finger that stays after a pinch does not start to draw.
      if (this.#fingers.size === 0) this.#gesture = null;
      return;
    }
    if (gesture.pointer !== event.pointerId) return;
    this.#gesture = null;
    if (gesture.kind === "tool") this.#host.send(this.#toolEvent("up", event, this.#view));
    else if (gesture.tool) this.#host.send(this.#toolEvent("up", event, gesture.began));
    if (event.pointerType === "touch") {
      this.#pointer = null;
      this.#hovered = null;
    } else this.#rest(this.#at(event));
    this.#repaint("active");
  }

  #lost(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    if (this.#gesture?.kind === "tool") this.#host.send({ type: "cancel" });
    if (this.#fingers.size === 0) this.#gesture = null;
    this.#repaint("active");
  }

  #leave(): void {
    if (this.#gesture !== null) return;
    this.#pointer = null;
    this.#hovered = null;
    this.#repaint("active");
  }

  #startPinch(): void {
    if (this.#gesture?.kind === "tool" || (this.#gesture?.kind === "pan" && this.#gesture.tool)) this.#host.send({ type: "cancel" });
    this.#gesture = { kind: "pinch", ...this.#spread() };
    this.#repaint("active");
  }

  #pinch(gesture: Gesture & { kind: "pinch" }): void {
    if (this.#fingers.size < 2) return;
    const { span, middle } = this.#spread();
    const panned = pannedBy(this.#view, middle.x - gesture.middle.x, middle.y - gesture.middle.y);
    this.#setView(zoomedAt(panned, middle, span / gesture.span));
    gesture.span = span;
    gesture.middle = middle;
  }

  #spread(): { span: number; middle: ScreenPoint } {
    const [a, b] = [...this.#fingers.values()] as [ScreenPoint, ScreenPoint];
    return { span: Math.max(1, distance(a, b)), middle: screenPoint((a.x + b.x) / 2, (a.y + b.y) / 2) };
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16;
    if (isScroll(event)) {
      this.#setView(pannedBy(this.#view, -event.deltaX * lines, -event.deltaY * lines));
    } else {
      // A trackpad's pinch comes as a wheel with Control and small steps; a wheel's notch is about 100.
      const speed = event.ctrlKey ? 0.01 : 0.0022;
      this.#setView(zoomedAt(this.#view, this.#at(event), Math.exp(-event.deltaY * lines * speed)));
    }
  }

  #space(event: KeyboardEvent, held: boolean): void {
    if (event.code !== "Space" || isTyping(event.target)) return;
    // On a page with other things on it, Space elsewhere scrolls as it always does.
    if (held && this.#pointer === null && !this.#root.contains(document.activeElement)) return;
    this.#spaceHeld = held;
    if (this.#gesture === null) this.#root.style.cursor = held ? "grab" : "";
    // Else the page would scroll, and a focused button would be pressed.
    if (held && !(event.target instanceof HTMLButtonElement)) event.preventDefault();
  }

  #toolEvent(type: "down" | "move" | "up", event: PointerEvent, view: Viewport): ToolEvent {
    return {
      type,
      at: toImage(view, this.#at(event)),
      shift: event.shiftKey,
      alt: event.altKey,
      mod: event.ctrlKey || event.metaKey,
      touch: event.pointerType === "touch",
    };
  }
}

/**
 * Two fingers on a trackpad pan; a wheel zooms. No event says which it is, but a wheel's notch reports multiples
 * of 120 in `wheelDeltaY` and never moves sideways.
 */
function isScroll(event: WheelEvent): boolean {
  if (event.ctrlKey || event.deltaMode !== WheelEvent.DOM_DELTA_PIXEL) return false;
  if (event.shiftKey || event.deltaX !== 0) return true;
  const notches = (event as WheelEvent & { wheelDeltaY?: number }).wheelDeltaY ?? 120;
  return notches % 120 !== 0;
}

/** Whether keys belong to the element: it takes text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
