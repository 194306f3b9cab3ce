export { type ShownItem, type ShownPhoto, ContentView } from "./Content";
export { FormEditor } from "./editor";
export { FormSheet } from "./FormSheet";
export type { FormReview, FormVoice } from "./Questions";
export { type Values, inWords } from "./values";
