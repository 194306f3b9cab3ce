/** The market's pages, as far as they are rules: whom the frame may speak to, what is looked for, what a test sends. */

import { describe, expect, it } from "vitest";
import type { Frame, Questionnaire, SavedSearch } from "../src/market/api";
import { beginning, choose, sent } from "../src/market/answers";
import { filterOf, keptFilter, noFilter, searchOf } from "../src/market/filter";
import { countries, languageName } from "../src/market/places-of-the-world";
import { SANDBOX, toldBy } from "../src/market/SandboxedPage";
import { minorOf, money } from "../src/market/words";
import { placeOf } from "../src/route";

const frame: Frame = { url: "http://a.localhost:1/t/x", origin: "http://a.localhost:1", height: 0, drawn_by_us: false };
const shown = {} as Window;

describe("what a frame tells", () => {
  it("counts from its own window and origin only", () => {
    const said = { origin: frame.origin, source: shown, data: { assay: "submitted" } };
    expect(toldBy(said, frame, shown)).toBe("submitted");
    expect(toldBy({ ...said, origin: "http://b.localhost:1" }, frame, shown)).toBeNull();
    expect(toldBy({ ...said, source: {} as Window }, frame, shown)).toBeNull();
    expect(toldBy({ ...said, source: null }, frame, null)).toBeNull();
  });

  it("is one of three words", () => {
    for (const data of [null, "submitted", { assay: "paid" }, { assay: ["submitted"] }, {}]) {
      expect(toldBy({ origin: frame.origin, source: shown, data }, frame, shown)).toBeNull();
    }
  });

  it("cannot lead the window elsewhere", () => expect(SANDBOX).not.toContain("top-navigation"));
});

describe("what is looked for", () => {
  it("comes back from the address it is written to", () => {
    const filter = { words: "birds & bees", rewardMin: 5, hourlyMin: 1200, minutesMax: 30, eligibleOnly: true, sort: "hourly" } as const;
    expect(filterOf(searchOf(filter))).toEqual(filter);
    expect(searchOf(noFilter)).toBe("");
    expect(filterOf("?sort=worst&reward=-1&minutes=0&hourly=1e9")).toEqual(noFilter);
  });

  it("comes back from a search that was kept", () => {
    const kept = { id: "1", name: "x", created_at: "", filter: { query: "a", eligible_only: true, sort: "most", duration_max_seconds: 90 } } as SavedSearch;
    expect(keptFilter(kept)).toEqual({ words: "a", rewardMin: null, hourlyMin: null, minutesMax: 2, eligibleOnly: true, sort: "most" });
  });
});

describe("money", () => {
  it("has the digits of its currency", () => {
    expect(money(5, "USD")).toBe("$0.05");
    expect(money(500, "JPY")).toBe("¥500");
    expect(minorOf("12.5", "USD")).toBe(1250);
    expect(minorOf("12", "JPY")).toBe(12);
    expect(minorOf("no", "USD")).toBeNull();
  });
});

describe("a test's answers", () => {
  const test: Questionnaire = {
    items: [
      { item: "question", id: "name", title: "", required: false, contents: [], answer: { asks: "text", default: "Rex", lines: 1, numeric: false } },
      { item: "question", id: "kind", title: "", required: false, contents: [], answer: { asks: "choice", options: [], chosen_min: 1, chosen_max: 2 } },
    ],
  };

  it("begin with what its texts begin with", () => expect(beginning(test)).toEqual({ name: "Rex" }));

  it("are taken in place of each other where only one can be", () => {
    const one = choose(choose({}, "kind", "dog", true, true), "kind", "cat", true, true);
    const many = choose(choose({}, "kind", "dog", true, false), "kind", "cat", true, false);
    expect(one).toEqual({ kind: ["cat"] });
    expect(many).toEqual({ kind: ["dog", "cat"] });
    expect(choose(many, "kind", "dog", false, false)).toEqual({ kind: ["cat"] });
  });

  it("leave out what was left empty", () => expect(sent({ name: "", kind: [], other: "x" })).toEqual({ other: "x" }));
});

describe("places", () => {
  it("are the market's", () => {
    expect(placeOf("/work/jobs")).toEqual({ name: "market", page: "jobs" });
    expect(placeOf("/work/engagements/7/")).toEqual({ name: "engagement", engagementId: "7" });
    expect(placeOf("/work/sign-up")).toEqual({ name: "sign-up" });
    expect(placeOf("/work/wages")).toEqual({ name: "unknown" });
  });

  it("of the world have codes and names", () => {
    const known = new Map(countries());
    expect([known.get("DE"), known.get("US"), known.get("GB")]).toEqual(["Germany", "United States", "United Kingdom"]);
    for (const code of ["EU", "UK", "ZZ", "SU", "XA"]) expect(known.has(code)).toBe(false);
    expect(known.size).toBeGreaterThan(240);
    expect(known.size).toBeLessThan(252);
    expect(languageName("de")).toBe("German (de)");
    expect(languageName("?")).toBe("?");
  });
});
