export * from "./AttributeForm";
export * from "./Labeler";
export * from "./Markdown.lazy";
export * from "./follow";
export * from "./model";
export * from "./photo";
export * from "./Preview";
export { type ObjectVerdict, type ReviewInfo, type Voice, doubtsOf, voiceOverlays } from "./review";
