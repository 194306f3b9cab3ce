/** The part of documents that knows no framework. */

export * from "./answer";
export * from "./changes";
export * from "./check";
export * from "./editor";
export * from "./history";
export * from "./keymap";
export * from "./reading";
export * from "./state";
