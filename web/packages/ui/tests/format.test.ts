import { expect, test } from "vitest";
import { ago, bytes, counted, duration, percent } from "../src/format";

test("a share is never called all when some is missing, nor none when there is some", () => {
  expect(percent(0.999)).toBe("99%");
  expect(percent(1)).toBe("100%");
  expect(percent(0.001)).toBe("1%");
  expect(percent(0)).toBe("0%");
  expect(percent(0.826)).toBe("83%");
  expect(percent(null)).toBe("–");
});

test.each([
  [0, "0 s"],
  [4.25, "4.3 s"],
  [48, "48 s"],
  [60, "1 min"],
  [200, "3 min 20 s"],
  [1234, "20 min"],
  [7500, "2 h 5 min"],
  [3600 * 20 + 60, "20 h"],
  [86_400 * 4, "4 days"],
])("%f seconds read as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("times are told from the present, on both sides of it", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");

  expect(ago("2026-11-22T11:59:40Z", now)).toBe("just now");
  expect(ago("2026-11-22T11:55:00Z", now)).toBe("5 min ago");
  expect(ago("2026-11-22T12:05:00Z", now)).toBe("in 5 min");
  expect(ago("2026-11-20T12:00:00Z", now)).toBe("2 days ago");
  expect(ago("2026-01-02T12:00:00Z", now)).toBe("Jan 2, 2026");
});

test("counts agree in number and sizes are in decimal units", () => {
  expect(counted(1, "task")).toBe("1 task");
  expect(counted(1204, "task")).toBe("1,204 tasks");
  expect(bytes(999)).toBe("999 B");
  expect(bytes(1_500_000)).toBe("1.5 MB");
  expect(bytes(25_400_000)).toBe("25 MB");
});
