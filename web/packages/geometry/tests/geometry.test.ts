import { describe, expect, it } from "vitest";
import {
  HOLDS,
  cornersOf,
  degreesWithinTurn,
  distance,
  holdPoint,
  imagePoint,
  nearestOnPath,
  offsetWithin,
  rectAround,
  resized,
  ringArea,
  ringContains,
  ringsContain,
  rotationTowards,
  simplified,
  toVertex,
  turnedAbout,
  type Vertex,
} from "../src";

const square: Vertex[] = [[0, 0], [10, 0], [10, 10], [0, 10]];
const rect = { x: 100, y: 50, width: 40, height: 20, rotation: 30 };

describe("turned rectangles", () => {
  it("turn clockwise on the screen", () => {
    const east = turnedAbout(imagePoint(1, 0), imagePoint(0, 0), 90);
    expect(east.x).toBeCloseTo(0);
    expect(east.y).toBeCloseTo(1);
  });

  it("keep the opposite hold still when resized by any of the eight holds", () => {
    for (const hold of HOLDS) {
      const opposite = { hx: -hold.hx, hy: -hold.hy } as typeof hold;
      const before = holdPoint(rect, opposite);
      const from = holdPoint(rect, hold);
      const after = resized(rect, hold, imagePoint(from.x + 5, from.y - 3));
      expect(distance(holdPoint(after, opposite), before)).toBeLessThan(1e-9);
    }
  });

  it("follow the pointer exactly with a corner", () => {
    const target = imagePoint(170, 95);
    const after = resized(rect, { hx: 1, hy: 1 }, target);
    expect(distance(holdPoint(after, { hx: 1, hy: 1 }), target)).toBeLessThan(1e-9);
  });

  it("stay positive when a corner is dragged past the opposite one", () => {
    const after = resized({ x: 0, y: 0, width: 10, height: 10 }, { hx: 1, hy: 1 }, imagePoint(-4, -6));
    expect(after).toEqual({ x: -4, y: -6, width: 4, height: 6 });
  });

  it("keep their ratio and their centre when asked", () => {
    const after = resized({ x: 0, y: 0, width: 20, height: 10 }, { hx: 1, hy: 1 }, imagePoint(30, 10), {
      keepRatio: true,
      fromCentre: true,
    });
    expect(after).toEqual({ x: -10, y: -5, width: 40, height: 20 });
  });

  it("point their top edge at the pointer", () => {
    const upright = { x: 0, y: 0, width: 10, height: 10 };
    expect(rotationTowards(upright, imagePoint(5, -20))).toBeCloseTo(0);
    expect(rotationTowards(upright, imagePoint(40, 5))).toBeCloseTo(90);
    expect(rotationTowards(upright, imagePoint(5, 40))).toBeCloseTo(180);
  });

  it("have corners that enclose their bounds", () => {
    const bounds = rectAround(cornersOf({ x: 0, y: 0, width: 10, height: 10, rotation: 45 }));
    expect(bounds.width).toBeCloseTo(10 * Math.SQRT2);
  });

  it("store degrees within (-180, 180]", () => {
    expect([-180, 180, 190, -190, 720].map(degreesWithinTurn)).toEqual([180, 180, -170, 170, 0]);
  });
});

describe("paths", () => {
  it("have an area whatever their direction", () => {
    expect(ringArea(square)).toBe(100);
    expect(ringArea([...square].reverse())).toBe(100);
  });

  it("contain what is inside and not in a hole", () => {
    const hole: Vertex[] = [[4, 4], [6, 4], [6, 6], [4, 6]];
    expect(ringContains(square, imagePoint(5, 5))).toBe(true);
    expect(ringsContain([square, hole], imagePoint(5, 5))).toBe(false);
    expect(ringsContain([square, hole], imagePoint(1, 1))).toBe(true);
    expect(ringsContain([square, hole], imagePoint(11, 5))).toBe(false);
  });

  it("know their nearest segment, the closing one only when closed", () => {
    const left = imagePoint(-1, 5);
    expect(nearestOnPath(square, left, true)).toMatchObject({ segment: 3, distance: 1 });
    expect(nearestOnPath(square, left, false).distance).toBeGreaterThan(1);
  });

  it("lose only vertices that lie on the line", () => {
    const line: Vertex[] = [[0, 0], [5, 0.2], [10, 0], [10, 5], [10, 10]];
    expect(simplified(line, 0.5)).toEqual([[0, 0], [10, 0], [10, 10]]);
    expect(simplified(line, 0.1)).toEqual([[0, 0], [5, 0.2], [10, 0], [10, 10]]);
  });
});

describe("staying on the photo", () => {
  const size = { width: 100, height: 80 };

  it("shortens a move at the edge", () => {
    expect(offsetWithin({ x: 90, y: 10, width: 5, height: 5 }, 20, -20, size)).toEqual({ dx: 5, dy: -10 });
  });

  it("lets a shape that hangs over move while its centre stays on the photo", () => {
    expect(offsetWithin({ x: -10, y: 0, width: 40, height: 80 }, -20, 0, size).dx).toBe(-10);
  });

  it("rounds what is stored to hundredths, without a negative zero", () => {
    expect(toVertex(imagePoint(1.23456, -0.001))).toEqual([1.23, 0]);
  });
});
