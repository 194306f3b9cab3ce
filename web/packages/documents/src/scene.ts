/** What the stage draws of a document: the regions of the page in sight, groups as frames around theirs. */

import { type PlacedLabel, boundsOf, titleOf } from "@assay/annotation";
import type { Overlay, Scene } from "@assay/canvas";
import { type Rect, rectUnion } from "@assay/geometry";
import type { Group, Region } from "./answer";
import type { DocumentState, DocumentVoice } from "./state";

/** What does not change while one document is worked on. */
interface Setting {
  readonly voices: readonly DocumentVoice[];
  readonly doubts: ReadonlyMap<string, string>;
  isSuggested(region: Region): boolean;
  placedOf(label: string): PlacedLabel | undefined;
}

const UNKNOWN_COLOR = "#9ca3af";
const POINTED_OUT_COLOR = "#fbbf24";
/** How far a group's frame lies outside its regions, as a share of their height. */
const FRAME_SHARE = 0.25;

export function documentScene(state: DocumentState, setting: Setting): Scene {
  const { hidden, selection, overlays, tags, pointedOut, page } = state;
  const { answer } = state.history;
  const onPage = answer.annotations.filter((region) => region.page === page && !hidden.has(region.id));
  const byId = new Map(onPage.map((region) => [region.id, region]));
  const frames = answer.groups.flatMap((group): Overlay[] => {
    const frame = frameOf(group, byId);
    return frame ? [{ color: setting.placedOf(group.label)?.color ?? UNKNOWN_COLOR, marks: [frame] }] : [];
  });
  const shown = setting.voices
    .filter(({ name }) => overlays.has(name))
    .map(({ color, answer: theirs }): Overlay => ({ color, marks: theirs.annotations.filter((region) => region.page === page) }));
  const pointed = pointedOut?.page === page ? [{ color: POINTED_OUT_COLOR, marks: [pointedOut] }] : [];
  const labelOf = (name: string) => setting.placedOf(name)?.label;
  return {
    marks: onPage,
    selection,
    suggested: new Set(onPage.filter((region) => setting.isSuggested(region)).map(({ id }) => id)),
    doubts: setting.doubts,
    overlays: [...frames, ...shown, ...pointed],
    tags,
    colorOf: (name) => setting.placedOf(name)?.color ?? UNKNOWN_COLOR,
    titleOf: (name) => titleOf(labelOf(name) ?? { name, title: null }),
    isRotatable: (name) => labelOf(name)?.rotatable ?? false,
    leastSize: (name) => ({ width: labelOf(name)?.width_min ?? 0, height: labelOf(name)?.height_min ?? 0 }),
  };
}

/** A box around the group's regions on the page; none where it has none there. */
function frameOf(group: Group, onPage: ReadonlyMap<string, Region>): Region | null {
  const [first, ...others] = group.members.flatMap((id) => onPage.get(id) ?? []).map(boundsOf);
  if (first === undefined) return null;
  const { x, y, width, height } = others.reduce<Rect>(rectUnion, first);
  const room = first.height * FRAME_SHARE;
  return { type: "box", id: group.id, label: group.label, page: 0, text: "", x: x - room, y: y - room, width: width + 2 * room, height: height + 2 * room };
}
