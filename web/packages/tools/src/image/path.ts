/**
 * Polygons and polylines: click vertex by vertex, or drag to draw freehand. Enter, a double click, or for polygons
 * a click on the first vertex finishes; Backspace takes the last vertex back; Escape starts over.
 */

import { type Edit, type Mark, type Polygon, containsPoint } from "@assay/annotation";
import { type ImagePoint, type Vertex, distance, fromVertex, simplified, toVertex } from "@assay/geometry";
import { type PointerInput, type Preview, type Step, type ToolEvent, type ToolView, CLICK_SLACK, NOTHING } from "../tool";
import { drawingTool } from "./drawing";

/** Screen pixels. */
const FINISH_REACH = 9;
const FINISH_REACH_TOUCH = 20;
const FREEHAND_START = 12;
const FREEHAND_SPACING = 4;
const FREEHAND_TOLERANCE = 1.2;

interface Path {
  readonly vertices: readonly Vertex[];
  /** The polygon a hole is being cut into. */
  readonly into: string | null;
}

type PathState =
  | { readonly phase: "rest" }
  | (Path & { readonly phase: "placing"; readonly pointer: ImagePoint | null })
  | (Path & { readonly phase: "pressed"; readonly from: ImagePoint; readonly stroke: readonly Vertex[] | null });

const REST: PathState = { phase: "rest" };

/** How many vertices the outline must have at least and may have at most; a hole is free. */
function countOf(closed: boolean, into: string | null, view: ToolView): readonly [number, number] {
  const limits = into === null ? view.label?.limits[closed ? "polygon" : "polyline"] : undefined;
  return [Math.max(closed ? 3 : 2, limits?.vertices_min ?? 0), limits?.vertices_max ?? Infinity];
}

function isFinishing(vertices: readonly Vertex[], at: ImagePoint, closed: boolean, reach: number, least: number): boolean {
  if (vertices.length < least) return false;
  const ends = closed ? [vertices[0]!, vertices.at(-1)!] : [vertices.at(-1)!];
  return ends.some((vertex) => distance(fromVertex(vertex), at) <= reach);
}

const reachOf = (event: { readonly touch: boolean }, view: ToolView): number =>
  (event.touch ? FINISH_REACH_TOUCH : FINISH_REACH) * view.pixel;

function pathDrawing(closed: boolean) {
  const finished = ({ vertices, into }: Path, view: ToolView): Step<PathState> => {
    const owner = view.selection.find((mark): mark is Polygon => mark.id === into && mark.type === "polygon");
    if (owner) {
      const after: Mark = { ...owner, rings: [...owner.rings, vertices] };
      return { state: REST, edits: [{ kind: "replace", before: owner, after }] };
    }
    const shared = { id: view.newId(), label: view.label?.name ?? "" };
    const mark: Mark = closed ? { ...shared, type: "polygon", rings: [vertices] } : { ...shared, type: "polyline", points: vertices };
    const edits: Edit[] = [{ kind: "insert", index: view.markCount, mark }];
    return { state: REST, edits, selection: [mark.id] };
  };

  const released = (state: PathState & { phase: "pressed" }, event: PointerInput, view: ToolView): Step<PathState> => {
    const reach = reachOf(event, view);
    const at = view.snap(event.at);
    if (state.stroke !== null) {
      const vertices = [...state.vertices, ...simplified(state.stroke, FREEHAND_TOLERANCE * view.pixel)];
      const back = closed && vertices.length >= 3 && distance(fromVertex(vertices[0]!), at) <= 2 * reach;
      if (back || (!closed && state.vertices.length === 0)) return finished({ ...state, vertices }, view);
      return { state: { phase: "placing", vertices, into: state.into, pointer: at } };
    }
    const [least, most] = countOf(closed, state.into, view);
    if (isFinishing(state.vertices, at, closed, reach, least)) return finished(state, view);
    const last = state.vertices.at(-1);
    const isRepeat = last !== undefined && distance(fromVertex(last), at) < CLICK_SLACK * view.pixel;
    const vertices = isRepeat ? state.vertices : [...state.vertices, toVertex(at)];
    // With the last vertex that it may have the outline is done.
    if (vertices.length >= most) return finished({ ...state, vertices }, view);
    return { state: { phase: "placing", vertices, into: state.into, pointer: at } };
  };

  const withoutLast = (path: Path): PathState =>
    path.vertices.length <= 1 ? REST : { phase: "placing", vertices: path.vertices.slice(0, -1), into: path.into, pointer: null };

  return drawingTool<PathState>({
    name: closed ? "polygon" : "polyline",
    initial: REST,
    step(state, event: ToolEvent, view) {
      switch (event.type) {
        case "down": {
          const path: Path = state.phase === "rest" ? { vertices: [], into: closed ? holeOwner(event, view) : null } : state;
          return { state: { phase: "pressed", vertices: path.vertices, into: path.into, from: event.at, stroke: null } };
        }
        case "move":
          if (state.phase === "rest") return null;
          if (state.phase === "placing") return { state: { ...state, pointer: view.snap(event.at) } };
          return { state: stroked(state, event, view) };
        case "up":
          return state.phase === "pressed" ? released(state, event, view) : null;
        case "cancel":
          if (state.phase !== "pressed") return { state };
          return { state: state.vertices.length === 0 ? REST : { phase: "placing", vertices: state.vertices, into: state.into, pointer: null } };
        case "key":
          if (state.phase === "rest") return null;
          if (event.key === "Escape") return { state: REST };
          if (event.key === "Enter") return state.vertices.length >= countOf(closed, state.into, view)[0] ? finished(state, view) : { state };
          return { state: withoutLast(state) };
      }
    },
    preview(state, view): Preview {
      if (state.phase === "rest") return NOTHING;
      const stroke = state.phase === "pressed" ? (state.stroke ?? []) : [];
      const pointer = state.phase === "placing" ? state.pointer : stroke.length === 0 ? view.snap(state.from) : null;
      const finishing = pointer !== null && isFinishing(state.vertices, pointer, closed, FINISH_REACH * view.pixel, countOf(closed, state.into, view)[0]);
      return { marks: [], path: { vertices: [...state.vertices, ...stroke], pointer, closed, finishing, hole: state.into !== null } };
    },
    isBusy: (state) => state.phase !== "rest",
  });
}

/** A hole is asked for, by the armed button or Alt, and begins inside the selected polygon. */
function holeOwner(event: PointerInput, view: ToolView): string | null {
  if (!view.cutting && !event.alt) return null;
  const [mark] = view.selection;
  return mark?.type === "polygon" && containsPoint(mark, event.at) ? mark.id : null;
}

function stroked(state: PathState & { phase: "pressed" }, event: PointerInput, view: ToolView): PathState {
  if (state.stroke === null) {
    if (distance(state.from, event.at) < FREEHAND_START * view.pixel) return state;
    return { ...state, stroke: [toVertex(view.snap(state.from)), toVertex(view.snap(event.at))] };
  }
  const last = fromVertex(state.stroke.at(-1)!);
  if (distance(last, event.at) < FREEHAND_SPACING * view.pixel) return state;
  return { ...state, stroke: [...state.stroke, toVertex(view.snap(event.at))] };
}

export const polygonTool = pathDrawing(true);
export const polylineTool = pathDrawing(false);
