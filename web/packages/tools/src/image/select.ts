/** Select, move, resize, turn and reshape. Drawing tools hand it the gestures that begin on the selected mark. */

import { type Edit, type Mark, moveMarks, replaceMark } from "@assay/annotation";
import { type ImagePoint, type Rect, distance, imagePoint, rectBetween } from "@assay/geometry";
import { type PointerInput, type Preview, type Step, type Tool, type ToolView, CLICK_SLACK, NOTHING } from "../tool";
import { type Grip, dragged, gripCursor, withVertexInserted, withVertexRemoved } from "./grips";

interface HeldVertex {
  readonly markId: string;
  readonly ring: number;
  readonly index: number;
}

export type SelectState =
  /** `vertex`: the one clicked last, which Delete removes. */
  | { readonly phase: "rest"; readonly vertex?: HeldVertex }
  | { readonly phase: "pressed"; readonly from: ImagePoint; readonly under: readonly Mark[]; readonly wasSelected: boolean; readonly additive: boolean }
  | { readonly phase: "moving"; readonly from: ImagePoint; readonly edits: readonly Edit[] }
  | { readonly phase: "gripping"; readonly before: Mark; readonly start: Mark; readonly after: Mark; readonly grip: Grip; readonly slip: { readonly x: number; readonly y: number } }
  | { readonly phase: "marquee"; readonly from: ImagePoint; readonly rect: Rect; readonly base: readonly string[] }
  | { readonly phase: "empty"; readonly from: ImagePoint; readonly dragged: boolean };

type SelectStep = Step<SelectState>;

const REST: SelectState = { phase: "rest" };

const idsOf = (marks: readonly Mark[]): string[] => marks.map(({ id }) => id);

export const selectTool: Tool<SelectState> = {
  name: "select",
  initial: REST,
  step(state, event, view) {
    switch (event.type) {
      case "down":
        return press(event, view);
      case "move":
        return drag(state, event, view);
      case "up":
        return release(state, event, view);
      case "cancel":
        return { state: REST };
      case "key":
        return event.key === "Delete" || event.key === "Backspace" ? removeHeldVertex(state, view) : leave(state, event.key, view);
    }
  },
  preview(state, view): Preview {
    if (state.phase === "moving") return { marks: state.edits.flatMap((edit) => (edit.kind === "replace" ? [edit.after] : [])) };
    if (state.phase === "gripping") return { marks: [state.after], ...heldBy(state.grip) };
    if (state.phase === "marquee") return { marks: [], marquee: state.rect };
    if (state.phase === "rest" && state.vertex && heldMark(state.vertex, view)) return { marks: [], vertex: state.vertex };
    return NOTHING;
  },
  cursor(_state, at, view) {
    const grip = view.gripAt(at, false);
    if (grip !== null) return gripCursor(view.selection[0]!, grip);
    return view.marksAt(at, false).length > 0 ? "move" : "default";
  },
  isBusy: (state) => state.phase !== "rest",
};

const heldBy = (grip: Grip): Pick<Preview, "vertex"> =>
  grip.kind === "vertex" ? { vertex: { ring: grip.ring, index: grip.index } } : {};

function press(event: PointerInput, view: ToolView): SelectStep {
  const grip = event.shift && view.selection.length > 1 ? null : view.gripAt(event.at, event.touch);
  if (grip !== null) return take(view.selection[0]!, grip, event);
  const under = view.marksAt(event.at, event.touch);
  const selected = idsOf(view.selection);
  if (under.length === 0) {
    if (!event.shift) return { state: { phase: "empty", from: event.at, dragged: false }, pan: true };
    return { state: { phase: "marquee", from: event.at, rect: rectBetween(event.at, event.at), base: selected } };
  }
  // What is selected already keeps the gesture, so that a covered mark can be dragged once it is chosen.
  const held = under.find(({ id }) => selected.includes(id));
  const pressed: SelectState = { phase: "pressed", from: event.at, under, wasSelected: held !== undefined, additive: event.shift };
  if (event.shift) return { state: pressed, selection: held ? selected : [...selected, under[0]!.id] };
  return held ? { state: pressed } : { state: pressed, selection: [under[0]!.id] };
}

