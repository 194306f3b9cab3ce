/** Draw a box, or what fills one, from corner to corner; Shift makes a square, Alt draws from the centre; a click selects. */

import { type Box, type Edit, type Mark, cuboidWithin } from "@assay/annotation";
import { type ImagePoint, distance, imagePoint, rectBetween } from "@assay/geometry";
import { type PointerInput, type ToolView, CLICK_SLACK, DRAFT_ID, NOTHING } from "../tool";
import { drawingTool } from "./drawing";
import { settledBox } from "./grips";

type BoxState =
  | { readonly phase: "rest" }
  | { readonly phase: "pressed"; readonly from: ImagePoint; readonly event: PointerInput }
  | { readonly phase: "drawing"; readonly from: ImagePoint; readonly event: PointerInput };

const REST: BoxState = { phase: "rest" };

function boxBetween(from: ImagePoint, event: PointerInput, id: string, view: ToolView): Box {
  let to = view.snap(event.at);
  if (event.shift) {
    const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    to = imagePoint(from.x + side * Math.sign(to.x - from.x || 1), from.y + side * Math.sign(to.y - from.y || 1));
  }
  const start = event.alt ? imagePoint(2 * from.x - to.x, 2 * from.y - to.y) : from;
  return settledBox({ id, type: "box", label: view.label?.name ?? "", ...rectBetween(start, to) }, view.media);
}

type Filling = "box" | "ellipse" | "cuboid";

/** What fills the box. */
function filled(box: Box, shape: Filling): Mark {
  if (shape === "box") return box;
  if (shape === "ellipse") return { ...box, type: "ellipse" };
  const { id, label } = box;
  return cuboidWithin({ id, label, type: "cuboid", face: [], side: [] }, box);
}

const cornerTool = (shape: Filling) => drawingTool<BoxState>({
  name: shape,
  initial: REST,
  step(state, event, view) {
    switch (event.type) {
      case "down":
        return { state: { phase: "pressed", from: view.snap(event.at), event } };
      case "move": {
        if (state.phase === "rest") return null;
        const isDrag = state.phase === "drawing" || distance(state.from, event.at) >= CLICK_SLACK * view.pixel;
        return { state: { ...state, phase: isDrag ? "drawing" : "pressed", event } };
      }
      case "up": {
        if (state.phase === "rest") return null;
        if (state.phase === "pressed") return { state: REST, selection: view.marksAt(event.at, event.touch).slice(0, 1).map(({ id }) => id) };
        const mark = filled(boxBetween(state.from, event, view.newId(), view), shape);
        const edits: Edit[] = [{ kind: "insert", index: view.markCount, mark }];
        return { state: REST, edits, selection: [mark.id] };
      }
      case "cancel":
        return { state: REST };
      case "key":
        return event.key === "Escape" && state.phase !== "rest" ? { state: REST } : null;
    }
  },
  preview: (state, view) => (state.phase === "drawing" ? { marks: [filled(boxBetween(state.from, state.event, DRAFT_ID, view), shape)] } : NOTHING),
  isBusy: (state) => state.phase !== "rest",
});

export const boxTool = cornerTool("box");
export const ellipseTool = cornerTool("ellipse");
export const cuboidTool = cornerTool("cuboid");
