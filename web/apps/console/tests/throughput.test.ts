import { expect, test } from "vitest";
import { throughput } from "../src/project/throughput";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const at = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString();

test("completions fall into five-minute buckets, the newest last", () => {
  const result = throughput([at(0), at(1), at(4.9), at(5.1), at(59), at(61)], NOW, true);

  expect(result.buckets).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3]);
  expect(result.total).toBe(5);
});

test("a list that was cut says nothing about the time before it", () => {
  const result = throughput([at(1), at(2), at(6), at(11)], NOW, false);

  expect(result.buckets).toEqual([1, 2]);
});

test("a clock slightly behind the server's still counts what just happened", () => {
  expect(throughput([at(-0.5)], NOW, true).buckets.at(-1)).toBe(1);
});
