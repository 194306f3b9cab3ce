import type { Mark } from "@assay/annotation";
import { describe, expect, it } from "vitest";
import { Script, box } from "./script";

const outline: Mark = { id: "p", type: "polygon", label: "car", rings: [[[100, 100], [300, 100], [300, 300], [100, 300]]] };

describe("selecting", () => {
  const marks = [box("big", 0, 0, 500, 500), box("small", 100, 100, 50, 50), box("far", 700, 600, 50, 50)];

  it("reaches the smallest mark first and what lies underneath with a second click", () => {
    const script = new Script("select", marks).click(120, 120);
    expect(script.selection).toEqual(["small"]);
    expect(script.click(120, 120).selection).toEqual(["big"]);
    expect(script.click(120, 120).selection).toEqual(["small"]);
  });

  it("adds and takes away with Shift", () => {
    const script = new Script("select", marks).click(120, 120).click(720, 620, { shift: true });
    expect(script.selection).toEqual(["small", "far"]);
    expect(script.click(720, 620, { shift: true }).selection).toEqual(["small"]);
  });

  it("takes what a Shift-drag encloses", () => {
    expect(new Script("select", marks).drag(600, 550, 800, 700, { shift: true }).selection).toEqual(["far"]);
  });

  it("lets go on an empty click, and keeps the selection when the photo is dragged", () => {
    const script = new Script("select", marks, ["small"]).drag(800, 100, 850, 150);
    expect(script.panned).toBe(true);
    expect(script.selection).toEqual(["small"]);
    expect(script.click(800, 100).selection).toEqual([]);
  });

  it("does not see locked marks", () => {
    const script = new Script("select", marks);
    script.locked = new Set(["small", "big"]);
    expect(script.click(120, 120).selection).toEqual([]);
  });

  it("lets go on Escape, and then leaves Escape to others", () => {
    expect(new Script("select", marks, ["small"]).key("Escape").selection).toEqual([]);
  });
});

describe("moving", () => {
  it("is one gesture however many moves it took, and stays on the photo", () => {
    const script = new Script("select", [box("a", 100, 100, 50, 50)]).drag(120, 120, -400, 140);
    expect(script.marks).toEqual([box("a", 0, 120, 50, 50)]);
    expect(script.gestures).toHaveLength(1);
  });

  it("takes the whole selection along", () => {
    const script = new Script("select", [box("a", 0, 0, 50, 50), box("b", 200, 200, 50, 50)], ["a", "b"]).drag(220, 220, 230, 240);
    expect(script.marks).toEqual([box("a", 10, 20, 50, 50), box("b", 210, 220, 50, 50)]);
  });

  it("needs more than a trembling hand", () => {
    expect(new Script("select", [box("a", 100, 100, 50, 50)]).drag(120, 120, 122, 121).gestures).toEqual([]);
  });

  it("keeps to one axis with Shift", () => {
    const script = new Script("select", [box("a", 100, 100, 50, 50)], ["a"]).down(120, 120).move(160, 130, { shift: true }).up(160, 130);
    expect(script.marks).toEqual([box("a", 140, 100, 50, 50)]);
  });
});

describe("resizing and turning", () => {
  it("keeps the slip between pointer and handle, so that nothing jumps", () => {
    const script = new Script("select", [box("a", 100, 100, 100, 100)], ["a"]).down(203, 197).move(203, 197).up(203, 197);
    expect(script.marks).toEqual([box("a", 100, 100, 100, 100)]);
    expect(script.drag(203, 197, 253, 247).marks).toEqual([box("a", 100, 100, 150, 150)]);
  });

  it("holds a whole side, not only its middle", () => {
    expect(new Script("select", [box("a", 100, 100, 100, 100)], ["a"]).drag(200, 120, 230, 160).marks).toEqual([box("a", 100, 100, 130, 100)]);
  });

  it("keeps the ratio with Shift and the centre with Alt", () => {
    const marks = [box("a", 100, 100, 100, 50)];
    expect(new Script("select", marks, ["a"]).drag(200, 150, 300, 150, { shift: true }).marks).toEqual([box("a", 100, 100, 200, 100)]);
    expect(new Script("select", marks, ["a"]).drag(200, 150, 210, 160, { alt: true }).marks).toEqual([box("a", 90, 90, 120, 70)]);
  });

  it("turns a label that may be turned, in steps of 15 degrees with Shift", () => {
    const sign = box("s", 400, 400, 100, 100, "sign");
    expect(new Script("select", [sign], ["s"]).drag(450, 372, 600, 450).marks).toMatchObject([{ rotation: 90 }]);
    expect(new Script("select", [sign], ["s"]).drag(450, 372, 560, 400, { shift: true }).marks).toMatchObject([{ rotation: 60 }]);
  });

  it("does not turn one that may not", () => {
    const car = box("c", 400, 400, 100, 100);
    expect(new Script("select", [car], ["c"]).drag(450, 372, 600, 450).marks).toEqual([car]);
  });

  it("points the cursor along the way a handle goes", () => {
    const script = new Script("select", [box("a", 100, 100, 100, 100)], ["a"]);
    expect([script.cursor(100, 100), script.cursor(200, 100), script.cursor(150, 100), script.cursor(200, 150)]).toEqual([
      "nwse-resize", "nesw-resize", "ns-resize", "ew-resize",
    ]);
    expect([script.cursor(150, 150), script.cursor(600, 600)]).toEqual(["move", "default"]);
  });
});

describe("reshaping", () => {
  it("drags a vertex, and Delete then removes that one", () => {
    const script = new Script("select", [outline], ["p"]).drag(300, 300, 350, 340);
    expect(script.marks).toMatchObject([{ rings: [[[100, 100], [300, 100], [350, 340], [100, 300]]] }]);
    expect(script.key("Delete").marks).toMatchObject([{ rings: [[[100, 100], [300, 100], [100, 300]]] }]);
    expect(script.gestures).toHaveLength(2);
  });

  it("inserts a vertex by a click on an edge, and pulls it out by a drag", () => {
    expect(new Script("select", [outline], ["p"]).click(200, 101).marks).toMatchObject([{ rings: [[[100, 100], [200, 100], [300, 100], {}, {}]] }]);
    expect(new Script("select", [outline], ["p"]).drag(200, 100, 200, 60).marks).toMatchObject([{ rings: [[[100, 100], [200, 60], [300, 100], {}, {}]] }]);
  });

  it("removes a vertex with Alt, but never makes a polygon of two", () => {
    const script = new Script("select", [outline], ["p"]).click(300, 300, { alt: true });
    expect(script.marks).toMatchObject([{ rings: [[[100, 100], [300, 100], [100, 300]]] }]);
    expect(script.click(300, 100, { alt: true }).marks[0]).toMatchObject({ rings: [{ length: 3 }] });
  });

  it("drops a hole that loses its third vertex", () => {
    const holed: Mark = { id: "p", type: "polygon", label: "car", rings: [[[0, 0], [300, 0], [300, 300], [0, 300]], [[100, 100], [200, 100], [150, 200]]] };
    const script = new Script("select", [holed], ["p"]).click(150, 200, { alt: true });
    expect(script.marks).toMatchObject([{ rings: { length: 1 } }]);
  });
});
