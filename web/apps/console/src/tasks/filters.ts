/** The task table's filters live in the address, so that a view can be sent to somebody and survives a reload. */
import type { TaskFilters, TaskState } from "@assay/client";

export interface TaskSearch {
  state?: TaskState;
  batch?: string;
  gold?: boolean;
  worker?: string;
  agreement_max?: number;
  search?: string;
  order?: "oldest" | "agreement";
  /** From 2; the first page has no number. */
  page?: number;
}

export const TASK_STATES: readonly TaskState[] = ["preparing", "annotating", "reviewing", "completed", "cancelled", "broken"];

const text = (value: unknown): string | undefined => {
  const trimmed = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
  return trimmed === "" ? undefined : trimmed;
};

/** Reads what the address says; what makes no sense is as if it were not there. */
export function readTaskSearch(raw: Record<string, unknown>): TaskSearch {
  const search: TaskSearch = {};
  const state = text(raw["state"]);
  if (TASK_STATES.includes(state as TaskState)) search.state = state as TaskState;
  const batch = text(raw["batch"]);
  if (batch !== undefined) search.batch = batch;
  const gold = String(raw["gold"]);
  if (gold === "true" || gold === "false") search.gold = gold === "true";
  const worker = text(raw["worker"]);
  if (worker !== undefined) search.worker = worker;
  const agreement = Number(text(raw["agreement_max"]) ?? Number.NaN);
  if (agreement >= 0 && agreement <= 1) search.agreement_max = agreement;
  const words = text(raw["search"]);
  if (words !== undefined) search.search = words;
  const order = text(raw["order"]);
  if (order === "oldest" || order === "agreement") search.order = order;
  const page = Number(text(raw["page"]) ?? Number.NaN);
  if (Number.isInteger(page) && page >= 2 && page <= 10_000) search.page = page;
  return search;
}

/** What the server is asked for; the page is the cursor's business. */
export function filtersOf(search: TaskSearch): TaskFilters {
  // The router hands on what else the address carries; the server would refuse it.
  const { page: _, ...filters } = readTaskSearch({ ...search });
  return filters;
}

export function activeFilters(search: TaskSearch): number {
  return Object.keys(filtersOf(search)).filter((key) => key !== "order").length;
}

/** One filter changed, which always leads back to the first page. `undefined` takes the filter away. */
export function withFilter<K extends keyof TaskSearch>(search: TaskSearch, key: K, value: TaskSearch[K] | undefined): TaskSearch {
  const { page: _, [key]: __, ...rest } = search;
  return readTaskSearch(value === undefined ? rest : { ...rest, [key]: value });
}
