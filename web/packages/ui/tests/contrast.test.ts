import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const CSS = readFileSync(resolve(import.meta.dirname, "../src/tokens.css"), "utf8");

function tokens(selector: string): Record<string, string> {
  const start = CSS.indexOf(`${selector} {`);
  const body = CSS.slice(start, CSS.indexOf("}", start));
  return Object.fromEntries([...body.matchAll(/--color-([a-z-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}

/** WCAG 2.2 relative luminance of an sRGB colour. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

const PAIRS: [string, string, number][] = [
  ...["text", "muted", "accent", "danger", "ok", "warn"].flatMap((text): [string, string, number][] =>
    ["bg", "surface", "raised", "hover"].map((ground) => [text, ground, 4.5]),
  ),
  ["muted", "sunken", 4.5],
  ["on-accent", "accent", 4.5],
  ["on-accent", "accent-hover", 4.5],
  ["on-danger", "danger", 4.5],
  ["accent", "accent-soft", 4.5],
  ["danger", "danger-soft", 4.5],
  ["ok", "ok-soft", 4.5],
  ["warn", "warn-soft", 4.5],
  ["text", "accent-soft", 4.5],
  ["border-strong", "surface", 3],
  ...["ok-fill", "warn-fill", "danger-fill", "accent"].map((fill): [string, string, number] => [fill, "surface", 3]),
  ["focus", "bg", 3],
  ["focus", "surface", 3],
];

test("black on white is 21:1, as WCAG says", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});

for (const [theme, selector] of [
  ["light", ":root"],
  ["dark", ':root[data-theme="dark"]'],
] as const) {
  test.each(PAIRS)(`${theme}: %s on %s is at least %f:1`, (ink, ground, least) => {
    const colors = tokens(selector);

    expect(contrast(colors[ink]!, colors[ground]!)).toBeGreaterThanOrEqual(least);
  });
}

test.each([":root", ':root[data-theme="dark"]'])("%s: of a bar's parts, what is done stands out most", (selector) => {
  const colors = tokens(selector);
  const done = contrast(colors["ok-fill"]!, colors["surface"]!);

  for (const tint of ["neutral", "accent", "warn", "danger"]) {
    expect(contrast(colors[`${tint}-tint`]!, colors["surface"]!)).toBeLessThan(done / 1.25);
  }
});

test("dark is the same whether the system or the person asks for it", () => {
  expect(tokens(':root[data-theme="dark"]')).toEqual(tokens(':root:not([data-theme="light"])'));
});
