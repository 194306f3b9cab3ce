export { type Photo, inkOn } from "./paint";
export * from "./scene";
export * from "./stage";
export * from "./staged";
export * from "./viewport";
