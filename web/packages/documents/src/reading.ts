/** The order in which regions are read, and the direction in which a language is written. */

import { boundsOf } from "@assay/annotation";
import type { Region } from "./answer";

export type Direction = "ltr" | "rtl";

/** Scripts written from right to left. */
const RIGHT_TO_LEFT = new Set(["Adlm", "Arab", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"]);

/** The direction of a language given as a BCP 47 tag; null where none is given, or none that is known. */
export function directionOf(language: string | null): Direction | null {
  if (language === null) return null;
  try {
    const { script } = new Intl.Locale(language).maximize();
    return script === undefined ? null : RIGHT_TO_LEFT.has(script) ? "rtl" : "ltr";
  } catch {
    return null;
  }
}

/** Page by page, line by line from the top, and along a line in the direction of the language. */
export function inReadingOrder(regions: readonly Region[], direction: Direction | null): Region[] {
  const pages = new Map<number, Region[]>();
  for (const region of regions) pages.set(region.page, [...(pages.get(region.page) ?? []), region]);
  return [...pages.keys()].sort((a, b) => a - b).flatMap((page) => linesOf(pages.get(page)!).flatMap((line) => alongLine(line, direction)));
}

/** Regions whose middle lies beside the first of a line are in that line. */
function linesOf(regions: readonly Region[]): Region[][] {
  const waiting = [...regions].sort((a, b) => boundsOf(a).y - boundsOf(b).y || boundsOf(a).x - boundsOf(b).x);
  const lines: Region[][] = [];
  while (waiting.length > 0) {
    const first = boundsOf(waiting[0]!);
    const bottom = first.y + first.height;
    const line = waiting.filter((region) => {
      const { y, height } = boundsOf(region);
      const middle = y + height / 2;
      return middle >= first.y && middle <= bottom && height <= 2 * first.height;
    });
    // The first is in its own line whatever its size.
    const taken = new Set([waiting[0]!, ...line]);
    lines.push([...taken]);
    waiting.splice(0, waiting.length, ...waiting.filter((region) => !taken.has(region)));
  }
  return lines;
}

const alongLine = (line: readonly Region[], direction: Direction | null): Region[] =>
  [...line].sort((a, b) => {
    const [left, right] = [boundsOf(a), boundsOf(b)];
    return direction === "rtl" ? right.x + right.width - (left.x + left.width) : left.x - right.x;
  });
