/** The tools of the image kind. */

import type { Tool } from "../tool";
import { boxTool, cuboidTool, ellipseTool } from "./box";
import { polygonTool, polylineTool } from "./path";
import { pointTool } from "./point";
import { selectTool } from "./select";

export type ToolName = "select" | "box" | "polygon" | "polyline" | "point" | "ellipse" | "cuboid";

// A tool's state is its own business: whoever runs it only hands it back.
const opaque = <S>(tool: Tool<S>): Tool<unknown> => tool as unknown as Tool<unknown>;

export const IMAGE_TOOLS: Readonly<Record<ToolName, Tool<unknown>>> = {
  select: opaque(selectTool),
  box: opaque(boxTool),
  polygon: opaque(polygonTool),
  polyline: opaque(polylineTool),
  point: opaque(pointTool),
  ellipse: opaque(ellipseTool),
  cuboid: opaque(cuboidTool),
};

export { type Grip, gripsOf } from "./grips";
export { type ToolScene, toolView } from "./view";
