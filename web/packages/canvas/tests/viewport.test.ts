import { imagePoint, screenPoint } from "@assay/geometry";
import { describe, expect, it } from "vitest";
import { fitted, focusedOn, inkOn, pannedBy, restaged, toImage, toScreen, visibleRect, zoomedAt } from "../src";

const stage = { width: 1000, height: 600 };
const media = { width: 4000, height: 3000 };
const whole = fitted(stage, media);

describe("the viewport", () => {
  it("shows the whole photo in the middle to begin with", () => {
    const from = toScreen(whole, imagePoint(0, 0));
    const to = toScreen(whole, imagePoint(4000, 3000));
    expect(from.x + to.x).toBeCloseTo(1000);
    expect(from.y).toBeCloseTo(16);
    expect(to.y).toBeCloseTo(584);
  });

  it("gives back the image point it drew", () => {
    const view = zoomedAt(pannedBy(whole, 37, -12), screenPoint(200, 300), 3.7);
    const point = imagePoint(1234.5, 987.25);
    const back = toImage(view, toScreen(view, point));
    expect(back.x).toBeCloseTo(point.x);
    expect(back.y).toBeCloseTo(point.y);
  });

  it("keeps what is under the cursor under it while zooming", () => {
    const anchor = screenPoint(640, 220);
    const before = toImage(whole, anchor);
    const after = toImage(zoomedAt(whole, anchor, 2), anchor);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it("never loses the photo, however far it is pushed", () => {
    for (const [dx, dy] of [[1e6, 0], [-1e6, 0], [0, 1e6], [0, -1e6]] as const) {
      const sight = visibleRect(pannedBy(whole, dx, dy));
      expect(sight.x).toBeLessThan(4000);
      expect(sight.x + sight.width).toBeGreaterThan(0);
      expect(sight.y).toBeLessThan(3000);
      expect(sight.y + sight.height).toBeGreaterThan(0);
    }
  });

  it("stays whole when the stage changes size, unless it was zoomed", () => {
    const other = { width: 400, height: 800 };
    expect(restaged(whole, other)).toEqual(fitted(other, media));
    const zoomed = zoomedAt(whole, screenPoint(500, 300), 4);
    expect(restaged(zoomed, other).scale).toBe(zoomed.scale);
  });

  it("brings a small mark close and does not zoom out for a large one", () => {
    const small = focusedOn(whole, { x: 100, y: 100, width: 20, height: 20 });
    expect(small.scale).toBeGreaterThan(whole.scale * 2);
    expect(focusedOn(whole, { x: 0, y: 0, width: 4000, height: 3000 }).scale).toBeGreaterThanOrEqual(whole.scale);
  });
});

it("writes dark on bright colours and white on dark ones", () => {
  expect(inkOn("#facc15")).toBe("#101418");
  expect(inkOn("#1e3a8a")).toBe("#ffffff");
});
