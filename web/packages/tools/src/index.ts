export * from "./image";
export * from "./tool";
