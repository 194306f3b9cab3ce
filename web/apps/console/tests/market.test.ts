import { describe, expect, it } from "vitest";
import { hourly, leastReward, minorOf, shown, typed } from "../src/market/money";
import { postingParts } from "../src/market/OffersPage";
import { answerLines, requirementWords, SYSTEM } from "../src/market/words";

describe("amounts", () => {
  it("are read as they are typed, and nothing else is an amount", () => {
    expect(["0.5", "12", " 3.05 ", "0"].map((text) => minorOf(text, "USD"))).toEqual([50, 1200, 305, 0]);
    expect(["", "1,50", "-1", "0.005", "1e3", "$1"].map((text) => minorOf(text, "USD"))).toEqual(Array(6).fill(null));
  });

  it("have the digits of their currency", () => {
    expect(minorOf("500", "JPY")).toBe(500);
    expect(minorOf("5.0", "JPY")).toBeNull();
    expect([shown({ minor: -123_456, currency: "USD" }), shown({ minor: 500, currency: "JPY" })]).toEqual(["-$1,234.56", "¥500"]);
    expect([typed(5, "USD"), typed(500, "JPY")]).toEqual(["0.05", "500"]);
  });

  it("are set beside an hour's pay, rounded in favour of whoever works", () => {
    expect(hourly(50, 60)).toBe(3000);
    expect([leastReward(1200, 60), leastReward(1200, 61)]).toEqual([20, 21]);
  });
});

describe("answers", () => {
  it("are shown field by field, marks by label", () => {
    const answer = {
      attributes: { colour: "blue", tags: ["a", "b"] },
      annotations: [{ label: "car" }, { label: "dog" }, { label: "car" }],
    };
    expect(answerLines(answer)).toEqual([
      { name: "colour", text: "blue" },
      { name: "tags", text: "a, b" },
      { name: "annotations", text: "2 × car, 1 × dog" },
    ]);
  });

  it("may be empty or missing", () => {
    expect(answerLines(null)).toEqual([]);
    expect(answerLines({ annotations: [] })).toEqual([{ name: "annotations", text: "none" }]);
  });
});

it("requirements read as a sentence's end", () => {
  const guards = "accept" as const;
  expect(requirementWords({ type_id: SYSTEM.percent, comparator: "at_least", integers: [95], guards }, [])).toBe("Percent approved at least 95");
  const places = [{ country: "DE" }, { country: "US", subdivision: "CA" }];
  expect(requirementWords({ type_id: SYSTEM.place, comparator: "in", locales: places, guards }, [])).toBe("Place is one of DE, US-CA");
  expect(requirementWords({ type_id: SYSTEM.masters, comparator: "held", guards }, [])).toBe("Masters is held");
});

it("postings are counted by how far they are", () => {
  const parts = postingParts({ assignable: 2, reviewable: 1, reviewing: 3 });
  expect(parts.map((part) => part.value)).toEqual([0, 4, 0, 2]);
});
