/** An editor whose work is seen on a stage: how the view of it is set, and what is laid over it. */

import { Watched } from "@assay/annotation";
import type { ImagePoint } from "@assay/geometry";
import type { Stage } from "./stage";
import type { Viewport } from "./viewport";

/** None of it changes the answer. */
export interface ViewState {
  /** Ids of what is not shown. */
  readonly hidden: ReadonlySet<string>;
  /** Names of the overlays shown. */
  readonly overlays: ReadonlySet<string>;
  /** Names on all marks. */
  readonly tags: boolean;
  readonly crosshair: boolean;
  /** 1 is the photo as it is. */
  readonly brightness: number;
  readonly contrast: number;
}

export type ViewSettings = Pick<ViewState, "tags" | "crosshair" | "brightness" | "contrast">;

export const NOTHING: ReadonlySet<string> = new Set();

/** The view to begin with. */
export const plainView = (hand: Partial<Pick<ViewState, "tags" | "crosshair">>): ViewState => ({
  hidden: NOTHING,
  overlays: NOTHING,
  tags: hand.tags ?? false,
  crosshair: hand.crosshair ?? true,
  brightness: 1,
  contrast: 1,
});

/** The set with these, or without them where it has them all. */
export function toggled(set: ReadonlySet<string>, ids: Iterable<string>): ReadonlySet<string> {
  const all = [...ids];
  return new Set(all.every((id) => set.has(id)) ? [...set].filter((id) => !all.includes(id)) : [...set, ...all]);
}

export class Staged<State extends ViewState, Answer> extends Watched<State, Answer> {
  #stage: Stage | null = null;
  #onMoved: (view: Viewport, pointer: ImagePoint | null) => void = () => {};

  attach(stage: Stage, onMoved: (view: Viewport, pointer: ImagePoint | null) => void): void {
    this.#stage = stage;
    this.#onMoved = onMoved;
    this.#setTone();
  }

  detach(): void {
    this.#stage = null;
    this.#onMoved = () => {};
  }

  get stage(): Stage | null {
    return this.#stage;
  }

  moved = (view: Viewport, pointer: ImagePoint | null): void => this.#onMoved(view, pointer);

  setView(change: Partial<ViewSettings>): void {
    this.changeView(change);
    this.#setTone();
  }

  showAll(): void {
    this.changeView({ hidden: NOTHING });
  }

  toggleOverlay(name: string): void {
    this.changeView({ overlays: toggled(this.state.overlays, [name]) });
  }

  protected changeView(change: Partial<ViewState>): void {
    this.change(change as Partial<State>);
  }

  protected override changed(): void {
    this.#stage?.invalidate("marks");
  }

  #setTone(): void {
    this.#stage?.setTone(this.state.brightness, this.state.contrast);
  }
}
