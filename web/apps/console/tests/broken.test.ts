import { expect, test } from "vitest";
import { brokenWords } from "../src/task/broken";

test("workers' reasons can be read, and their own words stay as they are", () => {
  expect(brokenWords("skipped: too_hard: Is a van_x a car?; reported: does_not_load (2)")).toBe("Skipped, too hard: Is a van_x a car?; reported, does not load (2)");
  expect(brokenWords("The host is not known.")).toBe("The host is not known.");
});
