export * from "./form";
export * from "./form-problems";
export * from "./use-form";
