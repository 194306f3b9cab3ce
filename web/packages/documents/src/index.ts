/** Documents with regions on their pages. The part that knows no framework is in `model`. */

export * from "./model";
export { DocumentLabeler, type DocumentLabelerProps } from "./DocumentLabeler";
export { DocumentView, type DocumentViewProps } from "./DocumentView";
export type { PageAddress } from "./follow";
export { type DocumentReview, colored } from "./Review";
