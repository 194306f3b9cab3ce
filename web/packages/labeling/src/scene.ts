/** What the stage draws of an editor's state. */

import { type Mark, type PlacedLabel, type Taxonomy, titleOf } from "@assay/annotation";
import type { Overlay, Scene } from "@assay/canvas";
import type { EditorState } from "./state";
import { tiesOf } from "./ties";

/** What does not change while one photo is labelled. */
interface Setting {
  readonly overlays: readonly (Overlay & { readonly name: string })[];
  readonly doubts: ReadonlyMap<string, string>;
  readonly taxonomy: Taxonomy;
  readonly fixed: ReadonlySet<string>;
  isSuggested(mark: Mark): boolean;
}

const UNKNOWN_COLOR = "#9ca3af";
const POINTED_OUT_COLOR = "#fbbf24";

export function sceneOf(state: EditorState, setting: Setting, labels: ReadonlyMap<string, PlacedLabel>): Scene {
  const { hidden, selection, overlays, tags, pointedOut } = state;
  const { annotations } = state.history.answer;
  const marks = hidden.size === 0 ? annotations : annotations.filter(({ id }) => !hidden.has(id));
  const shown = setting.overlays.filter(({ name }) => overlays.has(name));
  const labelOf = (name: string) => labels.get(name)?.label;
  return {
    marks,
    selection,
    suggested: new Set(marks.filter((mark) => setting.isSuggested(mark)).map(({ id }) => id)),
    doubts: setting.doubts,
    overlays: pointedOut ? [...shown, { color: POINTED_OUT_COLOR, marks: [pointedOut] }] : shown,
    fixed: setting.fixed,
    ties: tiesOf(state.history.answer, setting.taxonomy.connections, hidden, selection),
    tags,
    colorOf: (name) => labels.get(name)?.color ?? UNKNOWN_COLOR,
    titleOf: (name) => titleOf(labelOf(name) ?? { name, title: null }),
    isRotatable: (name) => labelOf(name)?.rotatable ?? false,
    leastSize: (name) => ({ width: labelOf(name)?.width_min ?? 0, height: labelOf(name)?.height_min ?? 0 }),
  };
}
