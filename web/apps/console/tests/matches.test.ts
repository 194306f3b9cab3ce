import { expect, test } from "vitest";
import { matches } from "../src/shell/matches";

test("words are found by their beginnings, in any order, without regard to case and accents", () => {
  expect(matches("Street photos São Paulo", "sao str")).toBe(true);
  expect(matches("Street photos", "")).toBe(true);
  expect(matches("Street photos", "hotos")).toBe(false);
  expect(matches("Street photos", "street dogs")).toBe(false);
});
