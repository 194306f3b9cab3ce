import { expect, test } from "vitest";
import { formatOf } from "../src/add/formats";

test.each([
  ["list.csv", "jsonl", "manifest", "csv"],
  ["list.ndjson", "csv", "manifest", "jsonl"],
  ["list.txt", "csv", "manifest", "csv"],
  ["instances.JSON", "yolo", "labels", "coco"],
  ["export.jsonl", "coco", "labels", "assay"],
  ["VOC2012.zip", "coco", "labels", "voc"],
  ["labels.zip", "voc", "labels", "voc"],
  ["labels.zip", "coco", "labels", "yolo"],
] as const)("%s chosen while %s is set, for %s, is read as %s", (name, chosen, kind, format) => {
  expect(formatOf(name, chosen, kind)).toBe(format);
});
