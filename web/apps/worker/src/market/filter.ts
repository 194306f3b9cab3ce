/** What is looked for, as it stands in the page's address and in searches that are kept. */

import type { JobFilter, SavedSearch, Sort } from "./api";

export const SORTS: readonly (readonly [Sort, string])[] = [
  ["best", "Best for you"],
  ["hourly", "Highest hourly pay"],
  ["reward", "Highest pay"],
  ["newest", "Newest"],
  ["most", "Most to do"],
];

const NO_FILTER: JobFilter = { words: "", rewardMin: null, hourlyMin: null, minutesMax: null, eligibleOnly: false, sort: "best" };

const wholeOf = (text: string | null): number | null => (text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null);

/** Reads an address; what cannot be read is not asked for. */
export function filterOf(search: string): JobFilter {
  const query = new URLSearchParams(search);
  const sort = SORTS.find(([name]) => name === query.get("sort"))?.[0] ?? "best";
  return {
    words: (query.get("words") ?? "").slice(0, 200),
    rewardMin: wholeOf(query.get("reward")),
    hourlyMin: wholeOf(query.get("hourly")),
    minutesMax: wholeOf(query.get("minutes")) || null,
    eligibleOnly: query.get("eligible") === "yes",
    sort,
  };
}

export function searchOf(filter: JobFilter): string {
  const query = new URLSearchParams();
  if (filter.words) query.set("words", filter.words);
  if (filter.rewardMin !== null) query.set("reward", String(filter.rewardMin));
  if (filter.hourlyMin !== null) query.set("hourly", String(filter.hourlyMin));
  if (filter.minutesMax !== null) query.set("minutes", String(filter.minutesMax));
  if (filter.eligibleOnly) query.set("eligible", "yes");
  if (filter.sort !== "best") query.set("sort", filter.sort);
  const text = query.toString();
  return text && `?${text}`;
}

export const isPlain = (filter: JobFilter): boolean => searchOf(filter) === searchOf(NO_FILTER);

/** Of a search that was kept. */
export const keptFilter = ({ filter }: SavedSearch): JobFilter => ({
  words: filter.query,
  rewardMin: filter.reward_min_minor ?? null,
  hourlyMin: filter.hourly_min_minor ?? null,
  minutesMax: filter.duration_max_seconds ? Math.ceil(filter.duration_max_seconds / 60) : null,
  eligibleOnly: filter.eligible_only,
  sort: filter.sort,
});

export const noFilter = NO_FILTER;
