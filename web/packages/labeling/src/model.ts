/** The part of labelling that knows no framework. */

export * from "./editor";
export * from "./keymap";
export * from "./state";
