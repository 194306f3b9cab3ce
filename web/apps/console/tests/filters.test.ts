import { withQuery } from "@assay/client";
import { describe, expect, test } from "vitest";
import { activeFilters, filtersOf, readTaskSearch, type TaskSearch, withFilter } from "../src/tasks/filters";

const viaAddress = (search: TaskSearch): TaskSearch =>
  readTaskSearch(Object.fromEntries(new URLSearchParams(withQuery("", search as Record<string, string>))));

describe("filters in the address", () => {
  test("come back as they went", () => {
    const search: TaskSearch = {
      state: "reviewing",
      batch: "Müller & Söhne #2",
      gold: false,
      worker: "8d3c",
      agreement_max: 0.6,
      search: "00123",
      order: "agreement",
      page: 4,
    };

    expect(viaAddress(search)).toEqual(search);
  });

  test("that make no sense are as if they were not there", () => {
    expect(
      readTaskSearch({ state: "lost", gold: "maybe", agreement_max: "7", order: "newest", page: "1", batch: "  ", other: "x" }),
    ).toEqual({});
  });

  test("are counted without order and page", () => {
    expect(activeFilters({ state: "broken", gold: true, order: "oldest", page: 3 })).toBe(2);
  });

  test("changed lead back to the first page; taken away they leave nothing behind", () => {
    expect(withFilter({ state: "broken", page: 3 }, "batch", "b")).toEqual({ state: "broken", batch: "b" });
    expect(withFilter({ state: "broken", batch: "b", page: 3 }, "state", undefined)).toEqual({ batch: "b" });
    expect(withFilter({ page: 3 }, "search", "")).toEqual({});
  });

  test("go to the server without the page", () => {
    expect(filtersOf({ state: "broken", page: 3 })).toEqual({ state: "broken" });
  });

  test("are only those known here, whatever else the address carries", () => {
    const search = { ...readTaskSearch({ state: "broken", page: "2" }), q: "zzz" };

    expect(filtersOf(search)).toEqual({ state: "broken" });
    expect(activeFilters(search)).toBe(1);
  });
});
