export * from "./answer";
export * from "./changes";
export * from "./editor";
export * from "./keymap";
export * from "./offsets";
export * from "./runs";
export * from "./state";
