/** What the stage draws, besides the photo. */

import type { Mark } from "@assay/annotation";
import type { ImagePoint } from "@assay/geometry";

/** Another annotator's marks, drawn thin over the photo in one colour. */
export interface Overlay {
  readonly color: string;
  readonly marks: readonly Mark[];
}

/** A line between two marks; with an arrow's head where it says which way. */
export interface Tie {
  readonly from: ImagePoint;
  readonly to: ImagePoint;
  readonly arrow: boolean;
  /** Drawn stronger, with its name. */
  readonly name: string | null;
}

export interface Scene {
  /** Hidden ones left out. */
  readonly marks: readonly Mark[];
  readonly selection: ReadonlySet<string>;
  /** Drawn dashed: proposed by a model, not touched yet. */
  readonly suggested: ReadonlySet<string>;
  /** Drawn with a halo and these words: annotators disagree about the marks. */
  readonly doubts: ReadonlyMap<string, string>;
  readonly overlays: readonly Overlay[];
  readonly ties?: readonly Tie[];
  /** Marks that cannot be taken hold of. */
  readonly fixed?: ReadonlySet<string>;
  readonly tags: boolean;
  colorOf(label: string): string;
  titleOf(label: string): string;
  isRotatable(label: string): boolean;
  /** The least width and height of a label's marks, in image pixels. */
  leastSize(label: string): { readonly width: number; readonly height: number };
}
