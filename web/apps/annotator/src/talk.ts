/** What a `crowd-*` element and the page that marks pictures for it say to each other, within one origin. */

export type Shape = "bounding-box" | "polygon" | "polyline" | "line" | "keypoint" | "semantic-segmentation" | "instance-segmentation";

export interface Asked {
  readonly shape: Shape;
  readonly src: string;
  readonly labels: readonly string[];
  /** As the element's attribute has it: marks to begin with. */
  readonly initial: unknown;
  readonly header: string;
  /** Only to be looked at. */
  readonly locked: boolean;
}

export interface Drawn {
  /** In the words of the element. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly problem: string | null;
}

export type Told = { readonly type: "ready" } | { readonly type: "drawn"; readonly drawn: Drawn };

export interface Question {
  readonly type: "asked";
  readonly asked: Asked;
}

/** In the address, so that the page knows it is framed by an element and not opened by itself. */
export const ready = "asked";
