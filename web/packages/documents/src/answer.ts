/** What one person says about one document: the same value as the server's `core/annotations/document.py`. */

import { type AttributeValues, type Box, type Polygon, writeAnswer } from "@assay/annotation";

interface OnPage {
  /** From 0, in the order they are shown. */
  readonly page: number;
  /** What stands there, as it is read; lines apart by line feeds. */
  readonly text: string;
}

/** A mark on a page with what stands in it. */
export type Region = (Box | Polygon) & OnPage;
type WireRegion = (Box | Polygon) & Partial<OnPage>;

/** Regions that belong together, also over several pages. */
export interface Group {
  /** Unique among regions and groups of one answer. */
  readonly id: string;
  readonly label: string;
  /** Ids of regions, in the order they were put together. */
  readonly members: readonly string[];
  readonly attributes?: AttributeValues;
}

export interface DocumentAnswer {
  readonly annotations: readonly Region[];
  readonly groups: readonly Group[];
  readonly attributes: AttributeValues;
}

/** An answer as it travels: what equals its default may be missing. */
export interface WireDocument {
  readonly annotations?: readonly WireRegion[];
  readonly groups?: readonly Group[];
  readonly attributes?: AttributeValues;
}

export const EMPTY_DOCUMENT: DocumentAnswer = { annotations: [], groups: [], attributes: {} };

export const readDocument = (wire: WireDocument | null | undefined): DocumentAnswer => ({
  annotations: (wire?.annotations ?? []).map((region) => ({ ...region, page: region.page ?? 0, text: region.text ?? "" })),
  groups: wire?.groups ?? [],
  attributes: wire?.attributes ?? {},
});

export const writeDocument = (answer: DocumentAnswer): WireDocument => ({
  annotations: (writeAnswer(answer).annotations as readonly Region[]).map(({ page, text, ...mark }) => ({
    ...mark,
    ...(page === 0 ? {} : { page }),
    ...(text.trim() === "" ? {} : { text: text.trim() }),
  })),
  groups: answer.groups.map(({ attributes, ...bare }) => (attributes && Object.keys(attributes).length > 0 ? { ...bare, attributes } : bare)),
  attributes: answer.attributes,
});

export const isEmptyDocument = (answer: DocumentAnswer): boolean => answer.annotations.length === 0 && Object.keys(answer.attributes).length === 0;
