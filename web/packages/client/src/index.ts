export * from "./http";
export * from "./types";
export * as api from "./api";
export type { TaskFilters } from "./api";
export type * from "./market";
export { newQueryClient } from "./query";
export type { components } from "./schema";