function take(mark: Mark, grip: Grip, event: PointerInput): SelectStep {
  if (grip.kind === "vertex" && event.alt) {
    const without = withVertexRemoved(mark, grip.ring, grip.index);
    return without === null ? { state: REST } : { state: REST, edits: replaceMark(mark, without) };
  }
  // The pointer is rarely exactly on the handle; keeping the slip stops the shape from jumping to it.
  const slip = { x: grip.at.x - event.at.x, y: grip.at.y - event.at.y };
  const held = grip.kind === "edge" && (mark.type === "polygon" || mark.type === "polyline") ? withVertexInserted(mark, grip) : { mark, grip };
  return { state: { phase: "gripping", before: mark, start: held.mark, after: held.mark, grip: held.grip, slip } };
}

function drag(state: SelectState, event: PointerInput, view: ToolView): SelectStep | null {
  const slack = CLICK_SLACK * view.pixel;
  switch (state.phase) {
    case "pressed":
      if (distance(event.at, state.from) < slack) return { state };
      return { state: moved(state.from, event, view) };
    case "moving":
      return { state: moved(state.from, event, view) };
    case "gripping": {
      const target = imagePoint(event.at.x + state.slip.x, event.at.y + state.slip.y);
      const point = state.grip.kind === "rotate" ? target : view.snap(target);
      return { state: { ...state, after: dragged(state.start, state.grip, point, event, view.media) } };
    }
    case "marquee":
      return { state: { ...state, rect: rectBetween(state.from, event.at) } };
    case "empty":
      return { state: { ...state, dragged: state.dragged || distance(event.at, state.from) >= slack } };
    case "rest":
      return null;
  }
}

function moved(from: ImagePoint, event: PointerInput, view: ToolView): SelectState {
  let dx = event.at.x - from.x;
  let dy = event.at.y - from.y;
  if (event.shift) {
    if (Math.abs(dx) >= Math.abs(dy)) dy = 0;
    else dx = 0;
  }
  return { phase: "moving", from, edits: moveMarks(view.selection.filter(({ id }) => !view.fixed?.has(id)), dx, dy, view.media) };
}

function release(state: SelectState, event: PointerInput, view: ToolView): SelectStep | null {
  switch (state.phase) {
    case "pressed":
      return click(state, view);
    case "moving":
      return { state: REST, edits: state.edits };
    case "gripping": {
      const { grip, before } = state;
      const vertex = grip.kind === "vertex" ? { markId: before.id, ring: grip.ring, index: grip.index } : undefined;
      return { state: vertex ? { phase: "rest", vertex } : REST, edits: replaceMark(before, state.after) };
    }
    case "marquee": {
      const ids = idsOf(view.marksWithin(rectBetween(state.from, event.at)));
      return { state: REST, selection: [...new Set([...state.base, ...ids])] };
    }
    case "empty":
      return state.dragged ? { state: REST } : { state: REST, selection: [] };
    case "rest":
      return null;
  }
}

/** A second click on the same place reaches what lies underneath; Shift adds and takes away. */
function click(state: SelectState & { phase: "pressed" }, view: ToolView): SelectStep {
  const selected = idsOf(view.selection);
  if (!state.wasSelected) return { state: REST };
  const index = state.under.findIndex(({ id }) => selected.includes(id));
  if (state.additive) return { state: REST, selection: selected.filter((id) => id !== state.under[index]?.id) };
  return { state: REST, selection: [state.under[(index + 1) % state.under.length]!.id] };
}

const heldMark = (vertex: HeldVertex, view: ToolView): Mark | null => {
  const [mark] = view.selection;
  return mark !== undefined && view.selection.length === 1 && mark.id === vertex.markId ? mark : null;
};

function removeHeldVertex(state: SelectState, view: ToolView): SelectStep | null {
  if (state.phase !== "rest" || state.vertex === undefined) return null;
  const mark = heldMark(state.vertex, view);
  if (mark === null) return null;
  const without = withVertexRemoved(mark, state.vertex.ring, state.vertex.index);
  return without === null ? null : { state: REST, edits: replaceMark(mark, without) };
}

function leave(state: SelectState, key: "Enter" | "Escape", view: ToolView): SelectStep | null {
  if (key !== "Escape") return null;
  if (state.phase !== "rest") return { state: REST };
  return view.selection.length > 0 ? { state: REST, selection: [] } : null;
}
