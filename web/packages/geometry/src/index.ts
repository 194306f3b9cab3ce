export * from "./ellipse";
export * from "./paths";
export * from "./rect";
export * from "./spaces";
export * from "./turned";
