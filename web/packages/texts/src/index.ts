/** Texts with entities marked in them. The part that knows no framework is in `model`. */

export * from "./model";
export { TextLabeler, type TextLabelerProps } from "./TextLabeler";
export { TextView } from "./TextView";
export { TextPreview } from "./TextPreview";
export type { TextReview } from "./Review";
