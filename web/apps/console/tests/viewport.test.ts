import { expect, test } from "vitest";
import { fitted, panned, toImage, zoomed } from "../src/task/viewport";

const IMAGE = { width: 4000, height: 3000 };
const SCREEN = { width: 800, height: 800 };

test("fitting shows the whole photo in the middle", () => {
  const view = fitted(IMAGE, SCREEN, 0);

  expect(view.scale).toBeCloseTo(0.2);
  expect(toImage(view, 400, 400)).toEqual({ x: 2000, y: 1500 });
});

test("zooming keeps the point under the cursor, both ways", () => {
  const view = fitted(IMAGE, SCREEN);
  for (const factor of [1.5, 4, 0.7]) {
    const before = toImage(view, 123, 456);
    const after = toImage(zoomed(view, factor, 123, 456, IMAGE, SCREEN), 123, 456);

    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  }
});

test("zooming stops at its ends and the photo cannot be lost off the screen", () => {
  const near = zoomed(fitted(IMAGE, SCREEN), 1e9, 0, 0, IMAGE, SCREEN);
  const far = panned(fitted(IMAGE, SCREEN), 1e6, -1e6, IMAGE, SCREEN);

  expect(near.scale).toBe(32);
  expect(far.offsetX).toBe(600);
  expect(far.offsetY + IMAGE.height * far.scale).toBeCloseTo(200);
});
