/**
 * What one person says about one text: the same value as the server's `core/annotations/entities.py`.
 *
 * Offsets count Unicode code points, as the server does; `TextIndex` knows the UTF-16 units that the browser counts.
 */

import type { AttributeValues } from "@assay/annotation";

export interface Span {
  readonly type: "span";
  /** Unique within one answer, relations included; chosen by the editor. */
  readonly id: string;
  readonly label: string;
  /** The first letter, and the one after the last. */
  readonly start: number;
  readonly end: number;
  readonly attributes?: AttributeValues;
}

export interface Relation {
  readonly id: string;
  readonly name: string;
  /** Ids of spans. */
  readonly source: string;
  readonly target: string;
  /** As the taxonomy has it; the server writes it. */
  readonly directed?: boolean;
}

export interface EntitiesAnswer {
  readonly annotations: readonly Span[];
  readonly relations: readonly Relation[];
  readonly attributes: AttributeValues;
}

/** An answer as it travels: what equals its default may be missing. */
export type WireEntities = Partial<EntitiesAnswer>;

export const EMPTY_ENTITIES: EntitiesAnswer = { annotations: [], relations: [], attributes: {} };

export const readEntities = (wire: WireEntities | null | undefined): EntitiesAnswer => ({
  annotations: wire?.annotations ?? [],
  relations: wire?.relations ?? [],
  attributes: wire?.attributes ?? {},
});

export const writeEntities = (answer: EntitiesAnswer): WireEntities => ({
  annotations: answer.annotations.map(({ attributes, ...bare }) =>
    attributes && Object.keys(attributes).length > 0 ? { ...bare, attributes } : bare,
  ),
  relations: answer.relations,
  attributes: answer.attributes,
});

export const isEmptyEntities = (answer: EntitiesAnswer): boolean =>
  answer.annotations.length === 0 && Object.keys(answer.attributes).length === 0;

/** In the order of the text, outer before inner. */
export const inTextOrder = (spans: readonly Span[]): Span[] => [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
