import type { ImportFormat } from "@assay/client";

/** The format a file's name speaks for, or the one chosen when it does not. */
export function formatOf(name: string, chosen: ImportFormat, kind: "manifest" | "labels"): ImportFormat {
  if (kind === "manifest") return /\.csv$/i.test(name) ? "csv" : /\.(jsonl|ndjson|json)$/i.test(name) ? "jsonl" : chosen;
  if (/\.json$/i.test(name)) return "coco";
  if (/\.jsonl$/i.test(name)) return "assay";
  if (/\.zip$/i.test(name)) return chosen === "voc" ? "voc" : /voc/i.test(name) ? "voc" : "yolo";
  return chosen;
}
