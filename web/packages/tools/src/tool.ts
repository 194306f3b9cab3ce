/**
 * What a tool is: a small state machine from (state, event, view) to the next state and the edits of a finished
 * gesture. It knows no editor, no DOM and no screen, so its test is a script of events.
 */

import type { Edit, Label, Mark } from "@assay/annotation";
import type { Frame, ImagePoint, Rect, Vertex } from "@assay/geometry";
import type { Grip } from "./image/grips";

export interface PointerInput {
  readonly type: "down" | "move" | "up";
  readonly at: ImagePoint;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Control, or Command on a Mac. */
  readonly mod: boolean;
  /** A finger: coarser than a mouse, so it grabs from farther away. */
  readonly touch: boolean;
}

/** `cancel` ends a gesture without a trace: a second finger landed, or the pointer was lost. */
export type ToolEvent =
  | PointerInput
  | { readonly type: "key"; readonly key: "Enter" | "Escape" | "Backspace" | "Delete" }
  | { readonly type: "cancel" };

/** All a tool may know. Marks that are hidden or locked are not in it. */
export interface ToolView {
  readonly media: Frame;
  /** Image pixels per CSS pixel: how far on the photo a tolerance on the screen reaches. */
  readonly pixel: number;
  /** The label new marks get; null when none is chosen or it takes no shape. */
  readonly label: Label | null;
  /** How many marks the answer has: new ones go to its end. */
  readonly markCount: number;
  readonly selection: readonly Mark[];
  /** Marks that can be selected and not moved or reshaped. */
  readonly fixed?: ReadonlySet<string>;
  /** A new outline cuts a hole into the selected polygon. */
  readonly cutting: boolean;
  /** Best first. */
  marksAt(point: ImagePoint, touch: boolean): readonly Mark[];
  marksWithin(rect: Rect): readonly Mark[];
  /** The part of the single selected mark that can be taken hold of here. */
  gripAt(point: ImagePoint, touch: boolean): Grip | null;
  /** The nearest place a vertex may have. */
  snap(point: ImagePoint): ImagePoint;
  newId(): string;
}

export interface Step<S> {
  readonly state: S;
  /** What the gesture did; one undo step. */
  readonly edits?: readonly Edit[];
  /** Ids of the marks selected from now on; absent: as before. */
  readonly selection?: readonly string[];
  /** The tool leaves this drag to the canvas, which moves the photo. */
  readonly pan?: boolean;
}

/** What a tool shows while a gesture lasts. */
export interface Preview {
  /** Drawn in place of the marks with the same ids; a mark that is not in the answer yet has an id of its own. */
  readonly marks: readonly Mark[];
  readonly path?: {
    readonly vertices: readonly Vertex[];
    readonly pointer: ImagePoint | null;
    readonly closed: boolean;
    /** A click at `pointer` would finish it. */
    readonly finishing: boolean;
    readonly hole: boolean;
  };
  readonly marquee?: Rect;
  /** The vertex that Delete would remove. */
  readonly vertex?: { readonly ring: number; readonly index: number };
}

export interface Tool<S> {
  readonly name: string;
  readonly initial: S;
  /** null: the event is none of the tool's business. */
  step(state: S, event: ToolEvent, view: ToolView): Step<S> | null;
  preview(state: S, view: ToolView): Preview;
  /** A CSS cursor for the pointer resting here. */
  cursor(state: S, at: ImagePoint, view: ToolView): string;
  /** Whether a gesture or an unfinished shape is under way. */
  isBusy(state: S): boolean;
}

/** A mark's id while it is being drawn. */
export const DRAFT_ID = "draft";

/** Screen pixels a pointer may wander during a click. */
export const CLICK_SLACK = 4;

export const NOTHING: Preview = { marks: [] };
