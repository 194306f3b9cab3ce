/** Place a point where the pointer is let go; pressing on one that is there moves it instead. */

import type { Point } from "@assay/annotation";
import { type ImagePoint, toVertex } from "@assay/geometry";
import { type ToolView, DRAFT_ID, NOTHING } from "../tool";
import { drawingTool } from "./drawing";

type PointState = { readonly phase: "rest" } | { readonly phase: "pressed"; readonly at: ImagePoint };

const REST: PointState = { phase: "rest" };

function pointAt(at: ImagePoint, id: string, view: ToolView): Point {
  const [x, y] = toVertex(view.snap(at));
  return { id, type: "point", label: view.label?.name ?? "", x, y };
}

export const pointTool = drawingTool<PointState>({
  name: "point",
  initial: REST,
  step(state, event, view) {
    switch (event.type) {
      case "down":
        return { state: { phase: "pressed", at: event.at } };
      case "move":
        return state.phase === "pressed" ? { state: { ...state, at: event.at } } : null;
      case "up": {
        if (state.phase !== "pressed") return null;
        const mark = pointAt(event.at, view.newId(), view);
        return { state: REST, edits: [{ kind: "insert", index: view.markCount, mark }], selection: [mark.id] };
      }
      case "cancel":
        return { state: REST };
      case "key":
        return event.key === "Escape" && state.phase === "pressed" ? { state: REST } : null;
    }
  },
  preview: (state, view) => (state.phase === "pressed" ? { marks: [pointAt(state.at, DRAFT_ID, view)] } : NOTHING),
  isBusy: (state) => state.phase !== "rest",
  isAboutExisting: (at, touch, view) => view.marksAt(at, touch).some((mark) => mark.type === "point"),
});
