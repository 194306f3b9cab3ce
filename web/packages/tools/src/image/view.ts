import { type ImageAnswer, type Label, type Mark, boundsOf, marksUnder } from "@assay/annotation";
import { type Frame, rectEncloses, within } from "@assay/geometry";
import type { ToolView } from "../tool";
import { gripAt } from "./grips";

/** Screen pixels around an outline or a point that count as on it. */
const NEAR = 5;
const NEAR_TOUCH = 16;

export interface ToolScene {
  readonly answer: ImageAnswer;
  readonly selection: ReadonlySet<string>;
  /** Marks that tools neither see nor change. */
  readonly untouchable: ReadonlySet<string>;
  /** Marks that can be selected and not moved or reshaped. */
  readonly fixed?: ReadonlySet<string>;
  readonly labels: ReadonlyMap<string, Label>;
  readonly label: Label | null;
  readonly media: Frame;
  /** Image pixels per CSS pixel. */
  readonly pixel: number;
  readonly cutting: boolean;
  readonly newId: () => string;
}

/** The narrow view of a scene that tools get. */
export function toolView(scene: ToolScene): ToolView {
  const { answer, selection, untouchable, labels, media, pixel } = scene;
  const reachable = untouchable.size === 0 ? answer.annotations : answer.annotations.filter(({ id }) => !untouchable.has(id));
  const selected: Mark[] = selection.size === 0 ? [] : reachable.filter(({ id }) => selection.has(id));
  return {
    media,
    pixel,
    label: scene.label,
    markCount: answer.annotations.length,
    selection: selected,
    ...(scene.fixed ? { fixed: scene.fixed } : {}),
    cutting: scene.cutting,
    marksAt: (point, touch) => marksUnder(reachable, point, (touch ? NEAR_TOUCH : NEAR) * pixel),
    marksWithin: (rect) => reachable.filter((mark) => rectEncloses(rect, boundsOf(mark))),
    gripAt: (point, touch) => {
      const [mark] = selected;
      if (mark === undefined || selected.length > 1 || scene.fixed?.has(mark.id)) return null;
      return gripAt(mark, labels.get(mark.label)?.rotatable ?? false, point, pixel, touch);
    },
    snap: (point) => within(point, media),
    newId: scene.newId,
  };
}
