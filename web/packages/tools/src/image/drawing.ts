/** What drawing tools share: a gesture that begins on the selected mark, or with Control held, edits instead. */

import type { ImagePoint } from "@assay/geometry";
import type { Preview, Step, Tool, ToolEvent, ToolView } from "../tool";
import { type SelectState, selectTool } from "./select";

export type DrawingState<S> =
  | { readonly doing: "drawing"; readonly state: S }
  | { readonly doing: "editing"; readonly state: SelectState };

/** How one shape is drawn; everything else about a drawing tool is the same. */
export interface Drawing<S> {
  readonly name: string;
  readonly initial: S;
  step(state: S, event: ToolEvent, view: ToolView): Step<S> | null;
  preview(state: S, view: ToolView): Preview;
  isBusy(state: S): boolean;
  /** Whether a press here, nothing being drawn yet, is about a mark that is there already. */
  isAboutExisting?(at: ImagePoint, touch: boolean, view: ToolView): boolean;
}

export function drawingTool<S>(drawing: Drawing<S>): Tool<DrawingState<S>> {
  const initial: DrawingState<S> = { doing: "drawing", state: drawing.initial };
  const isFree = (state: DrawingState<S>): boolean => state.doing === "editing" || !drawing.isBusy(state.state);
  const isEdit = (event: ToolEvent, view: ToolView): boolean => {
    if (event.type === "key") return true;
    if (event.type !== "down") return false;
    if (event.mod || view.label === null) return true;
    if (view.cutting) return false;
    return view.gripAt(event.at, event.touch) !== null || (drawing.isAboutExisting?.(event.at, event.touch, view) ?? false);
  };
  const edit = (state: SelectState, event: ToolEvent, view: ToolView): Step<DrawingState<S>> | null => {
    const step = selectTool.step(state, event, view);
    return step && { ...step, state: { doing: "editing", state: step.state } };
  };
  const draw = (state: S, event: ToolEvent, view: ToolView): Step<DrawingState<S>> | null => {
    const step = drawing.step(state, event, view);
    return step && { ...step, state: { doing: "drawing", state: step.state } };
  };
  return {
    name: drawing.name,
    initial,
    step(state, event, view) {
      if (isFree(state) && isEdit(event, view)) return edit(state.doing === "editing" ? state.state : selectTool.initial, event, view);
      if (state.doing === "drawing") return draw(state.state, event, view);
      return selectTool.isBusy(state.state) ? edit(state.state, event, view) : draw(drawing.initial, event, view);
    },
    preview: (state, view) => (state.doing === "editing" ? selectTool.preview(state.state, view) : drawing.preview(state.state, view)),
    cursor(state, at, view) {
      if (!isFree(state)) return "crosshair";
      if (view.label === null) return selectTool.cursor(selectTool.initial, at, view);
      const isGrip = !view.cutting && view.gripAt(at, false) !== null;
      return isGrip || drawing.isAboutExisting?.(at, false, view) ? selectTool.cursor(selectTool.initial, at, view) : "crosshair";
    },
    isBusy: (state) => (state.doing === "editing" ? selectTool.isBusy(state.state) : drawing.isBusy(state.state)),
  };
}
