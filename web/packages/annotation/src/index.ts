export * from "./answer";
export * from "./check";
export * from "./commands";
export * from "./edits";
export * from "./history";
export * from "./relations";
export * from "./shapes";
export * from "./taxonomy";
