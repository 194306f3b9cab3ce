/**
 * A photo with several people's marks over it, to look at only. Canvas2D; the pointer's movement redraws the canvas
 * and asks React for something only when the object under it changes.
 */
import type { Mark, Media } from "@assay/client";
import { sidePath } from "@assay/annotation";
import { cornersOf, ellipseBounds } from "@assay/geometry";
import { IconButton, Spinner } from "@assay/ui";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Layer, SceneObject } from "./scene";
import { fitted, panned, toImage, type Viewport, zoomed } from "./viewport";

export interface ViewerProps {
  media: Media;
  layers: readonly Layer[];
  objects: readonly SceneObject[];
  /** Key of the object to bring out. */
  highlighted: string | null;
  onHover: (objectKey: string | null) => void;
  onPick: (objectKey: string | null) => void;
  /** The photo's address did not work: it may have expired, and a fresh one is wanted. */
  onStale: () => void;
  titleOf: (label: string) => string;
}

const paths = new WeakMap<Mark, Path2D>();

/** In image pixels. Points have no path of their own: they are drawn at a constant size on the screen. */
function pathOf(mark: Mark): Path2D {
  const known = paths.get(mark);
  if (known) return known;
  const path = new Path2D();
  const trace = (points: readonly (readonly [number, number])[], close: boolean) => {
    for (const [index, [x, y]] of points.entries()) {
      if (index === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    if (close) path.closePath();
  };
  if (mark.type === "box") trace(cornersOf(mark).map(({ x, y }) => [x, y] as const), true);
  else if (mark.type === "polygon") for (const ring of mark.rings) trace(ring, true);
  else if (mark.type === "polyline") trace(mark.points, false);
  else if (mark.type === "ellipse") {
    path.ellipse(mark.x + mark.width / 2, mark.y + mark.height / 2, mark.width / 2, mark.height / 2, ((mark.rotation ?? 0) * Math.PI) / 180, 0, 2 * Math.PI);
  } else if (mark.type === "cuboid") {
    trace(mark.face, true);
    trace(sidePath(mark), false);
  }
  paths.set(mark, path);
  return path;
}

function anchorOf(mark: Mark): { x: number; y: number } {
  const points =
    mark.type === "box"
      ? cornersOf(mark)
      : mark.type === "point"
        ? [mark]
        : mark.type === "ellipse"
          ? [{ x: mark.x + mark.width / 2, y: ellipseBounds(mark).y }]
          : (mark.type === "polygon" ? (mark.rings[0] ?? []) : mark.type === "cuboid" ? [...mark.face, ...mark.side] : mark.points).map(([x, y]) => ({ x, y }));
  return points.reduce((top, point) => (point.y < top.y ? point : top), points[0] ?? { x: 0, y: 0 });
}

export function Viewer({ media, layers, objects, highlighted, onHover, onPick, onStale, titleOf }: ViewerProps) {
  const frameRef = useRef<HTMLDivElement>(null);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const view = useRef<Viewport>({ scale: 1, offsetX: 0, offsetY: 0 });
  const screen = useRef({ width: 0, height: 0 });
  const touched = useRef(false);
  const pending = useRef(0);
  const [loaded, setLoaded] = useState<HTMLImageElement | null>(null);
  const [failed, setFailed] = useState(false);
  const url = media.display_url;

  const asked = useRef<string | null>(null);
  useEffect(() => {
    const image = new Image();
    let wanted = true;
    image.onload = () => {
      if (!wanted) return;
      setFailed(false);
      setLoaded(image);
    };
    image.onerror = () => {
      if (!wanted) return;
      setFailed(true);
      // Once for each address, so that a photo that is truly gone is not asked for without end.
      if (asked.current !== url) onStale();
      asked.current = url;
    };
    image.src = url;
    return () => {
      wanted = false;
    };
  }, [url, onStale]);

  const draw = useCallback(() => {
    pending.current = 0;
    const canvas = canvasRef.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    const { width, height } = screen.current;
    if (!touched.current) view.current = fitted(media, screen.current);
    const { scale, offsetX, offsetY } = view.current;
    const density = window.devicePixelRatio || 1;
    const toScreen = () => context.setTransform(density, 0, 0, density, 0, 0);
    const toPhoto = () => context.setTransform(density * scale, 0, 0, density * scale, density * offsetX, density * offsetY);

    toScreen();
    context.clearRect(0, 0, width, height);
    if (loaded) {
      toPhoto();
      // Close up, pixels are shown as they are: that is what one zooms in to see.
      context.imageSmoothingEnabled = scale < 3;
      context.drawImage(loaded, 0, 0, media.width, media.height);
    }

    const lit = objects.find((object) => object.key === highlighted);
    const litMarks = new Set(lit?.members.map((member) => `${member.layerKey}\n${member.markId}`));
    const votedOut = new Set(
      objects.filter((object) => !object.kept).flatMap((object) => object.members.map((member) => `${member.layerKey}\n${member.markId}`)),
    );

    const stroke = (layer: Layer, mark: Mark, bright: boolean) => {
      const key = `${layer.key}\n${mark.id}`;
      const base = layer.kind === "merged" || layer.kind === "review" || votedOut.has(key) ? 2.25 : 1.5;
      context.globalAlpha = lit && !bright ? 0.25 : 1;
      const lineWidth = bright ? base + 1 : base;
      if (mark.type === "point") {
        toScreen();
        context.beginPath();
        context.arc(mark.x * scale + offsetX, mark.y * scale + offsetY, bright ? 6 : 4.5, 0, 2 * Math.PI);
        context.fillStyle = layer.color;
        context.fill();
        context.lineWidth = 1.5;
        context.strokeStyle = "#0b0c0e";
        context.stroke();
        return;
      }
      const path = pathOf(mark);
      toPhoto();
      context.lineJoin = "round";
      context.setLineDash([]);
      // A dark edge under the colour keeps it visible on any photo.
      context.lineWidth = (lineWidth + 2) / scale;
      context.strokeStyle = "rgb(11 12 14 / 0.55)";
      context.stroke(path);
      context.setLineDash(votedOut.has(key) ? [6 / scale, 5 / scale] : []);
      context.lineWidth = lineWidth / scale;
      context.strokeStyle = layer.color;
      context.stroke(path);
      if (bright && mark.type !== "polyline") {
        context.globalAlpha = 0.12;
        context.fillStyle = layer.color;
        context.fill(path, "evenodd");
      }
    };

    for (const bright of [false, true]) {
      // The list is the most telling first; drawn last, that lies on top.
      for (const layer of layers.toReversed()) {
        for (const mark of layer.marks.values()) {
          if (litMarks.has(`${layer.key}\n${mark.id}`) === bright) stroke(layer, mark, bright);
        }
      }
    }

    context.globalAlpha = 1;
    context.setLineDash([]);
    if (lit) {
      toScreen();
      context.font = `600 12px ${getComputedStyle(canvas).fontFamily}`;
      context.textBaseline = "middle";
      const shown = lit.members.flatMap((member) => {
        const mark = layers.find((layer) => layer.key === member.layerKey)?.marks.get(member.markId);
        return mark ? [mark] : [];
      });
      const first = shown[0];
      if (first) {
        const anchor = anchorOf(first);
        const text = titleOf(lit.label) + (lit.confidence === null ? "" : `  ${Math.round(lit.confidence * 100)}%`);
        const boxWidth = context.measureText(text).width + 12;
        const x = Math.max(4, Math.min(width - boxWidth - 4, anchor.x * scale + offsetX));
        const y = Math.max(4, anchor.y * scale + offsetY - 26);
        context.fillStyle = "rgb(11 12 14 / 0.85)";
        context.beginPath();
        context.roundRect(x, y, boxWidth, 20, 4);
        context.fill();
        context.fillStyle = "#ffffff";
        context.fillText(text, x + 6, y + 10.5);
      }
    }
  }, [highlighted, layers, loaded, media, objects, titleOf]);

  const redraw = useCallback(() => {
    if (pending.current === 0) pending.current = requestAnimationFrame(() => drawRef.current());
  }, []);
  const drawRef = useRef(draw);
  useEffect(() => {
    drawRef.current = draw;
    redraw();
  }, [draw, redraw]);

  useEffect(() => {
    const frame = frameRef.current!;
    const canvas = canvasRef.current!;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = frame;
      const density = window.devicePixelRatio || 1;
      screen.current = { width, height };
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      // Setting the size clears the canvas, so it is drawn before the browser paints.
      drawRef.current();
    });
    observer.observe(frame);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(pending.current);
      pending.current = 0;
    };
  }, []);

  const zoomBy = useCallback(
    (factor: number, x = screen.current.width / 2, y = screen.current.height / 2) => {
      touched.current = true;
      view.current = zoomed(view.current, factor, x, y, media, screen.current);
      redraw();
    },
    [media, redraw],
  );
  const fit = useCallback(() => {
    touched.current = false;
    redraw();
  }, [redraw]);

  useEffect(() => {
    // React's wheel listeners are passive, and the page must not scroll while the photo zooms.
    const canvas = canvasRef.current!;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.clientX - box.left, event.clientY - box.top);
    };
    canvas.addEventListener("wheel", onWheel, { passive: false });
    return () => canvas.removeEventListener("wheel", onWheel);
  }, [zoomBy]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "+" || event.key === "=") zoomBy(1.25);
      else if (event.key === "-") zoomBy(0.8);
      else if (event.key === "0") fit();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [fit, zoomBy]);

  /** The object under the pointer: the smallest that holds it, so that what lies inside another can be reached. */
  const hit = (x: number, y: number): string | null => {
    const context = canvasRef.current?.getContext("2d");
    if (!context) return null;
    const { scale } = view.current;
    const point = toImage(view.current, x, y);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.lineWidth = 10 / scale;
    const byKey = new Map(layers.map((layer) => [layer.key, layer]));
    let best: { key: string; size: number } | null = null;
    for (const object of objects) {
      for (const member of object.members) {
        const mark = byKey.get(member.layerKey)?.marks.get(member.markId);
        if (!mark) continue;
        const inside =
          mark.type === "point"
            ? Math.hypot(mark.x - point.x, mark.y - point.y) * scale <= 9
            : (mark.type !== "polyline" && context.isPointInPath(pathOf(mark), point.x, point.y, "evenodd")) ||
              context.isPointInStroke(pathOf(mark), point.x, point.y);
        if (!inside) continue;
        const size = mark.type === "box" ? mark.width * mark.height : mark.type === "polygon" ? ringSize(mark.rings[0] ?? []) : 0;
        if (!best || size < best.size) best = { key: object.key, size };
      }
    }
    return best?.key ?? null;
  };

  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const travelled = useRef(0);
  const place = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  return (
    <div ref={frameRef} className="relative size-full min-h-64 bg-sunken overflow-hidden">
      <canvas
        ref={canvasRef}
        role="img"
        aria-label={`Photo ${media.file_name} with ${objects.length} objects`}
        className="absolute inset-0 touch-none cursor-grab active:cursor-grabbing"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pointers.current.set(event.pointerId, place(event));
          travelled.current = 0;
        }}
        onPointerMove={(event) => {
          const now = place(event);
          const before = pointers.current.get(event.pointerId);
          if (!before) {
            onHover(hit(now.x, now.y));
            return;
          }
          const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
          pointers.current.set(event.pointerId, now);
          touched.current = true;
          if (other) {
            const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
            view.current = zoomed(view.current, factor, (now.x + other.x) / 2, (now.y + other.y) / 2, media, screen.current);
          }
          const share = other ? 0.5 : 1;
          view.current = panned(view.current, (now.x - before.x) * share, (now.y - before.y) * share, media, screen.current);
          travelled.current += Math.hypot(now.x - before.x, now.y - before.y);
          redraw();
        }}
        onPointerUp={(event) => {
          pointers.current.delete(event.pointerId);
          const at = place(event);
          if (travelled.current < 4) onPick(hit(at.x, at.y));
        }}
        onPointerCancel={(event) => pointers.current.delete(event.pointerId)}
        onPointerLeave={() => onHover(null)}
        onDoubleClick={fit}
      />
      {failed ? (
        <p role="alert" className="absolute inset-0 grid place-items-center text-3 text-muted px-6 text-center">
          The photo could not be loaded.
        </p>
      ) : (
        !loaded && (
          <p role="status" className="absolute inset-0 grid place-items-center text-muted pointer-events-none">
            <Spinner size={20} />
            <span className="sr-only">Loading the photo</span>
          </p>
        )
      )}
      <div className="absolute right-2 bottom-2 flex gap-1 bg-raised border border-border rounded-medium shadow-2 p-0.5">
        <IconButton size="small" icon="minus" label="Zoom out (-)" onClick={() => zoomBy(0.8)} />
        <IconButton size="small" icon="add" label="Zoom in (+)" onClick={() => zoomBy(1.25)} />
        <IconButton size="small" icon="fit" label="Fit (0)" onClick={fit} />
      </div>
    </div>
  );
}

/** The area, by the shoelace formula. */
function ringSize(ring: readonly (readonly [number, number])[]): number {
  let sum = 0;
  for (const [index, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!;
    sum += x * nextY - nextX * y;
  }
  return Math.abs(sum) / 2;
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
